"""A data set: an upload, how it is read, which column is what, and what was mended. Every change makes a new one."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import disk, paths
from engine.data import attachments, cache, cleaning, files, image_archives
from engine.data.fixes import Fix, apply_fix
from engine.data.mapping import check_mapping
from engine.data.mapping import guess as guess_mapping
from engine.data.tables import Facts
from engine.data.uploads import ID, Upload, open_upload
from engine.errors import StudioError
from engine.words import plural

if TYPE_CHECKING:
    import pandas

    from engine.tasks.declarations import Column, Variant

OPTIONS = ("encoding", "delimiter", "header", "sheet")


@dataclass(frozen=True)
class Dataset:
    """Immutable. options: what the user set of `read`. mapping: {key of the variant: column}. separator: between labels in one cell.

    The id is a fingerprint of all that decides the rows; it is the same on every computer.
    """

    upload: Upload
    options: dict[str, Any] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    separator: str | None = None

    @classmethod
    def of(cls, upload: Upload, **options: Any) -> "Dataset":
        """A new data set. It is read at once, so that what is no table is refused here (StudioError)."""
        dataset = cls(upload, _checked(options))
        cache.table(upload, dataset.options)
        return dataset

    @property
    def id(self) -> str:
        """16 hex digits."""
        return hashlib.sha256(json.dumps(self._content(), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        return self.upload.name

    @property
    def facts(self) -> Facts:
        """How the file was read."""
        return cache.facts(self.upload, self.options)

    @property
    def settings(self) -> dict[str, Any]:
        """Training settings that the chosen fixes ask for, such as {"class_weights": True}, and the split that a zip's folders name."""
        own = {fix.arguments["name"]: fix.arguments["value"] for fix in self.fixes if fix.kind == "setting"}
        split = self._split()
        return {**own, "validation_split": split} if split else own

    def _split(self) -> tuple[list[int], list[int]] | None:
        if self.facts.format != "zip":
            return None
        frame = self.frame()
        return image_archives.split_of(frame[image_archives.PART]) if image_archives.PART in frame.columns else None

    def with_options(self, **options: Any) -> "Dataset":
        """Read otherwise; None goes back to finding it. The fixes, which were made for other rows, go."""
        changed = _checked({**self.options, **options})
        table = cache.table(self.upload, changed)
        kept = {key: name for key, name in self.mapping.items() if name in table.frame.columns}
        return replace(self, options=changed, mapping=kept, fixes=())

    def with_mapping(self, mapping: Mapping[str, str | None], separator: str | None = None) -> "Dataset":
        """With these columns. separator: None finds it when labels are read."""
        return replace(self, mapping={key: name for key, name in mapping.items() if name}, separator=separator)

    def with_fix(self, fix: Fix) -> "Dataset":
        """One fix more; StudioError if it would leave no row."""
        if fix.kind != "setting" and not len(apply_fix(self.frame(), fix)):
            raise StudioError(f"“{fix.label}” would leave no row.", "Look at the rows first; the file may need another column or a repair.")
        return replace(self, fixes=(*self.fixes, fix))

    def undo(self) -> "Dataset":
        """Without the last fix."""
        return replace(self, fixes=self.fixes[:-1])

    def frame(self) -> "pandas.DataFrame":
        """The rows after all fixes: text cells, missing where empty, indexed by the row's number in the file."""
        frame = cache.table(self.upload, self.options).frame
        for fix in self.fixes:
            frame = apply_fix(frame, fix)
        return frame

    def files(self) -> dict[str, Any]:
        """Where the images of a zip lie on disk, by the names that its rows bear; empty for a table."""
        return image_archives.unpacked(self.upload) if self.facts.format == "zip" else {}

    def guess(self, variant: "Variant") -> dict[str, str | None]:
        """The mapping chosen so far, filled up with guesses."""
        frame = self.frame()
        guessed = guess_mapping(frame, variant)
        chosen = {key: name for key in guessed if (name := self.mapping.get(key)) in frame.columns}
        return {key: chosen.get(key) or (name if name not in chosen.values() else None) for key, name in guessed.items()}

    def params(self, variant: "Variant") -> dict[str, list[Any]]:
        """What the task's `finetune` takes: one value of each list for each row of `frame()`, in its order.

        StudioError: a column that is not mapped, or rows without a value, which the checks find and mend.
        """
        frame = self.frame()
        check_mapping(frame, variant, self.mapping)
        columns = [(column, self.mapping[column.key]) for column in variant.columns if self.mapping.get(column.key)]
        files = self.files() if any(column.kind == "image" for column in variant.columns) else {}
        return {column.key: _pictures(frame[name], files) if column.kind == "image" else values(column, frame[name], self.separator)
                for column, name in columns}

    def save(self) -> "Dataset":
        """Keep it, so that `open_dataset(id)` finds it."""
        disk.write_json(_path(self.id), {**self._content(), "name": self.upload.name}, self.upload.name)
        return self

    def _content(self) -> dict[str, Any]:
        return {"upload": self.upload.id, "options": self.options, "mapping": self.mapping, "separator": self.separator,
                "fixes": [fix.to_dict() for fix in self.fixes]}


