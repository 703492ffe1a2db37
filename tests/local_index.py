"""A server on this machine that stands for the Hugging Face hub and for a package index, with tiny files, as slow as a test wants."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

COMMIT = "a" * 40


@dataclass
class Index:
    """files: {path: content} of the one repository `someone/tiny`; wheels: {file name: content}; asked: what was sent, in order.

    pause: seconds before each `part` bytes of a file.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    wheels: dict[str, bytes] = field(default_factory=dict)
    pause: float = 0.0
    part: int = 65_536
    asked: list[str] = field(default_factory=list)
    address: str = ""


def add_folder(index: Index, folder: Path) -> None:
    """Serve what a folder holds as the repository."""
    index.files.update({path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()})


@contextmanager
def hub(folder: Path, cache: Path) -> Iterator[Index]:
    """A Hugging Face hub for this process, with what `folder` holds as the repository, and an empty cache for what is fetched from it."""
    from huggingface_hub import constants

    index = Index()
    add_folder(index, folder)
    with serving(index), pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setattr(constants, "ENDPOINT", index.address)
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{index.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}")
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        yield index


@contextmanager
def serving(index: Index) -> Iterator[Index]:
    """The index at `index.address` while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(index))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    index.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()


def _handler(index: Index) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.split("?")[0].strip("/")
            if path.startswith("api/models/someone/tiny/revision"):
                self._send(json.dumps({"id": "someone/tiny", "sha": COMMIT, "siblings": [{"rfilename": name} for name in index.files]}))
            elif path.startswith("api/models/someone/tiny/tree"):
                self._send(json.dumps([{"type": "file", "path": name, "size": len(content), "oid": _etag(content)}
                                       for name, content in index.files.items()]))
            elif path.startswith("someone/tiny/resolve/"):
                self._file(index.files.get(path.split("/", 4)[4]), path.split("/", 4)[4])
            elif path.startswith("simple/"):
                self._send("".join(f'<a href="/wheels/{name}">{name}</a>' for name in index.wheels), "text/html")
            elif path.startswith("wheels/"):
                self._file(index.wheels.get(path.split("/")[1]), path.split("/")[1])
            else:
                self._send('{"error": "Repository not found"}', status=404, more={"X-Error-Code": "RepoNotFound"})

        def _file(self, content: bytes | None, name: str) -> None:
            if content is None:
                return self._send("", status=404, more={"X-Error-Code": "EntryNotFound"})
            more = {"ETag": f'"{_etag(content)}"', "X-Repo-Commit": COMMIT}
            if self.command == "HEAD":
                return self._send(content, "application/octet-stream", more=more)
            index.asked.append(name)
            self._send(content, "application/octet-stream", more=more, slowly=True)
            return None

        def _send(self, content: bytes | str, kind: str = "application/json", status: int = 200, more: dict[str, str] | None = None,
                  slowly: bool = False) -> None:
            octets = content.encode() if isinstance(content, str) else content
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(octets)), **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            size = index.part if slowly else max(1, len(octets))
            for start in range(0, len(octets), size):
                time.sleep(index.pause if slowly else 0)
                try:
                    self.wfile.write(octets[start:start + size])
                except OSError:  # whoever asked is gone
                    return

    return Handler


def _etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
