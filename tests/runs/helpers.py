"""Runs as rows only, and child processes that use the same home folder."""

import os
import subprocess
import sys
from pathlib import Path

from engine.runs import changes

ROOT = Path(__file__).resolve().parents[2]


def enter(run_id: str = "20261122-104211-0001", **values: object) -> str:
    """A queued run without a folder."""
    given = {"name": "Messages", "task": "text-classification", "variant": "single_label", "model": "minilm", "method": "head",
             "settings": {"method": "head"}, "estimate": None, "origin": None,
             "data": {"fingerprint": "0" * 16, "rows": 4, "columns": ["labels", "texts"], "dataset": None, "name": None}}
    changes.enter(id=run_id, **{**given, **values})
    return run_id


def child(code: str, **environment: str) -> subprocess.Popen[str]:
    """Python code in a process of its own, with this test's home folder."""
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
