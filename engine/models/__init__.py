"""Models: one file per family, the catalogue, and how they are kept on disk."""