def _pictures(cells: "pandas.Series", files: Mapping[str, Any]) -> list[Any]:
    """The images that cells name; StudioError where one is not among the files."""
    found = []
    for number, cell in zip(cells.index, cells, strict=True):
        image = image_archives.named(files, cell)
        if image is None:
            raise StudioError(f"Row {number:,} names the image {cell!r}, which is not in the zip.",
                              "Drop these rows (the checks do it with one click), or upload the zip with all images.")
        found.append(image)
    return found


def values(column: "Column", cells: "pandas.Series", separator: str | None) -> list[Any]:
    """A column's cells as the task wants them: texts, labels, lists of labels, numbers, or lists of pairs."""
    if column.kind == "labels":
        return cleaning.split_labels(cells, separator or cleaning.guess_separator(cells))
    if column.kind == "pairs":
        return [_pairs(cell, number) for number, cell in zip(cells.index, cells, strict=True)]
    empty = cleaning.missing(cells)
    if empty.any():
        rows = [f"{number:,}" for number in cells.index[empty][:5]]
        raise StudioError(f"{plural(int(empty.sum()), 'row')} without a {column.label.lower()}, such as row {rows[0]}.",
                          "Drop these rows (the checks do it with one click), or fill them in.")
    if column.kind == "score":
        return _scores(cells)
    return [str(cell) for cell in cells]


def _scores(cells: "pandas.Series") -> list[float]:
    import pandas

    numbers = pandas.to_numeric(cells.str.strip().str.replace(",", ".", regex=False), errors="coerce")
    if wrong := list(cells.index[numbers.isna().to_numpy()][:1]):
        raise StudioError(f"Row {wrong[0]:,} has {cells.loc[wrong[0]]!r} where a number should be.", "Correct it, or drop the row.")
    return [float(number) for number in numbers]


def _pairs(cell: Any, number: int) -> list[tuple[str, str]]:
    try:
        return pairs(cell)
    except StudioError as error:
        raise StudioError(f"Row {number:,}: {error.message}", error.hint) from error


def pairs(cell: Any) -> list[tuple[str, str]]:
    """[["question", "answer"], …] in JSON; an empty cell is no pairs."""
    if not isinstance(cell, str) or not cell.strip():
        return []
    try:
        return [(str(first), str(second)) for first, second in json.loads(cell)]
    except (ValueError, TypeError, RecursionError) as error:
        raise StudioError("The cell holds no list of pairs.", 'Write them as [["question", "answer"]].') from error


def open_dataset(identity: str) -> Dataset:
    """A data set that was saved; StudioError if it is not there."""
    content = json.loads(_saved(identity).read_text(encoding="utf-8"))
    upload = replace(open_upload(content["upload"]), name=content["name"])
    return Dataset(upload, content["options"], content["mapping"], tuple(Fix.of(fix) for fix in content["fixes"]), content["separator"])


def list_datasets() -> list[Dataset]:
    """All that can be opened, the latest first."""
    found = []
    for path in sorted(paths.datasets().glob("*.json"), key=disk.changed, reverse=True):
        try:
            found.append(open_dataset(path.stem))
        except (OSError, StudioError, ValueError, KeyError):
            continue
    return found


def delete_dataset(identity: str) -> int:
    """Forget a data set, and those of its uploads that no other one needs; gives the bytes that are free now."""
    with attachments.alone():
        return _forget([_saved(identity)])


def delete_upload(identity: str) -> int:
    """Forget an upload with every data set made of it; gives the bytes that are free now. It stays where another data set needs it."""
    with attachments.alone():
        open_upload(identity)
        return _forget([path for path in paths.datasets().glob("*.json") if _upload_of(path) == identity], {identity})


def _upload_of(saved: Path) -> str | None:
    """The upload that a saved data set was made of; None if its file cannot be read."""
    content = disk.read_json(saved)
    upload = content.get("upload") if isinstance(content, dict) else None
    return upload if isinstance(upload, str) and ID.match(upload) else None


def _forget(saved: list[Path], named: Collection[str] = ()) -> int:
    """While nobody else deletes. named: uploads that are not wanted any more, whatever data sets that cannot be read may need."""
    freed, own = 0, {*named}
    for path in saved:
        freed += path.stat().st_size
        own |= {*filter(None, [_upload_of(path)]), *attachments.detach(path.stem)}
        path.unlink()
    needed = {_upload_of(path) for path in paths.datasets().glob("*.json")} | attachments.all_attached()
    gone = own if None not in needed else {*named}
    return freed + sum(files.remove(paths.data() / upload) for upload in gone - needed)


def _saved(identity: str) -> Path:
    path = _path(identity) if ID.match(identity) else None
    if path is None or not path.is_file():
        raise StudioError(f"There is no data set {identity!r} here.", "It may have been deleted; upload the file again.")
    return path


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(options) - set(OPTIONS)):
        raise StudioError(f"Unknown: {', '.join(unknown)}.", f"A table is read with {', '.join(OPTIONS)}.")
    return {name: options[name] for name in OPTIONS if options.get(name) is not None}


def _path(identity: str) -> Path:
    return paths.datasets() / f"{identity}.json"
