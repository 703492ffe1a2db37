"""Folders of uploads."""

import shutil
import stat
from contextlib import suppress
from pathlib import Path

from engine.disk import files_below


def remove(folder: Path) -> int:
    """Delete a folder, read-only files too; gives the bytes that are free now."""
    freed = 0
    for path, facts in list(files_below(folder)):
        freed += facts.st_size
        with suppress(OSError):  # another may be removing it too
            path.chmod(stat.S_IREAD | stat.S_IWRITE)
    shutil.rmtree(folder, ignore_errors=True)
    return freed
