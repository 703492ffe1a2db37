"""The database: one engine for each process and address, short sessions, and words for what can go wrong."""

import json
import math
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Delete, Engine, Update, create_engine, event, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import paths
from engine.errors import StudioError
from engine.hub.tables import VERSION, Base, SchemaRow

BUSY_MILLISECONDS = 5000

_engines: dict[tuple[int, str], Engine] = {}
_lock = threading.Lock()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads. Rows must not leave it."""
    with _said_plainly(), Session(_engine()) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction: it holds the write lock from its first statement on, and is kept whole or not at all."""
    with _said_plainly(), Session(_engine().execution_options(writes=True)) as session, session.begin():
        yield session


def lock(session: Session) -> None:
    """Let one process at a time go on from here until the transaction ends (SQLite: it already does)."""
    session.execute(select(SchemaRow.version).with_for_update()).all()


def changed(session: Session, statement: Update | Delete) -> int:
    """Execute a change; how many rows it met."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount


def close() -> None:
    """Close this process's connections."""
    with _lock:
        for engine in _engines.values():
            engine.dispose()
        _engines.clear()


def _engine() -> Engine:
    url = paths.database_url()
    key = (os.getpid(), url)
    with _lock:
        if key not in _engines:
            _engines[key] = _open(url)
        return _engines[key]


def _open(url: str) -> Engine:
    engine = create_engine(url, json_serializer=_to_json, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.execution_options(writes=True).begin() as connection:
        _bring_schema(connection)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
    connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    for attempt in range(50):  # the change to WAL does not wait for the busy timeout
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if attempt == 49:
                raise
            time.sleep(0.1)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_schema(connection: Connection) -> None:
    """Make what is missing; refuse a database that a newer studio wrote."""
    Base.metadata.create_all(connection)
    version = connection.scalar(select(SchemaRow.version))
    if version is None:
        connection.execute(insert(SchemaRow).values(id=1, version=VERSION))
    elif version > VERSION:
        raise StudioError(f"The database was written by a newer studio (its version is {version}, this one knows {VERSION}).",
                          "Update the studio, or set STUDIO_HOME to another folder.")


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if "full" in text or "disk I/O error" in text:
            raise StudioError("The disk is full: the studio's database could not be written.", "Free some space and try again.") from error
        if "locked" in text or "busy" in text:
            raise StudioError("The studio's database is busy.", "Another program holds it. Try again in a moment.") from error
        if "readonly" in text or "unable to open" in text or "could not connect" in text:
            raise StudioError(f"The studio's database cannot be used ({text}).",
                              "Check that the home folder may be written, or set STUDIO_HOME to another one.") from error
        raise


def finite(value: Any) -> Any:
    """The value with nan and infinity replaced by None, which is all that JSON and the database know."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list | tuple) else value


def _to_json(value: Any) -> str:
    return json.dumps(finite(value), ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    """numpy's and torch's numbers as Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
