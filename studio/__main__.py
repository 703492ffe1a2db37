"""`python3 -m studio`: prepare what is missing, serve the studio, open the browser."""

import argparse
import os
import socket
import sys
import threading
import time
import urllib.request
import webbrowser

from studio import starter

HOST = "127.0.0.1"


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m studio", description="Backprop Studio, in the browser.")
    parser.add_argument("--port", type=_port, default=8501, help="where to serve (default: 8501; the next free one if it is taken)")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="serve only, open no browser")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port from 1 to 65535")
    return int(text)


def free_port(first: int) -> int:
    """`first`, or the next port that nobody listens on."""
    for port in range(first, min(first + 100, 65536)):
        if _is_free(port):
            return port
    raise starter.Missing(f"The ports from {first} on are all taken: choose another one with --port.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as probe:
        if os.name != "nt":  # elsewhere than on Windows a port that was just left cannot be taken again without this
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def serve(port: int, browser: bool) -> int:
    """Run the server in this process until Ctrl-C or SIGTERM."""
    free = free_port(port)
    if free != port:
        starter.say(f"Port {port} is taken, so this is port {free}.")
    threading.Thread(target=announce, args=(f"http://{HOST}:{free}", browser, time.monotonic()), daemon=True).start()
    import click
    from streamlit.web import cli

    # The address and the rest stand in .streamlit/config.toml; the browser is opened by announce(), when there is something to see.
    flags = ("--server.port", str(free), "--logger.hideWelcomeMessage", "true")
    try:
        cli.main(["run", str(starter.ROOT / "studio" / "app.py"), *flags], standalone_mode=False)
    except click.Abort:  # Ctrl-C, after the server has closed
        starter.say("Backprop Studio has ended. What it keeps is in its home folder.")
    return 0


def announce(url: str, browser: bool, began: float) -> None:
    """Say where the studio is, and open it, as soon as it answers."""
    while not _answers(url):
        time.sleep(0.05)
    starter.say(f"Backprop Studio is at {url} (it took {time.monotonic() - began:.1f} s to start). Ctrl-C ends it.")
    if browser and _has_screen():
        webbrowser.open(url)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _has_screen() -> bool:
    # Without one, webbrowser falls back to a text browser that takes the terminal over.
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    chosen = options(sys.argv[1:])
    starter.command("studio", ("requirements.txt",), lambda: serve(chosen.port, chosen.browser))
