"""The model card that lies in a download: what the model does, how it was made, how good it is, how to use it."""

from typing import Any

from engine import words
from engine.hub.cards import Card
from engine.tasks import task_class

_LABELS_SHOWN = 200
_LEFT_OUT = ("validation_split",)  # a pair of row lists would fill pages


def model_card(card: Card, golden: dict[str, Any]) -> str:
    """Markdown."""
    parts = [_head(card), _use(card, golden["checks"][0]["task"]), _labels(card), _quality(card), _training(card), _files(card, golden)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(card: Card) -> str:
    base = f" Finetuned from {card.base}." if card.base else ""
    made = f"Made on {card.created:%Y-%m-%d}."
    licence = f" Licence of the weights that it comes from: {card.details['licence']}." if (card.details or {}).get("licence") else ""
    return f"# {card.name}\n\n{card.description or 'No description.'}\n\nTask: {', '.join(card.tasks)}.{base} {made}{licence}"


def _use(card: Card, task: str) -> str:
    declared = task_class(task)
    asks = not card.labels and any(option.kind == "labels" for option in declared.options)
    labels = ' --labels "one, another"' if asks else ""
    needed = [field for field in declared.inputs if field.required]
    columns = " and ".join(f"`{field.name}`" + (" (paths of image files)" if field.kind == "image" else "") for field in needed)
    others = [name for name in card.tasks if name != task]
    more = f" It answers {', '.join(others)} too: `--task {others[0]}`." if others else ""
    return ("## Use\n\nPython 3.11 to 3.13:\n\n```\npip install -r requirements.txt\npython predict.py --check\n"
            f"python predict.py rows.csv{labels} --output answers.csv\n```\n\n"
            f"The file has {'the columns' if len(needed) > 1 else 'a column'} {columns}; `--column` names another.{more}\n\n"
            "`--check` answers the inputs of golden.json again and compares. predict.py adds the columns `answer` and `probability`; "
            "cells that a spreadsheet would run as a formula get a quote before them.")


def _labels(card: Card) -> str:
    if not card.labels:
        return ""
    shown = ", ".join(f"`{label}`" for label in card.labels[:_LABELS_SHOWN])
    more = f" and {len(card.labels) - _LABELS_SHOWN} more (model/config.json)" if len(card.labels) > _LABELS_SHOWN else ""
    how = "any number of them per row" if card.multi_label else "exactly one per row"
    return f"## Labels\n\n{words.plural(len(card.labels), 'label')}, {how}: {shown}{more}."


def _quality(card: Card) -> str:
    if not card.metrics:
        return ""
    lines = [f"| {name} | {value:.4f} |" for name, value in card.metrics.items() if isinstance(value, int | float)]
    text = "## Quality\n\nOn rows that were held back from training:\n\n| metric | value |\n|---|---|\n" + "\n".join(lines)
    found = (card.details or {}).get("evaluation")
    if found:
        low, high = found["interval"]
        text += f"\n\n{found['metric']} lies between {low:.4f} and {high:.4f} (95% bootstrap interval)."
        for name, value in found["baselines"].items():
            text += f" The {name} baseline reaches {value:.4f}." if value is not None else ""
    return text


def _training(card: Card) -> str:
    lines = []
    if card.data:
        lines.append(f"Data: {card.data.get('name') or 'given in code'}, {words.plural(card.data['rows'], 'row')}, "
                     f"fingerprint `{card.data['fingerprint']}`.")
    if card.run:
        lines.append(f"Run: `{card.run}`." + (f" Parent: `{card.parent}`." if card.parent else ""))
    if card.settings:
        given = [f"| {name} | {value} |" for name, value in card.settings.items()
                 if value is not None and not (name in _LEFT_OUT and isinstance(value, list | tuple))]
        lines.append("| setting | value |\n|---|---|\n" + "\n".join(given))
    return "## Training\n\n" + "\n\n".join(lines) if lines else ""


def _files(card: Card, golden: dict[str, Any]) -> str:
    count = sum(len(one["rows"]) for one in golden["checks"])
    return ("## Files\n\n- `model/`: weights and config.json; loading it runs no pickled code\n- `predict.py`: CSV in, CSV out\n"
            f"- `golden.json`: {words.plural(count, 'input')} with the answers at export, computed in {golden['precision']}; "
            "they may be rows of the training file\n- `engine/`: the source that computes the answers\n"
            "- `requirements.txt`: what it needs, pinned\n\n"
            f"SHA-256 of the weights and what belongs to them: `{card.fingerprint}`")
