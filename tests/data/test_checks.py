from pathlib import Path

import numpy as np
import pandas
import pytest

from engine import data
from engine.data import Dataset, Finding, Report
from engine.errors import StudioError
from engine.tasks import task_class

TASK = task_class("text-classification")
SINGLE, MULTI = TASK.variant("single_label"), TASK.variant("multi_label")
MAPPING = {"texts": "text", "labels": "label"}


def table(texts: list[str | None], labels: list[str | None]) -> pandas.DataFrame:
    frame = pandas.DataFrame({"text": texts, "label": labels}, dtype="str")
    frame.index = pandas.RangeIndex(2, 2 + len(frame), name="row")
    return frame


def clean(rows: int = 40) -> pandas.DataFrame:
    return table([f"message about {('cards', 'fees')[n % 2]} with words of number {n}" for n in range(rows)],
                 [("card", "fee")[n % 2] for n in range(rows)])


def only(report: Report, kind: str) -> Finding:
    found = [finding for finding in report.findings if finding.kind == kind]
    assert len(found) == 1, [finding.kind for finding in report.findings]
    return found[0]


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


def mended(frame: pandas.DataFrame, finding: Finding, number: int = 0) -> pandas.DataFrame:
    return data.apply_fix(frame, finding.fixes[number])


def test_clean_rows_have_no_findings() -> None:
    report = data.check(clean(), SINGLE, MAPPING)
    assert (report.findings, report.ready, report.rows, report.classes) == ((), True, 40, {"card": 20, "fee": 20})


def test_missing_texts_and_labels_are_errors_with_their_rows_and_a_fix() -> None:
    frame = clean()
    frame.loc[5, "text"], frame.loc[9, "text"], frame.loc[12, "label"] = None, "   ", ""
    report = data.check(frame, SINGLE, MAPPING)
    missing = [finding for finding in report.findings if finding.kind == "missing"]
    assert [(finding.rows, finding.count, finding.severity) for finding in missing] == [((5, 9), 2, "error"), ((12,), 1, "error")]
    for finding in missing:
        frame = mended(frame, finding)
    assert data.check(frame, SINGLE, MAPPING).ready and len(frame) == 37


def test_copies_near_copies_and_contradictions_of_real_messages_are_found_and_mended(shared_data: Path) -> None:
    dataset = Dataset.of(data.store(shared_data / "sms_spam" / "spam.csv", "spam.csv"))
    dataset = dataset.with_mapping(dataset.guess(SINGLE))
    report = data.check(dataset, SINGLE)
    copies = only(report, "duplicates")
    assert copies.count == 403 and copies.rows[0] == 104
    assert copies.examples[0]["row"] == 104 and copies.examples[0]["v1"] == "ham"
    mended = dataset.with_fix(copies.fixes[0])
    again = data.check(mended, SINGLE)
    assert "duplicates" not in kinds(again) and again.rows == 5169
    near = only(again, "near_duplicates")
    assert "near_duplicates" not in kinds(data.check(mended.with_fix(near.fixes[0]), SINGLE))
    assert data.check(mended.undo(), SINGLE) == report


def test_one_text_under_two_labels_is_said_and_its_most_frequent_label_can_stay() -> None:
    frame = pandas.concat([clean(),
                           table(["where is it", "where is it", "where is it", "and how"],
                                 ["card", "fee", "card", "fee"]).set_index(pandas.Index(range(50, 54)))])
    finding = only(data.check(frame, SINGLE, MAPPING), "conflicting_labels")
    assert (finding.count, finding.rows) == (3, (50, 51, 52))
    assert list(mended(frame, finding, 0).index[-3:]) == [50, 52, 53]
    assert list(mended(frame, finding, 1).index[-2:]) == [41, 53]


def test_labels_that_differ_in_case_and_spaces_are_merged_into_the_most_frequent() -> None:
    frame = clean()
    frame.loc[[2, 4], "label"] = ["Card", " card "]
    finding = only(data.check(frame, SINGLE, MAPPING), "label_spellings")
    assert finding.rows == (2, 4)
    assert data.check(mended(frame, finding), SINGLE, MAPPING).classes == {"card": 20, "fee": 20}


def test_a_label_with_outer_spaces_only_is_stripped_too() -> None:
    frame = clean().assign(label=lambda rows: rows["label"] + " ")
    finding = only(data.check(frame, SINGLE, MAPPING), "label_spellings")
    assert set(data.check(mended(frame, finding), SINGLE, MAPPING).classes) == {"card", "fee"}


def test_classes_of_one_row_are_named_and_can_be_dropped() -> None:
    frame = clean()
    frame.loc[3, "label"] = "lonely"
    finding = only(data.check(frame, SINGLE, MAPPING), "single_row_classes")
    assert finding.rows == (3,) and "“lonely”" in finding.title
    assert "lonely" not in data.check(mended(frame, finding), SINGLE, MAPPING).classes


def test_imbalance_proposes_class_weights_once() -> None:
    frame = clean(200).assign(label=["ham"] * 195 + ["spam"] * 5)
    finding = only(data.check(frame, SINGLE, MAPPING), "imbalance")
    assert (finding.severity, finding.fixes[0].arguments) == ("warning", {"name": "class_weights", "value": True})
    assert "97.5%" in finding.meaning
    csv = frame.to_csv(index=False).encode()
    weighted = Dataset.of(data.store(csv, "x.csv")).with_mapping(MAPPING).with_fix(finding.fixes[0])
    assert only(data.check(weighted, SINGLE), "imbalance").fixes == ()


