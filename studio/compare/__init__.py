"""The page Compare: what is alike among texts, images, and both."""
