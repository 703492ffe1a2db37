from pathlib import Path

import pytest

from studio.pip_words import Progress, reason


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/x'", "cannot be written to"),
        ("WARNING: Retrying (Retry(total=1)) after error\nERROR: No matching distribution found for torch", "connect to the network"),
        ("ERROR: No matching distribution found for torch==2.13.0", "There is no torch==2.13.0 for this computer"),
        ("ERROR: Failed building wheel for thing.\n", "(Failed building wheel for thing)"),
    ],
)
def test_what_pip_says_becomes_one_sentence_with_a_remedy(said: str, expected: str, tmp_path: Path) -> None:
    sentence = reason(said, tmp_path / "log")
    assert expected in sentence and "\n" not in sentence


def test_long_downloads_are_said_and_short_ones_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        "Collecting torch==2.13.0 (from -r requirements.txt (line 4))",
        "  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (184.2 MB)",
        "Collecting click<9,>=7.0 (from streamlit)",
        "  Downloading click-8.5.1-py3-none-any.whl (97 kB)",
        "  Downloading huge_thing-1.0-py3-none-any.whl (1.2 GB)",
        "Installing collected packages: click, torch, huge-thing",
    ]
    with Progress() as progress:
        for line in lines:
            progress.hear(line)
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [
        "  Downloading torch (184.2 MB)",
        "  Downloading huge_thing (1.2 GB)",
        "  Unpacking 3 packages; this takes a minute or two",
    ]
    assert said[3].startswith("  pip was at work for ")
