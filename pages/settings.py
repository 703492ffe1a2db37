"""Settings: how the studio computes, how it looks, where it keeps things."""

import streamlit as st

from studio import frame, kept_data, settings_view

frame.heading("Settings", "How the studio computes, how it looks, and where it keeps things.")
for title, draw in (("Computing", settings_view.computing), ("Models in memory", settings_view.memory), ("Data", kept_data.show),
                    ("Cache", settings_view.cache), ("Theme", settings_view.appearance), ("Home folder", settings_view.places),
                    ("Versions", settings_view.versions)):
    st.subheader(title, anchor=False)
    draw()
