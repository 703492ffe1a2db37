from streamlit.testing.v1 import AppTest

from studio.live_chart import thin


def test_thinning_keeps_ends_peaks_and_order() -> None:
    points = [(float(step), 100.0 if step == 7_777 else step % 10 / 10) for step in range(20_000)]
    kept = thin(points, 1000)
    assert len(kept) <= 1000
    assert kept[0] == points[0] and kept[-1] == points[-1]
    assert (7_777.0, 100.0) in kept
    assert kept == sorted(kept)


def test_few_points_stay_as_they_are() -> None:
    assert thin([(0.0, 1.0), (1.0, 0.5)]) == [(0.0, 1.0), (1.0, 0.5)]


def test_a_chart_without_points_is_drawn_too() -> None:
    def script() -> None:
        from studio.live_chart import Curve, live_chart

        live_chart([Curve("Training", [], "training"), Curve("Odd", [(1.0, float("nan"))], "ours")], key="empty", alt="Nothing yet")

    assert not AppTest.from_function(script).run().exception
