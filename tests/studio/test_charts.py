"""The palette is measured, not believed; charts are drawn and say in words what they show."""

import json
from itertools import combinations

import pytest
from streamlit.testing.v1 import AppTest

from studio.charts import GROUPS, NUMBERS, PALETTE, confused_pairs, shorten

LIGHT, DARK = "#ffffff", "#030505"
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SEEN_BY = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
}
# Colours that stand side by side in one chart.
TOGETHER = [("training", "validation"), ("ours", "baseline"), ("training", "failure"), ("validation", "failure"), ("warning", "validation"),
            ("validation", "baseline"), ("training", "baseline")]


def linear(colour: str) -> list[float]:
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, ground: str, share: float) -> str:
    """The colour laid over the ground, so much of it."""
    parts = [(int(colour[place:place + 2], 16), int(ground[place:place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(over * share + under * (1 - share)):02x}" for over, under in parts)


def lab(colour: str, reader: str) -> list[float]:
    """CIELAB of a colour as this reader sees it."""
    red, green, blue = (min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(colour), strict=True)))) for row in SEEN_BY[reader])
    white = (0.9505, 1.0, 1.089)
    xyz = (0.4124 * red + 0.3576 * green + 0.1805 * blue, 0.2126 * red + 0.7152 * green + 0.0722 * blue,
           0.0193 * red + 0.1192 * green + 0.9505 * blue)
    f = [(value / of) ** (1 / 3) if value / of > 0.008856 else 7.787 * value / of + 16 / 116 for value, of in zip(xyz, white, strict=True)]
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


def difference(one: str, other: str, reader: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one, reader), lab(other, reader), strict=True)) ** 0.5


@pytest.mark.parametrize("role", PALETTE)
@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_every_colour_stands_out_on_both_backgrounds(role: str, background: str) -> None:
    assert contrast(PALETTE[role], background) >= 3


@pytest.mark.parametrize("colour", GROUPS)
@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_every_group_of_a_map_stands_out_on_both_backgrounds(colour: str, background: str) -> None:
    assert contrast(colour, background) >= 3


def along(colours: tuple[str, ...], steps: int = 8) -> list[str]:
    """A scale's colours, with so many steps from each to the next."""
    pairs = zip(colours, colours[1:], strict=False)
    return [*(mixed(end, start, step / steps) for start, end in pairs for step in range(steps)), colours[-1]]


@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_every_number_on_a_map_stands_out_on_both_backgrounds(background: str) -> None:
    assert min(contrast(colour, background) for colour in along(NUMBERS)) >= 3


@pytest.mark.parametrize("reader", SEEN_BY)
def test_the_scale_of_numbers_grows_ever_lighter_and_its_steps_differ_for_every_reader(reader: str) -> None:
    light = [luminance(colour) for colour in along(NUMBERS)]
    assert light == sorted(light)
    assert all(difference(one, other, reader) >= 15 * abs(first - second)
               for (first, one), (second, other) in combinations(enumerate(NUMBERS), 2))


@pytest.mark.parametrize("reader", SEEN_BY)
@pytest.mark.parametrize(("one", "other"), TOGETHER)
def test_colours_that_stand_together_differ_for_every_reader(one: str, other: str, reader: str) -> None:
    assert difference(PALETTE[one], PALETTE[other], reader) >= 15


def test_no_two_roles_share_a_colour() -> None:
    assert all(difference(PALETTE[one], PALETTE[other], "all") >= 15 for one, other in combinations(PALETTE, 2))


def test_the_theme_names_the_background_that_was_measured() -> None:
    import tomllib
    from pathlib import Path

    theme = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert (theme["light"]["backgroundColor"], theme["dark"]["backgroundColor"]) == (LIGHT, DARK)
    for scheme in ("light", "dark"):
        accent = theme[scheme].get("primaryColor", theme["primaryColor"])
        assert contrast(accent, "#ffffff") >= 4.5, "text on a button"
        assert contrast(accent, theme[scheme]["backgroundColor"]) >= 4.5, "the open tab's name"
        assert contrast(mixed(theme[scheme]["textColor"], theme[scheme]["backgroundColor"], 0.6), theme[scheme]["backgroundColor"]) >= 4.5
        assert contrast(theme[scheme]["grayTextColor"], theme[scheme]["backgroundColor"]) >= 4.5
        assert contrast(theme[scheme]["textColor"], theme[scheme]["backgroundColor"]) >= 7
        assert contrast(theme[scheme]["linkColor"], theme[scheme]["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("size", [2, 12, 77])
def test_the_confusion_matrix_names_every_class(size: int) -> None:
    def script(size: int) -> None:
        from studio import charts

        matrix = [[8 if row == column else int(abs(row - column) == 1) for column in range(size)] for row in range(size)]
        charts.confusion(matrix, [f"label {number}" for number in range(size)], key="matrix")

    app = AppTest.from_function(script, args=(size,)).run()
    assert not app.exception
    chart = app.get("plotly_chart")[0].proto
    figure = json.loads(chart.spec)
    assert figure["layout"]["yaxis"]["ticktext"] == [f"label {number}" for number in range(size)]
    assert figure["layout"]["height"] >= size * 15
    assert f"{size} classes" in chart.alt


def test_probabilities_are_ranked_and_told_in_words() -> None:
    def script() -> None:
        from studio import charts

        charts.probabilities({"nature": 0.05, "product issue": 0.98}, key="answer")

    app = AppTest.from_function(script).run()
    assert not app.exception
    chart = app.get("plotly_chart")[0].proto
    assert json.loads(chart.spec)["layout"]["yaxis"]["ticktext"] == ["product issue", "nature"]
    assert "product issue at 98.0%" in chart.alt


def test_confused_pairs_come_by_their_rows() -> None:
    table = confused_pairs([[8, 2, 0], [5, 1, 0], [0, 0, 3]], ["a", "b", "c"])
    assert table.values.tolist() == [["b", "a", 5, 5 / 6], ["a", "b", 2, 0.2]]


def test_long_names_keep_both_ends() -> None:
    short = shorten("balance_not_updated_after_cheque_or_cash_deposit", 28)
    assert len(short) == 28 and short.startswith("balance_not") and short.endswith("deposit")
