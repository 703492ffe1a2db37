"""Name the feeling: one item, or a whole file."""

from studio import task_page

task_page.show("emotion")
