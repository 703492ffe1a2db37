"""A row of the catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """source: "pypi://distribution==version/path" or "hf://user/repo". embedded: comes with the studio, no model hub needed.

    sha256: of the package's wheel; one that is fetched must be this very file. asset: a file or folder in `assets/` that the class
    takes besides. parts: the presets that it is made of; such a row has no source of its own.
    own_labels: whether a classifier answers with labels of its own where it is given none.
    """

    name: str
    family: str
    source: str
    tasks: tuple[str, ...]
    size_bytes: int
    licence: str
    languages: tuple[str, ...]
    description: str
    aliases: tuple[str, ...] = ()
    embedded: bool = False
    sha256: str = ""
    asset: str = ""
    parts: tuple[str, ...] = ()
    own_labels: bool = False

    @property
    def any_labels(self) -> bool:
        """Whether a classifier takes labels that the caller makes up; one that is made of parts takes these and has its own."""
        return not self.own_labels or bool(self.parts)
