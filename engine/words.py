"""Numbers as people say them: the same words in the pages, the docs, the command line and the errors."""


def duration(seconds: float) -> str:
    """2 min 10 s; whole seconds under a minute; one decimal under ten seconds."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def roughly(seconds: float) -> str:
    """A duration without false digits: an estimate is not true to the second."""
    step = next((step for limit, step in ((10, 1), (60, 5), (300, 10), (3600, 60)) if seconds < limit), 300)
    return duration(max(step, round(seconds / step) * step)) if step > 1 else f"{max(1, round(seconds))} s"


def size(octets: float) -> str:
    """91 MB; decimal units, no false digits."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if octets >= factor:
            return f"{octets / factor:.3g} {unit}"
    return f"{octets:.0f} B"


def number(value: float) -> str:
    """9,421 with thousands separators."""
    return f"{value:,.0f}"


def percent(share: float) -> str:
    """93.4%; whole percents below 0.1 keep one digit."""
    return f"{share * 100:.1f}%"


def plural(count: int, one: str, many: str = "") -> str:
    """1 row, 2 rows."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def a(noun: str) -> str:
    """an image, a text."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
