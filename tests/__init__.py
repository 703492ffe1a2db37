"""The tests mirror the tree: engine/data/reading.py is tested in tests/data/test_reading.py."""
