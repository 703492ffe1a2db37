"""Hub: the models that were saved; `?model=name` opens one."""

import streamlit as st

from studio import frame, hub_card, hub_list

if name := st.query_params.get("model"):
    hub_card.show(name)
else:
    frame.heading("Hub", "The models that you saved, ready to use on every page, to download, or to train further.", "saved models")
    hub_list.show()
