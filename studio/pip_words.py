"""What pip says, in plain words: while it works, and when it fails. Standard library only, for the starter."""

import re
import sys
import threading
import time
from pathlib import Path

LARGE_MEGABYTES = 10


def reason(log: str, path: Path) -> str:
    """One sentence for why pip failed, from all that it said."""
    if re.search(r"No space left|Errno 28\b|not enough space|WinError 112", log):
        return "The disk is full: free about 3 GB (with graphics drivers' libraries 8 GB), and start again; it goes on from here."
    if re.search(r"Errno 13\b|Permission denied|Access is denied|Read-only file system", log):
        return f"The folder {sys.prefix} cannot be written to: {elsewhere(Path(sys.prefix))}"
    if re.search(r"Retrying \(|Max retries|ConnectionError|ProxyError|SSLError|timed out|name resolution|ConnectionReset", log):
        return "The packages could not be fetched: connect to the network (behind a proxy, set HTTPS_PROXY) and start again."
    if found := re.search(r"No matching distribution found for (\S+)", log):
        return f"There is no {found[1]} for this computer: use a 64-bit Python 3.11, 3.12 or 3.13 (this is {sys.version.split()[0]})."
    errors = re.findall(r"^ERROR: (.*)$", log, re.MULTILINE) or ["no reason given"]
    return f"pip could not install the packages ({errors[-1].strip().rstrip('.')}): put it right and start again; all it said is in {path}."


def elsewhere(folder: Path) -> str:
    """The remedy for a folder that cannot be written to."""
    return f"move Backprop Studio to a folder of your own, or make {folder} writable, and start again."


class Progress:
    """pip's lines in plain words: one line that is written over on a terminal, the long steps alone elsewhere."""

    WORDS = (
        (r"Collecting ([\w.-]+)", "Looking up {}"),
        (r"\s+Downloading ([A-Za-z0-9_.]+?)-\d\S* \(([\d.]+ .B)\)", "Downloading {} ({})"),
        (r"\s+Using cached ([A-Za-z0-9_.]+?)-\d", "Taking {} from the cache"),
        (r"\s*Building wheels? for collected packages: (.*)", "Building {}"),
    )

    def __init__(self) -> None:
        self.terminal = sys.stdout.isatty()
        self.began = time.monotonic()
        self.text = "Looking at what is there"
        self.ended = threading.Event()
        self.ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "Progress":
        self.ticker.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.ended.set()
        self.ticker.join()
        if self.terminal:
            print("\r" + " " * 78 + "\r", end="", flush=True)
        if problem[0] is None:
            print(f"  pip was at work for {time.monotonic() - self.began:.0f} s", flush=True)

    def hear(self, line: str) -> None:
        if line.startswith("Installing collected packages:"):
            self.text = f"Unpacking {line.count(',') + 1} packages; this takes a minute or two"
            self._show(long=True)
        for pattern, words in self.WORDS:
            if found := re.match(pattern, line):
                self.text = words.format(*(part.strip() for part in found.groups()))
                size = re.search(r"\(([\d.]+) MB", self.text)
                self._show(long="GB)" in self.text or (size is not None and float(size[1]) >= LARGE_MEGABYTES))

    def _show(self, long: bool = False) -> None:
        if self.terminal:
            print(f"\r  {time.monotonic() - self.began:4.0f} s  {self.text[:66]:66}", end="", flush=True)
        elif long:
            print(f"  {self.text}", flush=True)

    def _tick(self) -> None:
        while not self.ended.wait(1):
            self._show()
