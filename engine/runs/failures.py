"""What a user reads when a run fails. What is not their doing goes to the log in full, under a short number."""

import logging
import secrets
import traceback
from datetime import UTC, datetime

from engine import paths
from engine.errors import StudioError
from engine.hub.folders import disk_full

_log = logging.getLogger(__name__)


def describe(error: BaseException, what: str) -> dict[str, str]:
    """{message, hint} for a run's page; an unforeseen error is written to the log with its traceback."""
    known = error if isinstance(error, StudioError) else disk_full(error) or _out_of_memory(error)
    if known is not None:
        return {"message": known.message, "hint": known.hint}
    number = secrets.token_hex(4)
    _write(error, what, number)
    return {"message": f"Something went wrong while training (number {number}).",
            "hint": f"The log in the folder {paths.logs().name} of the studio's home says more; look for the number there."}


def _out_of_memory(error: BaseException) -> StudioError | None:
    text = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text or "not enough memory" in text:
        return StudioError("The memory did not suffice for this training.",
                           "Choose the method `head`, a smaller batch size, or shorter texts (`max_length`).")
    return None


def _write(error: BaseException, what: str, number: str) -> None:
    _log.error("%s failed (number %s)", what, number, exc_info=error)
    try:
        with (paths.logs() / "runs.log").open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {what} number {number}\n")
            file.write("".join(traceback.format_exception(error)) + "\n")
    except OSError:
        _log.warning("the log could not be written")
