"""The database: one of an earlier release gets what it lacks, and what was erased is gone from the disk."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect, text
from sqlalchemy.exc import IntegrityError

from central.store.database import Store, StoreWrong, open_engine
from central.store.schema import TABLES, VERSION, meta
from tests.central.paper_machine import House

ADDED = {
    "deposits": ("kind", "slip", "printed_ms", "pin_ms", "want_until_ms", "purpose", "erased_ms"),
    "sms": ("delivery_ms", "due_ms", "first_ms"),
    "orders": ("group_id",),
    "machines": ("down_ms", "boot_ms", "out_from_ms", "oos_ms", "oos_forced", "audit_ms", "audit_same", "audit_diff"),
}
"""What the second version of the tables has beyond the first."""


def first_version(path: Path) -> None:
    """A database as the first release left it, with a document whose message is accepted."""
    engine = create_engine(f"sqlite:///{path}")
    house = House(engine)
    house.told()
    with engine.begin() as t:
        for table, columns in ADDED.items():
            for column in columns:
                t.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        t.execute(text("DROP TABLE compartments"))
        t.execute(text("DROP TABLE acts"))
        t.execute(text("DELETE FROM sms WHERE purpose != 'ready'"))
        t.execute(text("UPDATE meta SET value = 1 WHERE key = 'version'"))
    engine.dispose()


def test_a_database_of_the_first_release_is_brought_up(tmp_path: Path) -> None:
    first_version(tmp_path / "centre.db")
    engine = open_engine("centre.db", tmp_path)
    Store(engine)
    there = inspect(engine)
    assert {table.name: {c["name"] for c in there.get_columns(table.name)} for table in TABLES.sorted_tables} == {
        table.name: set(table.columns.keys()) for table in TABLES.sorted_tables
    }
    with engine.connect() as t:
        assert t.execute(text("SELECT value FROM meta WHERE key = 'version'")).scalar_one() == VERSION
        assert t.execute(text("SELECT state, slip, want_until_ms, purpose FROM deposits")).all() == [("told", 0, 0, "")]
    engine.dispose()


def test_a_document_of_the_first_release_goes_on(tmp_path: Path) -> None:
    first_version(tmp_path / "centre.db")
    house = House(open_engine("centre.db", tmp_path))
    house.birth("c2", "n2")
    with house.centre.store.transaction() as t:
        key = str(t.execute(text("SELECT key FROM deposits")).scalar_one())
    later = house.deposit(key).until_ms + 3_600_000
    house.centre.at_desk(lambda t: house.centre.registration.extend(t, key, later, "a", house.at), house.at)
    (order,) = house.orders()
    assert order.ask.until.timestamp() * 1000 == later  # type: ignore[union-attr]


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    engine = open_engine("centre.db", tmp_path)
    Store(engine)
    with engine.begin() as t:
        t.execute(text("UPDATE meta SET value = 99 WHERE key = 'version'"))
    with pytest.raises(StoreWrong, match="version 99"):
        Store(engine)


def test_an_erased_pin_is_in_no_file(tmp_path: Path) -> None:
    house = House(open_engine("centre.db", tmp_path))
    key = house.submitted()
    sealed = house.deposit(key).pin
    files = [tmp_path / "centre.db", tmp_path / "centre.db-wal"]
    assert any(sealed in path.read_bytes() for path in files)
    house.accept(house.wire.messages[-1])
    assert not any(sealed in path.read_bytes() for path in files if path.exists())


def test_what_the_database_refuses_is_told_without_its_content(tmp_path: Path) -> None:
    engine = open_engine("centre.db", tmp_path)
    store = Store(engine)
    with store.transaction() as t:
        t.execute(insert(meta).values(key="secret", value=482913))
        with pytest.raises(IntegrityError) as refused:
            t.execute(insert(meta).values(key="secret", value=482913))
    assert "482913" not in str(refused.value)
    store.close()
