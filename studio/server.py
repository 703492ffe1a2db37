"""The server around the pages: what happens at its start and end, security headers, downloads streamed from disk."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio
import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio import navigation

# Everything comes from this server; Streamlit's front end needs inline styles, blobs for workers and components, and eval for charts.
POLICY = ("default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
          "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss: blob: data:; worker-src 'self' blob:; "
          "frame-ancestors 'self'; object-src 'none'; base-uri 'self'")
HEADERS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer",
           "Content-Security-Policy": POLICY, "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()"}
OFFERS = 200
LOOKED_INTO = 4  # tables whose items can be asked for one by one
WHERE = 'window.__streamlit = {BACKEND_BASE_URL: new URL("./", window.location.href).href}'

_offers: OrderedDict[str, tuple[Path, str]] = OrderedDict()
_tellers: OrderedDict[str, tuple[str, Callable[[int], Any]]] = OrderedDict()
_lock = threading.Lock()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Once a server process: recover runs at the start; at the end, also after Ctrl-C and SIGTERM, stop the training thread and wait."""
    from studio import resources  # what it keeps in Streamlit's caches wants the runtime, which is there only now

    resources.start_in_background()
    try:
        yield
    finally:
        await anyio.to_thread.run_sync(resources.stop)


class SecurityHeaders:
    """Adds HEADERS to every answer over HTTP."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def offer(file: Path, name: str) -> str:
    """An address under which this file can be downloaded while the server lives; its token cannot be guessed."""
    with _lock:
        for token, offered in _offers.items():
            if offered == (file, name):
                return f"/download/{token}"
        token = secrets.token_urlsafe(24)
        _offers[token] = (file, name)
        while len(_offers) > OFFERS:
            _offers.popitem(last=False)
        return f"/download/{token}"


async def _download(request: Request) -> Response:
    """Streams an offered file from disk, in pieces."""
    with _lock:
        offered = _offers.get(request.path_params["token"])
    if offered is None or not offered[0].is_file():
        return PlainTextResponse("This download is no longer there. Go back to the studio and ask for it again.", status_code=404)
    return FileResponse(offered[0], filename=offered[1], headers={"Cache-Control": "no-store"})


def tells(name: str, teller: Callable[[int], Any]) -> str:
    """An address below which `teller(number)` can be asked for, as JSON, such as what the pointer shows of one of many points.

    The same name keeps its address, which cannot be guessed. The teller runs outside any page: it may use no session.
    """
    with _lock:
        token = next((token for token, (known, _) in _tellers.items() if known == name), secrets.token_urlsafe(24))
        _tellers[token] = name, teller
        _tellers.move_to_end(token)
        while len(_tellers) > LOOKED_INTO:
            _tellers.popitem(last=False)
    return f"{_base()}/item/{token}"


async def _item(request: Request) -> Response:
    """What is told of one item. The browser may keep it: the address is of this process alone."""
    with _lock:
        _, teller = _tellers.get(request.path_params["token"], ("", None))
    try:
        found = await anyio.to_thread.run_sync(teller, request.path_params["number"]) if teller else None
    except LookupError:
        found = None
    if found is None:
        return PlainTextResponse("There is no such item.", status_code=404)
    return JSONResponse(found, headers={"Cache-Control": "private, max-age=3600"})


def _base() -> str:
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


@cache
def plotly_address() -> str:
    """Where the browser finds plotly's own bundle; the version in the name lets it be kept for ever."""
    return f"{_base()}/library/plotly-{version('plotly')}.min.js"


async def _plotly(request: Request) -> Response:
    """The bundle inside the plotly package, found without importing it."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        return PlainTextResponse("plotly is not installed.", status_code=404)
    return FileResponse(Path(spec.origin).parent / "package_data" / "plotly.min.js", media_type="text/javascript",
                        headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def _page(request: Request) -> Response:
    """Streamlit's page, told where the server is. It would look under the page's own address first, and log what it misses there."""
    return HTMLResponse(_html(), headers={"Cache-Control": "no-cache"})


@cache
def _html() -> str:
    """The page with its line, or as it is where it has no head to put it in."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return page.replace("<head>", f"<head><script>{WHERE}</script>", 1)


ROUTES = [Route("/download/{token}", _download), Route("/item/{token}/{number:int}", _item), Route("/library/{name}", _plotly),
          *(Route(f"/{address}", _page) for address in navigation.addresses())]
MIDDLEWARE = [Middleware(SecurityHeaders)]