def test_long_texts_are_counted_by_the_tokeniser_or_estimated_and_said_so() -> None:
    frame = clean()
    frame.loc[7, "text"] = "word " * 300
    estimated = only(data.check(frame, SINGLE, MAPPING), "long_texts")
    assert (estimated.count, estimated.rows) == (1, (7,)) and "estimate" in estimated.meaning
    seen: list[str] = []

    def tokeniser(texts: list[str]) -> list[list[int]]:
        seen.extend(texts)
        return [[0] * (len(text.split()) + 2) for text in texts]

    counted = only(data.check(frame, SINGLE, MAPPING, tokeniser=tokeniser), "long_texts")
    assert "302" in counted.meaning and "estimate" not in counted.meaning
    assert len(seen) == 1, "short texts need no tokeniser"
    assert counted.fixes[0].arguments == {"name": "max_length", "value": 512}
    assert "long_texts" not in kinds(data.check(frame, SINGLE, MAPPING, max_tokens=512))


def test_copies_between_training_and_validation_are_leakage_if_the_user_split_them() -> None:
    frame = clean()
    frame.loc[41, "text"] = frame.loc[2, "text"].upper() + "!"
    given = (list(range(30)), list(range(30, 40)))
    finding = only(data.check(frame, SINGLE, MAPPING, validation_split=given), "leakage")
    assert (finding.count, finding.rows) == (1, (41,))
    assert "leakage" not in kinds(data.check(frame, SINGLE, MAPPING)), "the studio's own split keeps copies together"


@pytest.mark.parametrize(
    ("frame", "kind"),
    [(table([], []), "too_few_rows"), (table(["one text"], ["a"]), "too_few_rows"), (clean().assign(label="same"), "one_class"),
     (clean().assign(label=pandas.Series([None] * 40, dtype="str").to_numpy()), "empty_column"),
     (clean().assign(text=pandas.Series([""] * 40, dtype="str").to_numpy()), "empty_column"),
     (clean(200).assign(label=[f"id-{number}" for number in range(200)]), "too_many_classes")],
)
def test_what_keeps_training_from_working_is_an_error_with_advice(frame: pandas.DataFrame, kind: str) -> None:
    report = data.check(frame.astype("str"), SINGLE, MAPPING)
    assert report.findings[0].kind == kind and report.findings[0].severity == "error" and not report.ready
    assert all(finding.meaning and finding.advice for finding in report.findings)


def test_a_hundred_thousand_classes_look_like_an_id() -> None:
    frame = table([f"message number {number}" for number in range(100_000)], [f"case-{number}" for number in range(100_000)])
    finding = only(data.check(frame, SINGLE, MAPPING), "too_many_classes")
    assert "100,000 different labels" in finding.title and "id or free text" in finding.meaning


def test_a_text_column_of_numbers_is_a_warning() -> None:
    frame = clean().assign(text=[f"{number * 7}.5" for number in range(40)])
    assert only(data.check(frame.astype("str"), SINGLE, MAPPING), "numeric_texts").severity == "warning"


def test_labels_that_may_mean_missing_are_asked_about() -> None:
    frame = clean()
    frame.loc[[2, 3], "label"] = ["N/A", "null"]
    finding = only(data.check(frame, SINGLE, MAPPING), "placeholder_labels")
    assert finding.rows == (2, 3) and len(mended(frame, finding)) == 38


def test_several_labels_in_a_cell_are_recognised_in_either_variant(shared_data: Path) -> None:
    frame = data.read(shared_data / "goemotions" / "train.csv", "train.csv").frame
    mapping = {"texts": "text", "labels": "labels"}
    single = data.check(frame, SINGLE, mapping)
    assert only(single, "several_labels").count == 1_008
    several = data.check(frame, MULTI, mapping)
    assert len(several.classes) == 28 and next(iter(several.classes)) == "neutral"
    assert "several_labels" not in kinds(several)
    assert "never_several_labels" in kinds(data.check(clean(), MULTI, MAPPING))


def test_a_row_without_labels_is_allowed_where_a_text_may_have_none() -> None:
    frame = clean().assign(label=["a|b", "b", "a", "c|a"] * 10)
    frame.loc[4, "label"] = None
    report = data.check(frame, MULTI, MAPPING)
    assert report.ready and only(report, "no_labels").rows == (4,)


def test_findings_come_in_the_order_in_which_they_matter() -> None:
    frame = clean(60)
    frame.loc[2, "text"] = None
    frame.loc[[4, 6], "text"] = "the same words"
    frame.loc[[7], "text"] = "the same words"
    frame.loc[9, "text"] = "word " * 400
    severities = [finding.severity for finding in data.check(frame, SINGLE, MAPPING).findings]
    assert severities == sorted(severities, key=("error", "warning", "note").index)
    assert kinds(data.check(frame, SINGLE, MAPPING))[:2] == ["missing", "conflicting_labels"]


def test_a_mapping_that_does_not_fit_is_a_clear_error() -> None:
    with pytest.raises(StudioError, match="No column is chosen for Label"):
        data.check(clean(), SINGLE, {"texts": "text"})


def test_only_the_first_thousand_row_numbers_are_kept() -> None:
    frame = table(["the same words again"] * 3_000, ["a", "b"] * 1_500)
    finding = only(data.check(frame, SINGLE, MAPPING), "conflicting_labels")
    assert finding.count == 3_000 and len(finding.rows) == 1_000
    assert all(isinstance(row, int) and not isinstance(row, np.integer) for row in finding.rows)
