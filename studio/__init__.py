"""Everything Streamlit that more than one page needs, and the starter `python3 -m studio`."""
