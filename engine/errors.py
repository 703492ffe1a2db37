"""The one error that a user is shown. Everything else is a bug and goes to the log."""


class StudioError(Exception):
    """Something the user can put right.

    message: one sentence that says what happened and names the value.
    hint: one sentence that says what to do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Stopped(Exception):
    """Raised inside a long job after its `should_stop()` said yes; never shown as an error."""
