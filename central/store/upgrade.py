"""Brings a database of an earlier release to this one: what it lacks is added, nothing is changed or taken away."""

from typing import Any

from sqlalchemy import Column, Connection, inspect, text
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from central.store.schema import TABLES, meta


def add_what_is_missing(t: Connection) -> None:
    """Add the columns that this release knows and the database does not; each has a default that means "not known"."""
    found = inspect(t)
    for table in TABLES.sorted_tables:
        there = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                t.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {_described(t, column)}"))


def write_version(t: Connection, version: int) -> None:
    """Note which release the tables are of."""
    t.execute(meta.update().where(meta.c.key == "version").values(value=version))


def _described(t: Connection, column: Column[Any]) -> str:
    kind = column.type.compile(dialect=t.dialect)
    if column.nullable:
        return f"{column.name} {kind}"
    value: Any = column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else ""
    # The defaults are this file's own constants: numbers, false and the empty text.
    written = f"'{value}'" if isinstance(value, str) else str(value).upper() if isinstance(value, bool) else str(value)
    return f"{column.name} {kind} NOT NULL DEFAULT {written}"
