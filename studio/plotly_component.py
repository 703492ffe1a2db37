"""Components that draw with Plotly themselves, where `st.plotly_chart` would build its whole figure anew at each change.

The script `assets/NAME.js` finds a node of the class `studio-NAME`, and `assets/plotly.js` in front of itself.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).resolve().parent.parent / "assets"


@cache
def component(name: str) -> Any:
    """Registered once a process, when it is drawn first: registration needs Streamlit's runtime."""
    script = "".join((ASSETS / f"{part}.js").read_text(encoding="utf-8") for part in ("plotly", name))
    kind = name.replace("_", "-")
    return st.components.v2.component(f"studio_{name}", html=f"<div class='studio-{kind}'></div>", js=script, isolate_styles=False)
