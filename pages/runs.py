"""Runs: the list; with `?run=` one run, live; with `?compare=` several beside each other."""

import streamlit as st

from engine import runs
from studio import frame, run_compare, run_details, run_list, run_monitor
from studio.errors import guard
from studio.results_tables import plain
from studio.run_words import summary

one = st.query_params.get("run", "")
several = [part for part in st.query_params.get("compare", "").split(",") if part]

if one:
    with guard(run_list.back_to_the_list()):
        run = runs.get(one)
        with frame.heading(plain(run.name), plain(summary(run))):
            run_list.way_back()
        run_monitor.draw(run)
        run_details.draw(run)
elif several:
    with frame.heading("Compare runs", "What was set differently, what came of it, and the curves over each other."):
        run_list.way_back()
    run_compare.draw(several)
else:
    frame.heading("Runs", "Every training you started: watch it, look at its results, keep its model, or do it again.")
    run_list.draw()
