"""How large a table may be before it is refused: bounds for memory and time, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """octets: size of the file, and of what a compressed file unpacks to. cell: characters in one cell."""

    octets: int = 2_000_000_000
    cells: int = 100_000_000
    columns: int = 20_000
    cell: int = 32_000_000
    json_octets: int = 300_000_000
    archive_members: int = 2_000
    archive_ratio: int = 2_000
    images: int = 50_000


LIMITS = Limits()
