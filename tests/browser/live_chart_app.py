"""A page with a growing chart, for the browser test: `streamlit run tests/studio/live_chart_app.py`."""

import sys
from pathlib import Path

import streamlit as st

ROOT = str(Path(__file__).resolve().parent.parent.parent)
if ROOT not in sys.path:
    sys.path.append(ROOT)

from studio import server  # noqa: E402  (the root must be on the path first)
from studio.live_chart import Curve, Mark, live_chart  # noqa: E402  (likewise)


@st.fragment(run_every=0.5)
def growing() -> None:
    step = st.session_state.setdefault("step", 0)
    st.session_state["step"] = step + 1
    points = [(float(x), 2.0 / (1 + x)) for x in range(step)]
    curves = [Curve("Training", points, "training", 1.5), Curve("Validation", points[::5], "validation", 3, markers=True)]
    live_chart(curves, key="loss", alt="Loss by step", x_title="Step", y_title="Loss", marks=[Mark(5, "best")] if step > 5 else [])
    st.caption(f"step {step}")


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    growing()
else:
    app = st.App(__file__, routes=server.ROUTES, middleware=server.MIDDLEWARE)
