"""Home: what can be done here, the latest runs and models, and a sample to try."""

import streamlit as st

from studio import frame, home_view
from studio.errors import guard

frame.heading("Backprop Studio", "Ask ready-made models, teach them your own labels, keep what you trained. All of it on this machine.")
home_view.doors()
home_view.samples()
left, right = st.columns(2, gap="large")
with left, guard():
    home_view.latest_runs()
with right, guard():
    home_view.latest_models()
