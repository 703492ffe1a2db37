"""`python3 -m tests [pytest's arguments]`: prepare what is missing, run pytest."""

import sys

from studio import starter


def run() -> int:
    import pytest

    return int(pytest.main(sys.argv[1:]))


if __name__ == "__main__":
    starter.command("tests", ("requirements.txt", "requirements-dev.txt"), run)
