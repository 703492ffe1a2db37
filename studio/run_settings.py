"""A run's settings as sentences and rows: what was used, who chose it, how far off the estimate was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import words
from engine.runs import Run
from engine.training.settings import Settings
from studio.run_words import method_name


@dataclass(frozen=True)
class SettingRow:
    """One setting as used. chosen_by: "You", "The method", "Automatic" or "Default"."""

    name: str
    label: str
    value: str
    chosen_by: str


def setting_rows(given: Mapping[str, Any], used: Mapping[str, Any]) -> list[SettingRow]:
    """Every declared setting in the wizard's order, then what else the method noted down."""
    rows = []
    declared = Settings.declared()
    for field in declared:
        value = used.get(field.name, given.get(field.name, field.default))
        asked = given.get(field.name, field.default)
        if asked not in (None, "auto") and asked != field.default:
            chosen_by = "You"
        elif value != asked and field.name in used:
            chosen_by = "Automatic" if asked == "auto" else "The method"
        else:
            chosen_by = "Default" if value is not None else "–"
        if value is None and used:
            continue  # it means nothing for this method
        said = method_name(value).lower() if field.name == "method" and value != "auto" else setting_text(value)
        rows.append(SettingRow(field.name, field.label, said, chosen_by))
    known = {field.name for field in declared}
    rows += [SettingRow(name, name.replace("_", " ").capitalize(), setting_text(value), "The method")
             for name, value in used.items() if name not in known and not isinstance(value, dict)]
    return rows


def setting_text(value: Any) -> str:
    """A setting's value as people say it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return f"{value:,}" if value >= 10_000 else str(value)
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(part, (list, tuple)) for part in value):
        return f"given rows: {len(value[0]):,} to train, {len(value[1]):,} to measure"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)


def difference_text(run: Run) -> str:
    """The estimate beside what it really took; empty without an estimate."""
    estimate = run.estimate or {}
    expected = estimate.get("seconds")
    if not expected:
        return ""
    low, high = estimate.get("seconds_low"), estimate.get("seconds_high")
    between = f" ({words.roughly(low)} to {words.roughly(high)})" if low and high else ""
    said = f"Estimated: about {words.roughly(expected)}{between}"
    if memory := estimate.get("memory_bytes"):
        said += f" and {words.size(memory)} of memory"
    if run.seconds is None or run.state != "finished":
        return f"{said}."
    off = run.seconds / expected - 1
    took = f"the training itself took {words.duration(run.seconds)}"
    if abs(off) < 0.05:
        return f"{said}; {took}, as estimated."
    return f"{said}; {took}, {abs(off):.0%} {'longer' if off > 0 else 'less'}."


def differences(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Settings in which runs differ: {label: value of each run}, in the wizard's order."""
    found = {}
    for field in Settings.declared():
        values = [setting_text(used.get(field.name, field.default)) for used in settings.values()]
        if len(set(values)) > 1:
            found[field.label] = values
    return found
