"""What is measured, one command each; every one prints JSON."""
