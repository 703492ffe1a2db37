"""The starter is run for real: a small project of its own, a Python outside any environment, pip, and a package made here."""

import os
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from studio import starter
from studio.__main__ import free_port, options

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
TOOL = """
import sys
from studio import starter

def run():
    import probe
    print("ran in", sys.prefix, "with", sys.argv[1:], probe.SAYS)
    return 0

starter.command("tool", ("requirements.txt",), run)
"""


def make_project(folder: Path, requirements: str) -> Path:
    (folder / "studio").mkdir(parents=True)
    for name in ("__init__.py", "__main__.py", "starter.py", "pip_words.py"):
        shutil.copy(ROOT / "studio" / name, folder / "studio" / name)
    (folder / "tool").mkdir()
    (folder / "tool" / "__main__.py").write_text(TOOL)
    (folder / "requirements.txt").write_text(requirements)
    return folder


def make_wheel(folder: Path) -> str:
    name = "probe-1.0-py3-none-any.whl"
    about = "probe-1.0.dist-info"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        wheel.writestr("probe.py", "SAYS = 'hello'\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", f"probe.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")
    return name


def begin(project: Path, *arguments: str, python: Path = OUTSIDE, **environment: str) -> subprocess.Popen[str]:
    environment = {"STUDIO_HOME": str(project / "home")} | environment
    plain = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    command = [str(python), "-m", *(arguments or ("tool",))]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=project, env=plain | environment, text=True, encoding="utf-8", **pipes)


