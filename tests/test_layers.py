"""Imports run one way; hardware and network libraries live in one adapter file of each part, or of all."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests import repository_files as files

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "contracts": frozenset(),
    "firmware": frozenset({"contracts"}),
    "controller": frozenset({"contracts"}),
    "central": frozenset({"contracts"}),
    "sim": frozenset({"contracts", "firmware", "controller", "central"}),
}
OURS = frozenset({*MAY_IMPORT, "tests", "hardware"})

# A library that touches the world is opened in one file of a part, so that everything above it runs on the virtual clock.
ONE_ADAPTER_EACH = frozenset({"uvicorn", "serial", "gpiozero", "amqtt", "smartcard", "gammu", "machine", "rp2"})

# How one connects to a broker is part of the contract: one file does it for both ends.
ONE_ADAPTER_OF_ALL = frozenset({"aiomqtt", "paho"})

# What MicroPython must be able to read imports nothing else.
MICROPYTHON_MAY_IMPORT = frozenset(
    {"array", "board_description", "errno", "gc", "hashlib", "machine", "micropython", "os", "rp2", "select", "struct", "sys", "time"}
)


def wrong_imports(sources: Mapping[str, str]) -> list[str]:
    """Every import that runs against the direction, as `file:line says what`."""
    wrong: list[str] = []
    for name, text in sources.items():
        part = files.part_of(name)
        if part not in MAY_IMPORT:
            continue
        for line, module, _ in files.imported(ast.parse(text)):
            top = module.split(".")[0]
            if top in OURS and top != part and top not in MAY_IMPORT[part]:
                wrong.append(f"{name}:{line} {part} imports {module}")
            on_board = part == "firmware" or name == "contracts/lock_bus.py"
            if on_board and top not in MICROPYTHON_MAY_IMPORT | OURS and not name.endswith("manifest.py"):
                wrong.append(f"{name}:{line} imports {module}, which a board does not have")
    return wrong


def scattered_adapters(sources: Mapping[str, str]) -> list[str]:
    """Every library of the outside world that more than one file of a part imports, or of all parts where one file serves them."""
    importers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for name, text in sources.items():
        part = files.part_of(name)
        if part not in MAY_IMPORT:
            continue
        for _, module, _ in files.imported(ast.parse(text)):
            top = module.split(".")[0]
            if top in ONE_ADAPTER_EACH | ONE_ADAPTER_OF_ALL:
                importers["all" if top in ONE_ADAPTER_OF_ALL else part, top].add(name)
    return [f"{part}: {top} is imported by {', '.join(sorted(who))}" for (part, top), who in sorted(importers.items()) if len(who) > 1]


# The modules of the machine know nobody but the words of a decision: what ties them together stands in rules.py and the views.
MODULES = ("clerk", "doors", "faults", "locker", "orders", "payment", "sms")
MODULES_MAY_IMPORT = frozenset({"controller.clock", "controller.refused", "controller.wishes"})


def modules_that_know_others(sources: Mapping[str, str]) -> list[str]:
    """Every import of a pure module that leads beyond itself."""
    wrong: list[str] = []
    for name, text in sources.items():
        steps = name.split("/")
        if steps[0] != "controller" or len(steps) < 3 or steps[1] not in MODULES:
            continue
        for line, module, _ in files.imported(ast.parse(text)):
            own = module == f"controller.{steps[1]}" or module.startswith(f"controller.{steps[1]}.")
            if module.split(".")[0] == "controller" and not own and module not in MODULES_MAY_IMPORT:
                wrong.append(f"{name}:{line} imports {module}")
    return wrong


# What the core decides with: the same arguments give the same answer, so nothing here may ask a clock, a file or chance.
PURE_FILES = frozenset(
    f"controller/{name}.py"
    for name in (
        "absorb", "clerk_rules", "daylight", "inputs", "live", "machine", "order_rules", "refused", "report", "rules", "senses", "settings",
        "state", "wishes",
    )
)  # fmt: skip
PURE_FOLDERS = (*(f"controller/{module}/" for module in MODULES), "controller/visit/", "controller/devices/frames/")
IMPURE = frozenset(
    {
        "asyncio", "glob", "io", "logging", "os", "pathlib", "random", "secrets", "select", "selectors", "shutil", "signal", "socket",
        "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "httpx", "serial", "uvicorn", "starlette", "websockets",
    }
)  # fmt: skip
IMPURE_CALLS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "open", "print", "input"})


def impurities(sources: Mapping[str, str]) -> list[str]:
    """Everything in a pure file that reaches for the world outside its arguments."""
    wrong: list[str] = []
    for name, text in sources.items():
        if name not in PURE_FILES and not name.startswith(PURE_FOLDERS):
            continue
        tree = ast.parse(text)
        wrong += [f"{name}:{line} imports {module}" for line, module, _ in files.imported(tree) if module.split(".")[0] in IMPURE]
        calls = ((node.lineno, ast.unparse(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))
        wrong += [f"{name}:{line} calls {call}" for line, call in calls if call in IMPURE_CALLS]
    return wrong


def known_modules(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """For each module, those of ours that it imports itself."""
    ours = {files.module_of(name) for name in sources}
    knows: dict[str, set[str]] = {}
    for name, text in sources.items():
        taken = [(f"{module}.{word}", module) for _, module, word in files.imported(ast.parse(text))]
        knows[files.module_of(name)] = {long if long in ours else module for long, module in taken} & ours
    return knows


def loaded_by(sources: Mapping[str, str], target: str) -> set[str]:
    """Every module that imports `target`, itself or through others."""
    knows, found = known_modules(sources), {target}
    while more := {module for module, taken in knows.items() if taken & found} - found:
        found |= more
    return found - {target}


def import_circle(sources: Mapping[str, str]) -> list[str]:
    """The modules of one circle of imports, each followed by who imports it; those for the type checker alone count too. Else empty."""
    try:
        TopologicalSorter(known_modules(sources)).prepare()
    except CycleError as circle:
        return list(circle.args[1])
    return []


def test_modules_do_not_know_each_other() -> None:
    assert modules_that_know_others(files.python_texts()) == []
    bad = {"controller/locker/decide.py": "from controller.doors.state import Door\nfrom controller.locker.state import Locker\n"}
    assert modules_that_know_others(bad) == ["controller/locker/decide.py:1 imports controller.doors.state"]


def test_the_core_asks_nobody_but_its_arguments() -> None:
    assert impurities(files.python_texts()) == []
    assert sorted(files.python_texts().keys() & PURE_FILES) == sorted(PURE_FILES)


@pytest.mark.parametrize(
    "line",
    ["import random", "from pathlib import Path", "from time import monotonic", "import os.path", "late = datetime.now(UTC)", "open('x')"],
)
def test_an_impure_core_is_found(line: str) -> None:
    assert len(impurities({"controller/locker/decide.py": line, "controller/visit/visits.py": line, "controller/loop.py": line})) == 2


def test_imports_run_one_way() -> None:
    assert wrong_imports(files.python_texts()) == []


def test_no_imports_run_in_a_circle() -> None:
    assert import_circle(files.python_texts()) == []


@pytest.mark.parametrize(
    "back",
    [
        "from sim.world import World\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim import world\n",
        "def late():\n    import sim.world\n",
    ],
)
def test_a_circle_is_found(back: str) -> None:
    one_way = {"sim/__init__.py": "", "sim/stage.py": "", "sim/people.py": "import sim.stage\n", "sim/world.py": "from sim import people\n"}
    assert import_circle(one_way) == []
    assert set(import_circle({**one_way, "sim/stage.py": back})) == {"sim.stage", "sim.people", "sim.world"}


def test_the_client_of_a_broker_is_loaded_by_the_two_ends_alone() -> None:
    loading = loaded_by(files.python_texts(), "contracts.broker_link")
    assert {"central.mqtt_link", "controller.centre_link"} <= loading
    both_ends = {"sim.street.centre_program", "sim.street.machine_program"}  # the two programs themselves, as processes of their own
    assert {module for module in loading if module.split(".")[0] in {"contracts", "firmware", "sim"}} == both_ends


def test_loading_through_others_is_found() -> None:
    chain = {"contracts/a.py": "", "contracts/b.py": "from contracts import a\n", "sim/c.py": "import contracts.b\n", "sim/d.py": ""}
    assert loaded_by(chain, "contracts.a") == {"contracts.b", "sim.c"}


def test_each_outside_library_has_one_adapter() -> None:
    assert scattered_adapters(files.python_texts()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("contracts/topics.py", "from controller.machine import State\n"),
        ("controller/loop.py", "import sim.world\n"),
        ("controller/loop.py", "def late():\n    from central import ingest\n"),
        ("central/ingest.py", "import importlib\nimportlib.import_module('sim.world')\n"),
        ("firmware/lock_board.py", "import controller\n"),
        ("firmware/lock_board.py", "import asyncio\n"),
        ("contracts/lock_bus.py", "import typing\n"),
        ("sim/world.py", "import tests.repository_files\n"),
    ],
)
def test_a_wrong_import_is_found(name: str, text: str) -> None:
    assert len(wrong_imports({name: text})) == 1


def test_right_imports_pass() -> None:
    right = {
        "sim/world.py": "import controller.machine, firmware.lock_board, central\n",
        "controller/loop.py": "from contracts import facts\n",
    }
    assert wrong_imports(right) == []


def test_a_second_adapter_is_found() -> None:
    twice = {"controller/a.py": "import serial\n", "controller/b.py": "from serial import Serial\n", "sim/c.py": "import serial\n"}
    assert scattered_adapters(twice) == ["controller: serial is imported by controller/a.py, controller/b.py"]
    two_ends = {"controller/a.py": "import aiomqtt\n", "contracts/b.py": "import aiomqtt\n"}
    assert scattered_adapters(two_ends) == ["all: aiomqtt is imported by contracts/b.py, controller/a.py"]
