"""python -m engine.runs list | show ID | stop ID [--json]"""

import argparse
import json
import sys
from collections.abc import Sequence

from engine import runs, words
from engine.errors import StudioError
from engine.runs.records import Run


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if all went well, 1 with a sentence on standard error if not."""
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.do(chosen)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.runs", description="Look at and stop training runs.")
    commands = parser.add_subparsers(required=True)
    listing = commands.add_parser("list", help="all runs, the newest first")
    listing.add_argument("--limit", type=int, default=20)
    listing.set_defaults(do=_list)
    for name, do, help in (("show", _show, "what is known of a run"), ("stop", _stop, "ask a run to stop")):
        command = commands.add_parser(name, help=help)
        command.add_argument("id")
        command.set_defaults(do=do)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _list(chosen: argparse.Namespace) -> int:
    found = runs.list(limit=chosen.limit)
    if chosen.json:
        _print_json([run.to_dict() for run in found])
    elif not found:
        print("No runs yet.")
    else:
        for run in found:
            print(f"{run.id}  {run.state:<11}  {run.method:<7}  {run.name}  {_metrics(run)}".rstrip())
    return 0


def _show(chosen: argparse.Namespace) -> int:
    run = runs.get(chosen.id)
    if chosen.json:
        _print_json(run.to_dict())
        return 0
    lines = [run.name, f"  {run.id}", f"  {run.state_text}. {run.note}".rstrip(),
             f"  {run.task} ({run.variant}), model {run.model}, method {run.method}",
             f"  {words.plural(run.data['rows'], 'row')}, started {run.started:%Y-%m-%d %H:%M:%S} UTC" if run.started else "  not started",
             f"  {_metrics(run)}", f"  saved as {run.saved_as}" if run.saved_as else ""]
    print("\n".join(line for line in lines if line.strip()))
    return 0


def _stop(chosen: argparse.Namespace) -> int:
    runs.stop(chosen.id)
    run = runs.get(chosen.id)
    if chosen.json:
        _print_json({"id": run.id, "state": run.state})
    else:
        print(f"{run.name}: {run.state_text}")
    return 0


def _metrics(run: Run) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in run.metrics.items() if isinstance(value, float))


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    sys.exit(main())