def start(project: Path, *arguments: str, python: Path = OUTSIDE, **environment: str) -> tuple[int, str, str]:
    process = begin(project, *arguments, python=python, **environment)
    out, error = process.communicate(timeout=180)
    return process.returncode, out, error


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment was made by two starts at once."""
    folder = make_project(tmp_path_factory.mktemp("project"), "")
    (folder / "requirements.txt").write_text(f"./{make_wheel(folder)}\n")
    both = [begin(folder, "tool", str(number)) for number in (1, 2)]
    said = [process.communicate(timeout=180) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum(out.count("Making the virtual environment") for out, _ in said) == 1, said
    assert sum(out.count("Installing what is missing") for out, _ in said) == 1, said
    assert all("hello" in out for out, _ in said), said
    return folder


def test_two_starts_at_once_make_one_environment_and_both_run(project: Path) -> None:
    assert (project / ".venv" / "studio-made").exists()
    assert not (project / ".venv" / "studio-making").exists()


def test_a_second_start_installs_nothing_and_keeps_the_arguments(project: Path) -> None:
    log = project / ".venv" / "studio-install.log"
    before = log.stat().st_mtime_ns
    code, out, error = start(project, "tool", "-k", "two words")
    assert (code, error) == (0, "")
    assert out == f"ran in {project / '.venv'} with ['-k', 'two words'] hello\n"
    assert log.stat().st_mtime_ns == before


def test_inside_an_environment_that_one_is_used(project: Path, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other", (project / "requirements.txt").read_text())
    make_wheel(other)
    inside = project / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    code, out, error = start(other, python=inside)
    assert (code, error) == (0, "")
    assert f"ran in {project / '.venv'}" in out
    assert not (other / ".venv").exists()


def test_an_install_that_was_interrupted_is_finished(project: Path) -> None:
    module = next((project / ".venv").rglob("probe.py"))
    module.unlink()  # as after a kill between a package's files: its metadata are there, a file is not
    (project / ".venv" / "studio-installed.json").unlink()
    (project / ".venv" / "studio-installing").touch()
    code, out, error = start(project)
    assert (code, error) == (0, "")
    assert module.exists() and "hello" in out
    assert not (project / ".venv" / "studio-installing").exists()


def test_a_changed_requirement_is_installed(project: Path) -> None:
    requirements = project / "requirements.txt"
    requirements.write_text(requirements.read_text() + "# changed\n")
    code, out, _ = start(project)
    assert code == 0 and "Installing what is missing" in out


def test_a_half_made_environment_is_made_anew(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", "")
    (project / "requirements.txt").write_text(f"./{make_wheel(project)}\n")
    (project / ".venv" / "lib").mkdir(parents=True)
    (project / ".venv" / "pyvenv.cfg").write_text("home = nowhere\n")
    code, out, error = start(project)
    assert (code, error) == (0, "")
    assert "Making anew the virtual environment" in out and "hello" in out


def test_an_environment_without_pip_is_given_one(project: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([OUTSIDE, "-m", "venv", "--without-pip", bare], check=True)
    inside = bare / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    code, out, error = start(project, python=inside)
    assert (code, error) == (0, "")
    assert f"ran in {bare}" in out


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", "")
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian" / "ensurepip.py").write_text("raise ModuleNotFoundError('ensurepip')\n")  # found before the real one
    code, out, error = start(project, PYTHONPATH=str(tmp_path / "debian"))
    assert code == 1 and out == ""
    assert error == (
        f"This Python cannot make virtual environments, for its venv module is missing: install it (on Debian and Ubuntu: "
        f"sudo apt install python3.{sys.version_info[1]}-venv) and start again.\n"
    )


def test_without_a_network_one_sentence_says_so(project: Path, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other", "a-package-from-the-index==1.0\n")
    inside = project / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    nobody = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
    code, _, error = start(other, python=inside, **nobody)
    assert code == 1
    assert error == "The packages could not be fetched: connect to the network (behind a proxy, set HTTPS_PROXY) and start again.\n"


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", "")
    (project / ".venv.lock").mkdir()  # nothing can be written there, not even by an administrator
    code, _, error = start(project)
    assert code == 1
    assert error.startswith(f"The folder {project} cannot be written to") and error.count("\n") == 1


def test_a_home_folder_that_cannot_be_made_is_named(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, error = start(project, STUDIO_HOME=str(tmp_path / "file" / "home"))
    assert code == 1
    assert error.startswith(f"The home folder {tmp_path / 'file' / 'home'} cannot be made") and error.count("\n") == 1


def test_the_starter_and_the_engine_mean_the_same_home_folder(home: Path) -> None:
    from engine import paths

    assert starter._require_home() == paths.home() == home


def test_too_little_disk_is_said_with_both_amounts(tmp_path: Path) -> None:
    with pytest.raises(starter.Missing, match=r"needs about 10\d* GB of disk and .* has [\d.]+ GB free: free some space"):
        starter.require_space(tmp_path, shutil.disk_usage(tmp_path).free + 10**16)


def test_a_python_that_is_too_old_is_told_so(tmp_path: Path) -> None:
    found = [path for number in (10, 9, 8, 7, 6) if (path := shutil.which(f"python3.{number}"))]
    found += [str(path) for path in sorted((Path.home() / ".pyenv" / "versions").glob("3.[6-9].*/bin/python"))]
    old = [path for path in found if subprocess.run([path, "-c", "pass"], capture_output=True, check=False).returncode == 0]
    if not old:
        pytest.skip("there is no Python older than 3.11 here")
    project = make_project(tmp_path / "project", "")
    code, out, error = start(project, "studio", python=Path(old[0]))
    assert code == 1 and out == ""
    assert error.startswith("Backprop Studio needs Python 3.11, 3.12 or 3.13 and this is 3.") and error.count("\n") == 1


def test_a_taken_port_gives_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port(port) < port + 100


def test_the_default_is_port_8501_and_a_browser() -> None:
    assert vars(options([])) == {"port": 8501, "browser": True}
    assert vars(options(["--port", "9000", "--no-browser"])) == {"port": 9000, "browser": False}


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_what_is_no_port_is_refused_before_anything_is_installed(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options([f"--port={port}"])
    assert f"{port} is not a port from 1 to 65535" in capsys.readouterr().err
