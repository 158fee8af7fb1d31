"""Opens the database and holds its transactions."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Insert, Table, create_engine, event, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from central.store.schema import TABLES, VERSION, meta
from central.store.upgrade import add_what_is_missing, write_version


class StoreWrong(OSError):
    """The database cannot be opened or was made by a newer release."""


class Store:
    """One database; every change of the centre is one transaction over it."""

    def __init__(self, engine: Engine) -> None:
        """Makes the tables when there are none; raises StoreWrong."""
        self._engine = engine
        try:
            TABLES.create_all(engine)
            with self.transaction() as t:
                found = t.execute(select(meta.c.value).where(meta.c.key == "version")).scalar_one_or_none()
                if found is None:
                    t.execute(insert(meta).values(key="version", value=VERSION))
                elif found < VERSION:
                    add_what_is_missing(t)
                    write_version(t, VERSION)
        except SQLAlchemyError as error:
            raise StoreWrong(f"database: cannot be opened ({type(error).__name__})") from error
        if found is not None and found > VERSION:
            raise StoreWrong(f"database: has version {found}, this release knows {VERSION}")

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All or nothing: committed when the block ends, rolled back on any exception."""
        with self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def scrub(self) -> bool:
        """What was erased leaves the write-ahead log too; false when a reader held it and it is to be tried again."""
        if self._engine.dialect.name != "sqlite":
            return True
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        return not busy


def open_engine(database: str, folder: Path) -> Engine:
    """An engine for a URL, or for a SQLite file named relative to `folder`, whose errors quote no row; raises StoreWrong."""
    if "://" in database:
        try:
            return create_engine(database, hide_parameters=True)
        except (ImportError, ValueError, SQLAlchemyError) as error:
            raise StoreWrong(f"database: this URL cannot be used ({type(error).__name__})") from None
    engine = create_engine(f"sqlite:///{folder / database}", hide_parameters=True)
    event.listen(engine, "connect", prepare_sqlite)
    return engine


def prepare_sqlite(connection: Any, record: object) -> None:
    """A commit must survive a power cut: it is what the machine's copy is dropped for."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def columns(table: Table, *names: str) -> list[Column[Any]]:
    """These columns, in this order."""
    return [table.c[name] for name in names]


def insert_new(t: Connection, table: Table, **values: Any) -> bool:
    """Insert unless a row with this key is there; says whether it is new."""
    return t.execute(insert_or_nothing(t, table).values(**values)).rowcount == 1


def insert_or_nothing(t: Connection, table: Table) -> Insert:
    """INSERT … ON CONFLICT DO NOTHING, which both databases have under one name and two classes."""
    if t.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
