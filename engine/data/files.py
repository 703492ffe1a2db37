"""Folders of uploads."""

import shutil
import stat
from pathlib import Path


def remove(folder: Path) -> int:
    """Delete a folder, read-only files too; gives the bytes that are free now."""
    freed = 0
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            freed += path.stat().st_size
            path.chmod(stat.S_IREAD | stat.S_IWRITE)
    shutil.rmtree(folder, ignore_errors=True)
    return freed
