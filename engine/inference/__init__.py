"""How models answer fast: batches of like lengths, the right device and precision, models kept loaded."""
