from engine.tasks import TASKS
from studio.navigation import exists, groups, page_of


def test_the_menu_holds_only_pages_that_exist_each_once() -> None:
    entries = [entry for group in groups().values() for entry in group]
    assert all(entry.path.is_file() for entry in entries)
    assert len({entry.file for entry in entries}) == len(entries)


def test_every_task_that_has_a_page_is_in_the_menu_under_its_own_title() -> None:
    asked = {entry.file: entry for entry in groups()["Ask"]}
    for task in TASKS.values():
        if exists(task.page):
            assert (asked[task.page].title, asked[task.page].icon) == (task.title, task.icon)


def test_home_comes_first_and_settings_last() -> None:
    names = [entry.file for group in groups().values() for entry in group]
    assert names[0] == "home" and names[-1] == "settings"


def test_the_page_of_a_model_is_that_of_its_first_task_that_has_one() -> None:
    assert page_of(["no-such-task", "text-classification"]) == "text_classification"
    assert page_of(["no-such-task"]) is None
