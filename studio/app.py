"""The studio's entry: `streamlit run studio/app.py`.

Streamlit reads this file twice: once as a module, for the server around the pages (`app`), and as `__main__` at every run of a page.
"""

import sys
from pathlib import Path

import streamlit as st

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.append(ROOT)

if __name__ == "__main__":
    from studio import frame

    frame.draw()
else:
    from studio import server
    from studio.errors import script_failed

    app = st.App(__file__, lifespan=server.lifespan, routes=server.ROUTES, middleware=server.MIDDLEWARE, on_script_error=script_failed)
