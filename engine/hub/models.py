"""Saved models: folders under models/, indexed in the database. A crash leaves the old or the new, never half."""

import logging
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import paths
from engine.errors import StudioError
from engine.hub import folders
from engine.hub.cards import Card, card_of, fingerprint, write_card
from engine.hub.database import finite, lock, reading, writing
from engine.hub.names import check_name, suggest
from engine.hub.tables import ModelRow, RunRow

_log = logging.getLogger(__name__)


def save(model_or_folder: Any, name: str, description: str | None = None, details: dict[str, Any] | None = None, *,
         run: str | None = None, base: str | None = None, parent: str | None = None, metrics: dict[str, float] | None = None,
         data: dict[str, Any] | None = None, settings: dict[str, Any] | None = None, tasks: list[str] | None = None,
         replace: bool = False) -> Card:
    """Keep a model, or a folder that holds a written one, under a name. A name that is taken is refused unless `replace`.

    tasks: those that the model is to be kept for; None for all that it serves.
    """
    target = paths.models() / check_name(name)
    if not replace and (target.exists() or exists(name)):
        raise StudioError(f"There is a model named `{name}` already.", f"Choose another name, for example {free_name(name)}.")
    with folders.publishing(target, replace) as folder:
        if isinstance(model_or_folder, str | os.PathLike):
            folders.fill(Path(model_or_folder), folder)
        else:
            from engine.models.packages import write_package

            write_package(model_or_folder, folder, name=name, description=description, tasks=tasks, details=details)
        write_card(folder, name, description=description, details=finite(details), run=run, base=base, parent=parent,
                   metrics=finite(metrics), data=data, settings=finite(settings), created=time.time(), fingerprint=fingerprint(folder))
        card_of(folder)  # refuses what is no model before it is published
    card = card_of(target)
    try:
        with writing() as session:
            _index(session, card)
    except BaseException:
        if not replace:  # nobody could find it, yet its name would be taken
            shutil.rmtree(target, ignore_errors=True)
        raise
    return card


def get(name: str) -> Card:
    """The model's card; StudioError, with names that are close, if there is none."""
    with reading() as session:
        row = session.get(ModelRow, name)
        if row is not None:
            return _card(row)
        names = session.scalars(select(ModelRow.name).order_by(ModelRow.created.desc())).all()
    raise StudioError(f"There is no saved model {name!r}.",
                      f"Saved are {', '.join(names[:10])}." if names else "No model has been saved yet.")


def exists(name: str) -> bool:
    with reading() as session:
        return session.get(ModelRow, name) is not None


def list_models(search: str | None = None, task: str | None = None) -> list[Card]:
    """Cards, the newest first. search: every word must occur in the name, the description, the tasks, the labels or the data's name."""
    query = select(ModelRow).order_by(ModelRow.created.desc(), ModelRow.name)
    for word in (search or "").lower().split():
        query = query.where(ModelRow.words.contains(word, autoescape=True))
    with reading() as session:
        cards = [_card(row) for row in session.scalars(query)]
    return [card for card in cards if task is None or task in card.tasks]


def rename(name: str, new_name: str) -> Card:
    """Give a model another name: the folder, its card and the index, or none of them."""
    old, new = get(name).folder, paths.models() / check_name(new_name)
    if name == new_name:
        return get(name)
    if new.exists() or exists(new_name):
        raise StudioError(f"There is a model named `{new_name}` already.", f"Choose another name, for example {free_name(new_name)}.")
    folders.move(old, new)
    try:
        write_card(new, new_name)
        with writing() as session:
            lock(session)
            session.delete(session.get_one(ModelRow, name))
            session.flush()
            _index(session, card_of(new))
            session.execute(update(RunRow).where(RunRow.saved_as == name).values(saved_as=new_name))
            session.execute(update(RunRow).where(RunRow.model == name).values(model=new_name))  # queued, or to be repeated
            _rename_in_lineages(session, name, new_name)
    except BaseException:
        folders.move(new, old)
        write_card(old, name)
        raise
    return get(new_name)


def _rename_in_lineages(session: Session, name: str, new_name: str) -> None:
    """Models that came from a renamed one go on naming it, and not whichever takes its old name."""
    for row in session.scalars(select(ModelRow)).all():
        changed = {key: new_name for key in ("parent", "base") if row.card.get(key) == name and row.card.get("parent") == name}
        card = _card(row)
        if changed and card.folder.is_dir():
            write_card(card.folder, card.name, **changed)
            _index(session, card_of(card.folder))


def set_description(name: str, description: str) -> Card:
    """Describe a model anew."""
    folder = get(name).folder
    write_card(folder, name, description=description)
    with writing() as session:
        _index(session, card_of(folder))
    return get(name)


def delete(name: str) -> int:
    """Remove a model; the bytes that this freed. Files that its run still keeps free nothing yet."""
    folder = get(name).folder
    with folders.removing(folder) as freed, writing() as session:
        session.delete(session.get_one(ModelRow, name))
        session.execute(update(RunRow).where(RunRow.saved_as == name).values(saved_as=None))
    return freed


def rebuild() -> list[str]:
    """Make the index anew from the folders; the names that it holds then."""
    folders.sweep(paths.models())
    cards, broken = [], set()
    for folder in sorted(paths.models().iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            try:
                cards.append(card_of(folder))
            except Exception as error:  # whatever one damaged folder raises, the others are there
                broken.add(folder.name)
                _log.warning("%s is left out of the index: %s", folder.name, error)
    with writing() as session:
        lock(session)
        cards = [card for card in cards if card.folder.is_dir()]  # another process may have deleted one meanwhile, or saved one
        kept = {card.name for card in cards}
        for row in session.scalars(select(ModelRow)):
            if row.name in broken or (row.name not in kept and not (paths.models() / row.name).is_dir()):
                session.delete(row)
        for card in cards:
            _index(session, card)
    return [card.name for card in cards]


def saved_from(run: str, same: str) -> str | None:
    """The name under which a run's very weights (their fingerprint is `same`) are saved already."""
    with reading() as session:
        return session.scalar(select(ModelRow.name).where(ModelRow.run == run, ModelRow.fingerprint == same).order_by(ModelRow.created))


def free_name(name: str) -> str:
    """The name itself or with a number behind it, so that it is not taken yet."""
    stem = suggest(name)[:95]
    candidates = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 100_000))
    return next(name for name in candidates if not exists(name) and not (paths.models() / name).exists())


def _index(session: Session, card: Card) -> None:
    parts = [card.name, card.description, *card.tasks, *(card.labels or [])[:200], card.base or "", (card.data or {}).get("name") or ""]
    values = card.to_dict()
    del values["folder"], values["created"]
    session.merge(ModelRow(name=card.name, created=card.created.timestamp(), run=card.run, fingerprint=card.fingerprint,
                           words=" ".join(parts).lower(), card=values))


def _card(row: ModelRow) -> Card:
    return Card(**{**row.card, "created": datetime.fromtimestamp(row.created, UTC), "folder": paths.models() / row.name})
