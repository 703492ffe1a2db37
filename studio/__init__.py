"""Everything Streamlit that more than one page needs, and the two commands' starter."""

import sys

# Checked here because every way in (`python -m studio`, `python -m tests`, `streamlit run`) passes here first, and in
# words that any Python can read: the modules after this one cannot be parsed by an old one.
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.stderr.write(
        "Backprop Studio needs Python 3.11, 3.12 or 3.13 and this is %s: install one of them and start it by its number, "
        "for example with python3.12 instead of python3.\n" % sys.version.split()[0]
    )
    sys.exit(1)
