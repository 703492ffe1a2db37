"""The schema: every table of the studio, in one place. Rows stay inside `engine.hub` and `engine.runs`.

Times are seconds since 1970 in UTC: the same on SQLite and PostgreSQL.
"""

from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERSION = 1

Json = JSON(none_as_null=True)


class Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: Json, list[str]: Json}


class SchemaRow(Base):
    """One row: which version of this schema the database has. Also the row that is locked where one process must go first."""

    __tablename__ = "schema"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int]


class RunRow(Base):
    """A training run. `host`, `process` and `process_started` name the process that trains it, and tell when it has died."""

    __tablename__ = "run"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    task: Mapped[str] = mapped_column(String(64))
    variant: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[float] = mapped_column(Float)
    started: Mapped[float | None] = mapped_column(Float)
    finished: Mapped[float | None] = mapped_column(Float)
    heartbeat: Mapped[float | None] = mapped_column(Float)
    host: Mapped[str | None] = mapped_column(Text)
    process: Mapped[int | None] = mapped_column(Integer)
    process_started: Mapped[float | None] = mapped_column(Float)
    progress: Mapped[dict[str, Any] | None]
    settings: Mapped[dict[str, Any]]
    data: Mapped[dict[str, Any]]
    estimate: Mapped[dict[str, Any] | None]
    summary: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    error: Mapped[dict[str, Any] | None]
    origin: Mapped[str | None] = mapped_column(String(64))
    saved_as: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (Index("run_by_state", "state", "created"),)


class EventRow(Base):
    """A point of a curve or a line of the log. The latest progress stands in the run's own row."""

    __tablename__ = "event"

    run: Mapped[str] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    time: Mapped[float] = mapped_column(Float)
    kind: Mapped[str] = mapped_column(String(16))
    curve: Mapped[str | None] = mapped_column(String(64))
    step: Mapped[int | None] = mapped_column(Integer)
    epoch: Mapped[float | None] = mapped_column(Float)
    value: Mapped[float | None] = mapped_column(Float)
    level: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("event_by_curve", "run", "curve", "step"),)


class ModelRow(Base):
    """A saved model. `card` is what stands in the folder's card.json: this table can be rebuilt from the folders."""

    __tablename__ = "model"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    created: Mapped[float] = mapped_column(Float)
    run: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(Text)
    card: Mapped[dict[str, Any]]
