"""Measurements in processes of their own, so that none warms up, or weighs upon, another."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any


def run(module: str, *arguments: str, **environment: str) -> Any:
    """What `python -m module arguments` prints as its last line of JSON, with its peak memory."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], env={**os.environ, **environment}, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise SystemExit(f"{module} {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def tell(result: dict[str, Any]) -> None:
    """Print a measurement with the peak memory of this process."""
    print(json.dumps({**result, "peak_mb": peak()}))


def peak() -> int:
    """The most memory that this program held, in MB. `ru_maxrss` also counts what the process was before it began this program, which is
    as large as the one that started it; Linux tells this program's own."""
    try:
        said = Path("/proc/self/status").read_text("utf-8")
        return int(said.split("VmHWM:")[1].split()[0]) * 1024 // 1_000_000
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1_000_000
