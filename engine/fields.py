"""A typed field: one declaration that the form, the check, the HTTP schema, the docs and the tests all read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal

from engine.errors import StudioError

Kind = Literal["text", "labels", "choice", "integer", "number", "switch", "image", "pairs"]

_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,), "choice": (str,), "integer": (int,), "number": (int, float), "switch": (bool,),
}


@dataclass(frozen=True)
class Field:
    """One input, option or setting.

    kind: which values it takes and which widget draws it; a short text has one line.
    `None` is allowed where `default` is None and it is not required.
    """

    name: str
    kind: Kind
    label: str
    help: str = ""
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    advanced: bool = False
    short: bool = False

    def check(self, value: Any) -> Any:
        """Return the value as its type, or raise StudioError naming the field and what was received."""
        if value is None:
            if self.required:
                raise StudioError(f"{self.label} is missing.", f"Give a value for `{self.name}`.")
            return None
        if self.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.kind == "labels" and hasattr(value, "tolist"):
            value = value.tolist()  # an array, such as a column's unique values
        types = _TYPES.get(self.kind)
        if types and (not isinstance(value, types) or (isinstance(value, bool) and self.kind != "switch")):
            raise StudioError(f"{self.label} cannot be {value!r}.", f"`{self.name}` takes {self._takes()}.")
        if self.kind in ("integer", "number"):
            too_small = self.minimum is not None and value < self.minimum
            too_large = self.maximum is not None and value > self.maximum
            if too_small or too_large or value != value:
                raise StudioError(f"{self.label} cannot be {value!r}.", f"`{self.name}` takes {self._takes()}.")
        if self.required and self.kind == "text" and not value.strip():
            raise StudioError(f"{self.label} is missing.", f"`{self.name}` is empty; give a value.")
        if self.kind == "image" and not like_an_image(value):
            raise StudioError(f"{self.label} cannot be {type(value).__name__}.",
                              f"`{self.name}` takes a path, a PIL image, the bytes of an image file, or these in base64.")
        if self.kind == "labels":
            _check_labels(value)
        if self.kind == "pairs":
            return _pairs(self, value)
        if self.choices and self.kind == "choice" and value not in self.choices:
            raise StudioError(f"{self.label} cannot be {value!r}.", f"`{self.name}` takes one of {', '.join(self.choices)}.")
        return value

    def _takes(self) -> str:
        noun = {"integer": "a whole number", "number": "a number", "switch": "true or false"}.get(self.kind, "a text")
        if self.minimum is not None and self.maximum is not None:
            return f"{noun} from {self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"{noun} of at least {self.minimum:g}"
        return f"{noun} of at most {self.maximum:g}" if self.maximum is not None else noun


def _check_labels(labels: Any) -> None:
    """Refuse anything that is not a list of texts, or a list of such lists."""
    if isinstance(labels, str) or not isinstance(labels, list | tuple):
        raise StudioError(f"Labels cannot be {labels!r}.", "Give a list of texts, or a list of lists with one for each item.")
    if labels and all(isinstance(item, list | tuple) for item in labels):
        for item in labels:
            _check_labels(list(item))
        return
    wrong = [label for label in labels if not isinstance(label, str) or not label.strip()]
    if wrong or not labels:
        raise StudioError(f"A label cannot be {wrong[0]!r}." if wrong else "There are no labels.", "Each label is a word or a phrase.")


def like_an_image(value: Any) -> bool:
    """Whether it is of a type that may hold an image; opening it tells more (`engine.images`)."""
    return isinstance(value, str | PathLike | bytes) or (hasattr(value, "getexif") and hasattr(value, "convert"))


def _pairs(field: Field, value: Any) -> list[tuple[str, str]]:
    """A list of pairs of texts, as new tuples."""
    pairs = list(value) if isinstance(value, list | tuple) else [value]
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise StudioError(f"{field.label} cannot hold {pair!r}.", f"`{field.name}` takes a list of pairs of texts.")
    return [(first, second) for first, second in pairs]


def check_all(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Check given values against their fields, fill in defaults, and refuse unknown names, all of them at once."""
    known = {field.name: field for field in fields}
    if unknown := sorted(set(values) - set(known)):
        raise StudioError(f"Unknown: {', '.join(unknown)}.", f"Known are {', '.join(known)}.")
    return {name: field.check(values.get(name, field.default)) for name, field in known.items()}
