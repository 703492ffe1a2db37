"""A finished run's evaluation: how good it is, class by class, what is confused with what, and the surest mistakes."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine import words
from engine.training.results import Evaluation
from studio import charts, data_view, results_rows
from studio.results_tables import (
    baseline_name,
    class_table,
    interval_text,
    metric,
    mistakes_table,
    most_confused,
    plain,
    value_text,
    verdict,
)

FILTERED = 1000  # different truths that can be chosen from a list
READABLE = 15  # classes whose names can be read at a glance
ALL = "all"
ROW = 36  # pixels of a table's row


# What a mistake is, and what its first column measures: of labels, of groups, of pairs with a score.
MISTAKES = {
    "labels": ("The answers that the model was surest of and that were wrong all the same. Look here first for rows with a wrong label, "
               "and for labels that mean the same.", "Sure"),
    "groups": ("Rows whose nearest neighbour, behind the arrow, is of another group, the closest first. Look here for groups that mean "
               "the same.", "Cosine"),
    "pairs": ("The pairs whose cosine is furthest from the wanted score. Look here first for scores that are wrong.", "Off"),
}


def kind_of(evaluation: Evaluation) -> str:
    """Of what the mistakes are."""
    return "labels" if evaluation.per_class else "groups" if evaluation.labels else "pairs"


def headline(evaluation: Evaluation, key: str) -> None:
    """The primary metric, large, with its interval; below it the baselines and whether training helped."""
    meant = metric(evaluation.metric)
    st.metric(f"{meant.label} on the validation rows", value_text(evaluation.metric, evaluation.value), help=meant.help or None)
    st.caption(f"95% interval {interval_text(evaluation)}", help="Drawn again and again from the validation rows, the metric lies in here "
               "95 times out of 100. With few validation rows it is wide.")
    if meant.share:
        known = sorted(((value, name) for name, value in evaluation.baselines.items() if value is not None), reverse=True)
        charts.baselines("This model", evaluation.value, {baseline_name(name): value for value, name in known}, key=f"{key}_baselines",
                         interval=evaluation.interval)
    st.markdown(verdict(evaluation))


def results(evaluation: Evaluation, key: str) -> None:
    """Single rows, per class and confusions; what the task does not have is left out."""
    seen = results_rows.draw(evaluation, key)
    classes = class_table(evaluation)
    if not classes.empty:
        st.subheader(f"{words.plural(len(classes), 'class', 'classes')}, the weakest first", anchor=False)
        charts.class_table(classes, key=f"{key}_classes")
    if evaluation.confusion:
        _confusion(evaluation, key)
    if classes.empty and not evaluation.confusion and not seen:
        st.caption("This task has no classes to show one by one.")


def _confusion(evaluation: Evaluation, key: str) -> None:
    matrix = evaluation.confusion or []
    pairs = charts.confused_pairs(matrix, evaluation.labels, most=len(matrix) ** 2)
    st.subheader("What is taken for what", anchor=False)
    if pairs.empty:
        st.caption("Nothing was confused: every validation row was answered right.")
    else:
        _pairs(pairs, key)
    shown, misses = list(range(len(matrix))), False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(matrix) > READABLE:
            choice = st.segmented_control("Matrix of", [READABLE, ALL], default=READABLE, required=True, key=f"{key}_matrix",
                                          format_func=lambda many: _choice(many, len(matrix)))
            shown = shown if choice == ALL else most_confused(evaluation, READABLE)
        misses = st.toggle("Mistakes only", value=len(matrix) > READABLE, key=f"{key}_misses",
                           help="Leaves the diagonal, which is right, out: what is left shows its colours better.")
    charts.confusion([[matrix[truth][answer] for answer in shown] for truth in shown], [evaluation.labels[place] for place in shown],
                     key=f"{key}_confusion", only_misses=misses)
    if len(shown) < len(matrix):
        st.caption(f"The {len(shown)} classes with the most mistakes among themselves and with the others, of {len(matrix):,}. "
                   "Draw a box to look closer, click twice to go back.")


def _pairs(pairs: pd.DataFrame, key: str) -> None:
    first, rows = pairs.iloc[0], words.plural(int(pairs["Rows"].sum()), "row")
    st.markdown(f"{words.plural(len(pairs), 'pair')} of classes {'is' if len(pairs) == 1 else 'are'} confused, in {rows}. "
                f"Most often {_named(first['Truth'])} is taken for {_named(first['Answer'])}.")
    column = st.column_config
    share = column.ProgressColumn("Share of the truth", format="%.0f%%", min_value=0, max_value=100, color=charts.FAILURE)
    st.dataframe(pairs.assign(Share=pairs["Share"] * 100), key=f"{key}_pairs", hide_index=True, height=min(ROW * (len(pairs) + 1) + 3, 290),
                 row_height=ROW, alt="Confused pairs, the most frequent first",
                 column_config={"Rows": column.NumberColumn(format="localized", width=70), "Share": share})


def _choice(many: int | str, classes: int) -> str:
    return f"All {classes:,} classes" if many == ALL else f"The {many} most confused"


def mistakes(evaluation: Evaluation, key: str, row_numbers: Sequence[int] | None = None, pictures: Sequence[str | None] = ()) -> None:
    """Wrong answers, the surest first: they show wrong labels as often as a weak model. pictures: data URLs of the mistakes' images."""
    table = mistakes_table(evaluation, row_numbers)
    if pictures:
        table.insert(0, "picture", list(pictures))
    if table.empty:
        st.caption("The answers stand beside the wanted ones under Results, those furthest off first." if evaluation.samples
                   else "No mistakes were made on the validation rows.")
        return
    said, measured = MISTAKES[kind_of(evaluation)]
    st.markdown(said)
    truth = answer = None
    if 1 < table["truth"].nunique() <= FILTERED and evaluation.labels:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            truth, answer = (st.selectbox(label, sorted(table[name].unique()), index=None, placeholder="Any", key=f"{key}_{label.lower()}",
                                          width=320) for label, name in (("Truth", "truth"), ("Answer", "predicted")))
    for name, wanted in (("truth", truth), ("predicted", answer)):
        if wanted is not None:
            table = table[table[name] == wanted]
    counted = ("Row of the file as a spreadsheet counts, the header being row 1." if row_numbers is not None
               else "Place among the given rows, the first being 1.")
    column = st.column_config
    sure = column.ProgressColumn(measured, format="%.0f%%", min_value=0, max_value=100, width=100, color=charts.FAILURE)
    height = data_view.PICTURE + 8 if pictures else ROW
    st.dataframe(table.assign(probability=table["probability"] * 100), key=f"{key}_mistakes", hide_index=True, row_height=height,
                 height=min(height * len(table) + ROW + 3, 520), alt="The surest wrong answers", column_config={
                     "picture": column.ImageColumn("", width=data_view.PICTURE + 24),
                     "row": column.NumberColumn("Row", format="%d", width=62, help=counted),
                     "probability": sure,
                     "text": column.TextColumn("Given", width=310),
                     "truth": column.TextColumn("Truth", width=170),
                     "predicted": column.TextColumn("Answer", width=170)})
    st.caption(f"{words.plural(len(table), 'row')}. At most 200 are kept, the first ones.")


def _named(label: str) -> str:
    return f"**{plain(label)}**"
