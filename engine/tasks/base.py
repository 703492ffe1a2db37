"""What all tasks share: one item or a list in, answers in the same order out; finetune; save. No torch at import."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from engine.errors import Stopped, StudioError
from engine.fields import Field, check_all
from engine.tasks.declarations import AnswerKind, Column, Sample, Variant

if TYPE_CHECKING:
    from engine.training.results import Result

__all__ = ["Column", "Sample", "Task", "Variant"]

FIRST_PART, LARGEST_PART = 16, 4096  # rows between two looks at `should_stop`
PART_SECONDS = 1.0  # what such a part should take, whatever the model's speed


class Task:
    """A task with a model behind it. Subclasses declare; this class does.

    model: a catalogue name, an alias, a saved model's name, a path, or a model object; None takes the task's default.
    api_key: the key of a Studio server, which then answers instead of this computer (unless `local` is true).
    device: "cuda", "mps" or "cpu"; None takes the first of these that is there.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    term: ClassVar[str]
    sentence: ClassVar[str]
    icon: ClassVar[str]
    group: ClassVar[str]
    page: ClassVar[str]
    answer_kind: ClassVar[AnswerKind]
    inputs: ClassVar[tuple[Field, ...]]
    options: ClassVar[tuple[Field, ...]] = ()
    variants: ClassVar[tuple[Variant, ...]]
    default_model: ClassVar[str]
    base_model: ClassVar[str | None] = None  # what finetuning starts from, where that is not the default model
    examples: ClassVar[tuple[dict[str, Any], ...]] = ()
    sample: ClassVar[Sample | None] = None

    def __init__(self, model: Any = None, local: bool = False, api_key: str | None = None, device: str | None = None) -> None:
        if api_key and not local:
            raise StudioError("Answers from a Studio server are not available yet.",
                              f"Leave `api_key` out (or set `local=True`) and {type(self).__name__} answers on this computer.")
        chosen = self.default_model if model is None else model
        self._shared = str(chosen) if isinstance(chosen, str | PathLike) else None
        self._device = device
        self.model = self._load(chosen)
        self.model.check_task(self.name)

    def _load(self, chosen: Any) -> Any:
        """A named model comes from memory, where all tasks share it; an object is the caller's own."""
        if self._shared is not None:
            from engine.inference.cache import loaded

            return loaded(self._shared, self._device)
        from engine.models.auto_model import AutoModel

        return AutoModel.from_pretrained(chosen, device=self._device)

    # Answers

    def answer(self, rows: Sequence[Mapping[str, Any]], on_progress: Callable[[int, int], None] | None = None,
               should_stop: Callable[[], bool] | None = None, **options: Any) -> list[Any]:
        """One answer for each row, in order. A row maps input names to values; it may carry labels of its own.

        on_progress(done, total) is called after each part. Raises `Stopped` once `should_stop()` says yes.
        """
        checked = self._check_options(options, len(rows))
        self._check_rows(rows)
        _settle_threads()
        size = FIRST_PART if on_progress or should_stop else max(len(rows), 1)
        answers: list[Any] = []
        while len(answers) < len(rows):
            if should_stop and should_stop():
                raise Stopped
            part, began = slice(len(answers), len(answers) + size), monotonic()
            answers += self.model(self.model_input(rows[part], self._options_of(checked, part)), self.name)
            size = next_size(size, monotonic() - began)
            if on_progress:
                on_progress(len(answers), len(rows))
        return answers

    def stream(self, row: Mapping[str, Any], **options: Any) -> Iterator[str]:
        """Pieces of one answer in words, as the model writes them; a model that cannot stream gives the whole. Close it to stop."""
        checked = self._check_options(options, 1)
        self._check_rows([row])
        task_input = self.model_input([row], checked)
        _settle_threads()
        if hasattr(self.model, "stream"):
            yield from self.model.stream(task_input, self.name)
        else:
            yield str(self.model(task_input, self.name)[0])

    def _call(self, inputs: dict[str, Any], options: dict[str, Any]) -> Any:
        """The way of every `__call__`: a single item or equally long lists of them."""
        single = not isinstance(next(iter(inputs.values())), list | tuple)
        if single:
            return self.answer([inputs], **options)[0]
        lists = {name: value if isinstance(value, list | tuple) else [value] for name, value in inputs.items()}
        _check_lengths({name: len(value) for name, value in lists.items()})
        return self.answer([dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)], **options)

    def _vectors(self, inputs: dict[str, Any], return_tensor: bool) -> Any:
        """The way of the tasks that answer with vectors: lists of floats, or one tensor (D) or (N, D)."""
        from engine.similarity.cosine import as_tensor

        answer = self._call(inputs, {})
        return as_tensor(answer) if return_tensor else answer

    def _check_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        own = [field.name for field in self.options if field.kind == "labels"]
        known = {*(field.name for field in self.inputs), *own}
        for number, row in enumerate(rows, start=1):
            if unknown := sorted(set(row) - known):
                raise StudioError(f"Item {number} has unknown keys: {', '.join(unknown)}.", f"Known are {', '.join(sorted(known))}.")
            try:
                for field in self.inputs:
                    field.check(row.get(field.name, field.default))
                self._check_own({name: row[name] for name in own if name in row})
            except StudioError as error:
                where = f"Item {number}: " if len(rows) > 1 else ""
                raise StudioError(where + error.message, error.hint) from None

    def _check_own(self, labels: dict[str, Any]) -> None:
        """What one row carries: a list of texts, where a call takes a list of such lists too."""
        for name, value in labels.items():
            if _per_item(value):
                raise StudioError(f"`{name}` of one item cannot be {value!r}.", "Give a list of texts.")
        if labels:
            self._check_options(labels, 1)

    def _check_options(self, options: dict[str, Any], count: int) -> dict[str, Any]:
        """Options with their defaults; an option that is given for each item must have one for each."""
        checked = check_all(self.options, options)
        for name, value in checked.items():
            if _per_item(value):
                _check_lengths({self.inputs[0].name: count, name: len(value)})
        return checked

    @staticmethod
    def _options_of(options: dict[str, Any], part: slice) -> dict[str, Any]:
        return {name: value[part] if _per_item(value) else value for name, value in options.items()}

    @classmethod
    def model_inputs(cls) -> tuple[str, ...]:
        """The keys that hold one value for each item in what a model takes; all others are options."""
        return tuple(field.name for field in cls.inputs)

    @classmethod
    def model_input(cls, rows: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> dict[str, Any]:
        """Rows turned into the dict of lists that a model takes."""
        task_input: dict[str, Any] = {field.name: [row.get(field.name, field.default) for row in rows] for field in cls.inputs}
        for name, value in options.items():
            own = any(name in row for row in rows)
            given = value if _per_item(value) else [value] * len(rows)
            task_input[name] = [row.get(name, other) for row, other in zip(rows, given, strict=True)] if own else value
        return task_input

    # Finetuning

    @classmethod
    def start_model(cls) -> str:
        """The model that finetuning starts from unless another one is chosen."""
        return cls.base_model or cls.default_model

    @classmethod
    def variant(cls, name: str | None = None) -> Variant:
        """The variant of that name; the first one is the default."""
        for variant in cls.variants:
            if name in (None, variant.name):
                return variant
        raise StudioError(f"{cls.term} has no variant {name!r}.", f"It has {', '.join(variant.name for variant in cls.variants)}.")

    @classmethod
    def check_params(cls, params: Mapping[str, Any], variant: str | Variant | None = None) -> dict[str, list[Any]]:
        """The params as new lists. Missing or unknown keys (all named) and unequal lengths (both named) are refused."""
        chosen = variant if isinstance(variant, Variant) else cls.variant(variant)
        known = [column.key for column in chosen.columns]
        needed = {column.key for column in chosen.columns if column.required}
        missing, unknown = sorted(needed - set(params)), sorted(set(params) - set(known))
        if missing or unknown:
            said = [f"{word} {', '.join(keys)}" for word, keys in (("lack", missing), ("have the unknown", unknown)) if keys]
            raise StudioError(f"The params {' and '.join(said)}.", f"{cls.term} ({chosen.name}) takes {', '.join(known)}.")
        for key, values in params.items():
            if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
                raise StudioError(f"`{key}` is not a list but {type(values).__name__}.", "Give a list with one value for each row.")
        _check_lengths({key: len(params[key]) for key in known if key in params})
        return {key: list(params[key]) for key in known if key in params}

    def finetune(self, params: Mapping[str, Any], validation_split: float | tuple[list[int], list[int]] = 0.15,
                 epochs: int | None = None, batch_size: int | None = None, optimal_batch_size: int | None = None,
                 early_stopping_epochs: int | None = None, *, variant: str | None = None,
                 report: Callable[[Any], None] | None = None, should_stop: Callable[[], bool] | None = None,
                 train_dataloader: Callable[..., Any] | None = None, val_dataloader: Callable[..., Any] | None = None,
                 step: Callable[..., Any] | None = None, configure_optimizers: Callable[..., Any] | None = None,
                 **settings: Any) -> "Result":
        """Train the task's model in place on `params`, a dict of equally long lists (the variant's columns).

        Further settings are those of `engine.Settings`. `train_dataloader`, `val_dataloader`, `step` and
        `configure_optimizers` are functions that replace the task's own.
        """
        from engine.training.fit import fit
        from engine.training.settings import Settings

        checked = Settings.of({"validation_split": validation_split, "epochs": epochs, "batch_size": batch_size,
                               "optimal_batch_size": optimal_batch_size, "early_stopping_epochs": early_stopping_epochs, **settings})
        chosen = self.variant(variant)
        own = {"train_dataloader": train_dataloader, "val_dataloader": val_dataloader, "step": step,
               "configure_optimizers": configure_optimizers, "report": report, "should_stop": should_stop}
        given: dict[str, Any] = {name: function for name, function in own.items() if function is not None}
        self.model = self.own_model().trainable(self.name)
        return fit(self.model, self.name, chosen.name, self.check_params(params, chosen), checked, **given)

    # Models

    def own_model(self) -> Any:
        """The task's model, to be changed: of one that others answer with too, the task takes a copy of its own."""
        if self._shared is not None:
            from engine.models.auto_model import AutoModel

            self.model, self._shared = AutoModel.from_pretrained(self._shared, device=self._device), None
        return self.model

    @classmethod
    def list_models(cls, return_dict: bool = False, display: bool = False, limit: int | None = None) -> Any:
        """The models that serve this task: names, or with `return_dict` what is known of each."""
        from engine.models.auto_model import AutoModel

        return AutoModel.list_models(task=cls.name, return_dict=return_dict, display=display, limit=limit)

    def save(self, name: str, description: str | None = None, details: dict[str, Any] | None = None) -> Any:
        """Keep the model in the local hub under `name`."""
        from engine.models.keeping import save

        return save(self.model, name, description=description, details=details)

    def upload(self, name: str | None = None, description: str | None = None, tasks: list[str] | None = None,
               details: dict[str, Any] | None = None, path: str | None = None, api_key: str | None = None) -> Any:
        """Publish the model to a Studio server."""
        from engine.models.keeping import upload

        return upload(self.model, name, description=description, tasks=tasks, details=details, path=path, api_key=api_key)


def _settle_threads() -> None:
    from engine.inference.threads import settle

    settle()


def next_size(size: int, seconds: float, target: float = PART_SECONDS, most: int = LARGEST_PART) -> int:
    """Rows of the next part, when `size` rows took so long: as many as `target` seconds allow, at most four times as many."""
    return max(1, min(int(size * target / max(seconds, 1e-6)), size * 4, most))


def _per_item(value: Any) -> bool:
    """Whether an option is given for each item: a list of lists."""
    return isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(item, list | tuple) for item in value)


def _check_lengths(lengths: dict[str, int]) -> None:
    """Refuse lists that belong together but differ in length, naming two that do."""
    (first, length), *rest = lengths.items()
    for other, count in rest:
        if count != length:
            raise StudioError(f"`{first}` has {length} items but `{other}` has {count}.", "Give lists of the same length.")
