"""Go on writing: one item, or a whole file."""

from studio import task_page

task_page.show("text-generation")
