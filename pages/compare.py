"""Compare: what is alike among texts, images, and both."""

from studio.compare import page

page.show()
