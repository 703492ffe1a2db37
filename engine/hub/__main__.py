"""python -m engine.hub list | show NAME | delete NAME | rebuild [--json]"""

import argparse
import json
import sys
from collections.abc import Sequence

from engine import hub, words
from engine.errors import StudioError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if all went well, 1 with a sentence on standard error if not."""
    chosen = _parser().parse_args(arguments)
    try:
        value, text = chosen.do(chosen)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(value, ensure_ascii=False, indent=2) if chosen.json else text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.hub", description="Look at and keep saved models.")
    commands = parser.add_subparsers(required=True)
    listing = commands.add_parser("list", help="all saved models, the newest first")
    listing.add_argument("--search")
    listing.set_defaults(do=_list)
    for name, do, help in (("show", _show, "a model's card"), ("delete", _delete, "remove a model")):
        command = commands.add_parser(name, help=help)
        command.add_argument("name")
        command.set_defaults(do=do)
    commands.add_parser("rebuild", help="make the index anew from the folders").set_defaults(do=_rebuild)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _list(chosen: argparse.Namespace) -> tuple[object, str]:
    cards = hub.list(search=chosen.search)
    lines = [f"{card.name}  {words.size(card.size_bytes)}  {', '.join(card.tasks)}  {card.description}" for card in cards]
    return [card.to_dict() for card in cards], "\n".join(lines) or "No saved models."


def _show(chosen: argparse.Namespace) -> tuple[object, str]:
    values = hub.get(chosen.name).to_dict()
    return values, json.dumps(values, ensure_ascii=False, indent=2)


def _delete(chosen: argparse.Namespace) -> tuple[object, str]:
    freed = hub.delete(chosen.name)
    return {"name": chosen.name, "freed": freed}, f"{chosen.name} is deleted; that freed {words.size(freed)}."


def _rebuild(_: argparse.Namespace) -> tuple[object, str]:
    names = hub.rebuild()
    return names, f"The index holds {words.plural(len(names), 'model')} now."


if __name__ == "__main__":
    sys.exit(main())
