"""Home: what can be done here."""

from studio.frame import heading

heading("Backprop Studio", "Ask ready-made models, teach them your own data, keep what you trained. All on this machine.")
