"""Sort texts: one text, or a whole file."""

from studio import task_page

task_page.show("text-classification")
