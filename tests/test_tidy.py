"""The house is tidy: sizes, names, clocks and chance in their files, no dead files, no sleeping tests. Each rule is shown to fail."""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping

import pytest

from tests import repository_files as files
from tests.clock_allowances import CLOCKS_AND_DICE, THREADS

FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 70
PAGE_SCRIPT_LINES_MAX = 200  # the kiosk's page paints and sends keys; it decides nothing

BANNED_NAME = re.compile(r"(^|_)(utils?|helpers?|managers?|common|misc)$")
SIMULATION_NAME = re.compile(
    r"simulat|(^|_)(is_)?(sim|fake|mock|demo|stub|pytest|testing|test_mode|dry_run)(_|$)|^__debug__$", re.IGNORECASE
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def too_long(sources: Mapping[str, str]) -> list[str]:
    """Files and functions over their limits."""
    long: list[str] = []
    for name, text in sources.items():
        lines = len(text.splitlines())
        limit = PAGE_SCRIPT_LINES_MAX if name.endswith(".js") else FILE_LINES_MAX
        if lines > limit:
            long.append(f"{name} has {lines} lines, over {limit}")
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, Function) and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX:
                    long.append(f"{name}:{node.lineno} {node.name} has {length} lines, over {FUNCTION_LINES_MAX}")
    return long


def banned_names(paths: list[str]) -> list[str]:
    """Files and folders whose name says nothing."""
    return [path for path in paths if any(BANNED_NAME.search(step.split(".")[0]) for step in path.split("/"))]


def bare_excepts(sources: Mapping[str, str]) -> list[str]:
    """Handlers that catch everything, a power cut among it."""
    return [
        f"{name}:{node.lineno} bare except"
        for name, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]


def sleeps(sources: Mapping[str, str]) -> list[str]:
    """Tests that wait for time to pass instead of for an event; asyncio.sleep(0) only yields and is fine."""
    found: list[str] = []
    for name, text in sources.items():
        if files.part_of(name) != "tests":
            continue
        tree = ast.parse(text)
        bound = files.bound_names(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = files.dotted(node.func, bound)
            yields = len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
            waits_in_page = isinstance(node.func, ast.Attribute) and node.func.attr == "wait_for_timeout"
            if called == "time.sleep" or (called == "asyncio.sleep" and not yields) or waits_in_page:
                found.append(f"{name}:{node.lineno} sleeps; wait for the event, with a deadline")
    return found


def simulation_flags(sources: Mapping[str, str]) -> list[str]:
    """Production code that asks whether the world is real."""
    found: list[str] = []
    for name, text in sources.items():
        if files.part_of(name) not in {"contracts", "firmware", "controller", "central"}:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
                found += [f"{name}:{node.lineno} asks for {word}" for word in words_of(node.test) if SIMULATION_NAME.search(word)]
            elif isinstance(node, ast.Match):
                found += [f"{name}:{node.lineno} asks for {word}" for word in words_of(node.subject) if SIMULATION_NAME.search(word)]
    return found


def words_of(expression: ast.expr) -> Iterator[str]:
    """Every name, attribute and text in an expression."""
    for node in ast.walk(expression):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.Constant(value=str(word)):
                yield word
            case _:
                pass


def dead_files(sources: Mapping[str, str], mentions: str) -> list[str]:
    """Modules that nobody imports and nobody names as `python -m module`; entry points are alive by themselves."""
    used: set[str] = set()
    for name, text in sources.items():
        own = files.module_of(name)
        for _, module, taken in files.imported(ast.parse(text)):
            used |= {module, f"{module}.{taken}"} - {own}
    entries = {"firmware/main.py", "firmware/manifest.py"}
    return [
        f"{name} is imported by nobody"
        for name, text in sources.items()
        if files.part_of(name) in files.PARTS
        and not name.endswith(("/__main__.py", "/__init__.py"))
        and name not in entries
        and (module := files.module_of(name)) not in used
        and f"-m {module}" not in mentions
        and f'"{module}"' not in mentions.replace(text, "")
    ]


def is_clock_or_dice(node: ast.expr, bound: Mapping[str, str], called: bool, seeded: bool) -> str | None:
    """The full name of what reads a clock or rolls dice here, or None. A generator made from a seed is neither."""
    full = files.dotted(node, dict(bound)) if isinstance(node, ast.Attribute | ast.Name) else None
    if full is None:
        return None
    top, _, rest = full.partition(".")
    if top == "time" and rest:
        return full
    if top == "random" and rest and (rest.split(".")[0] != "Random" or (called and not seeded)):
        return full
    if top == "secrets" and rest and rest != "compare_digest":
        return full
    if full in {"os.urandom", "os.getrandom", "uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"}:
        return full
    if top == "datetime" and rest.split(".")[-1] in {"now", "utcnow", "today"}:
        return full
    if called and full.startswith("cryptography.") and rest.split(".")[-1] in {"generate", "generate_private_key", "generate_key"}:
        return full
    return None


def clocks_and_dice(name: str, text: str) -> list[str]:
    """Every reading of a clock and every roll of dice in one file."""
    tree = ast.parse(text)
    bound = files.bound_names(tree)
    calls = {id(node.func): bool(node.args or node.keywords) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return [
        f"{name}:{node.lineno} {full}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and id(node) not in inner
        and (full := is_clock_or_dice(node, bound, id(node) in calls, calls.get(id(node), False)))
    ]


def threads(name: str, text: str) -> list[str]:
    """Threads, process pools and executors in one file: the storm cannot order what they do."""
    tree = ast.parse(text)
    found = [
        f"{name}:{line} {module}"
        for line, module, _ in files.imported(tree)
        if module.split(".")[0] in {"threading", "concurrent", "_thread"}
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"to_thread", "run_in_executor"}:
            found.append(f"{name}:{node.lineno} {node.attr}")
    return found


def production() -> dict[str, str]:
    return {name: text for name, text in files.python_texts().items() if files.part_of(name) in files.PARTS}


def allowed(name: str, allowances: Mapping[str, str]) -> bool:
    return any(name == path or (path.endswith("/") and name.startswith(path)) for path in allowances)


def test_sizes() -> None:
    kinds = (".py", ".js", ".css", ".html")
    assert too_long({name: text for name, text in files.texts().items() if name.endswith(kinds)}) == []


def test_names() -> None:
    assert banned_names(list(files.names())) == []


def test_no_bare_except() -> None:
    assert bare_excepts(files.python_texts()) == []


def test_no_sleeping_tests() -> None:
    assert sleeps(files.python_texts()) == []


def test_no_simulation_flags() -> None:
    assert simulation_flags(files.python_texts()) == []


def test_no_dead_files() -> None:
    commands = "\n".join(text for name, text in files.texts().items() if name.endswith((".py", ".service", ".md", "Makefile")))
    assert dead_files(files.python_texts(), commands) == []


def test_clocks_and_dice_in_their_files() -> None:
    readers = {name: clocks_and_dice(name, text) for name, text in production().items()}
    assert [found for name, all_found in readers.items() if not allowed(name, CLOCKS_AND_DICE) for found in all_found] == []


def test_threads_in_their_files() -> None:
    assert [found for name, text in production().items() if not allowed(name, THREADS) for found in threads(name, text)] == []


def test_every_allowance_is_used() -> None:
    sources = production()
    idle = [path for path in CLOCKS_AND_DICE if path in sources and not clocks_and_dice(path, sources[path])]
    idle += [path for path in THREADS if path in sources and not threads(path, sources[path])]
    assert idle == []


def test_report_sources_without_a_test_of_their_own() -> None:
    """A report, not a rule: small files are often tested through their neighbour."""
    tested = {name.split("/")[-1] for name in files.names() if name.startswith("tests/")}
    bare = [name for name in production() if name.split("/")[-1].strip("_") and f"test_{name.split('/')[-1]}" not in tested]
    bare = [name for name in bare if not name.endswith(("__init__.py", "__main__.py"))]
    if bare:
        warnings.warn(f"{len(bare)} source files without a test file of their own: {', '.join(bare)}", stacklevel=1)


def test_long_things_are_found() -> None:
    body = "    pass\n" * FUNCTION_LINES_MAX
    assert too_long({"sim/a.py": f"def f():\n{body}"}) == [f"sim/a.py:1 f has {FUNCTION_LINES_MAX + 1} lines, over {FUNCTION_LINES_MAX}"]
    assert too_long({"sim/a.py": "x = 1\n" * (FILE_LINES_MAX + 1)})
    assert too_long({"controller/kiosk/page/page.js": ";\n" * (PAGE_SCRIPT_LINES_MAX + 1)})
    assert not too_long({"sim/a.py": "x = 1\n" * FILE_LINES_MAX})


@pytest.mark.parametrize("path", ["sim/utils.py", "controller/helpers/x.py", "central/door_manager.py", "contracts/common.py"])
def test_empty_names_are_found(path: str) -> None:
    assert banned_names([path]) == [path]


def test_a_bare_except_is_found() -> None:
    assert bare_excepts({"sim/a.py": "try:\n    pass\nexcept:\n    pass\n"})
    assert not bare_excepts({"sim/a.py": "try:\n    pass\nexcept OSError:\n    pass\n"})


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.sleep(1)\n",
        "from time import sleep as rest\nrest(0.1)\n",
        "import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n",
        "def f(page):\n    page.wait_for_timeout(500)\n",
    ],
)
def test_a_sleeping_test_is_found(text: str) -> None:
    assert len(sleeps({"tests/test_x.py": text})) == 1


def test_yielding_is_not_sleeping() -> None:
    assert not sleeps({"tests/test_x.py": "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n"})


@pytest.mark.parametrize("test", ["simulated", "site.is_simulator", "__debug__", "'pytest' in sys.modules", "config['demo']", "DRY_RUN"])
def test_a_simulation_flag_is_found(test: str) -> None:
    assert simulation_flags({"controller/loop.py": f"if {test}:\n    x = 1\n"})
    assert simulation_flags({"central/ingest.py": f"x = 1 if {test} else 2\n"})
    assert not simulation_flags({"sim/world.py": f"if {test}:\n    x = 1\n"})


def test_similar_words_are_no_flags() -> None:
    assert not simulation_flags({"controller/loop.py": "if similar or democracy or simple.latest:\n    x = 1\n"})


def test_a_dead_file_is_found() -> None:
    sources = {"sim/alive.py": "", "sim/dead.py": "import sim.dead\n", "sim/__main__.py": "from sim import alive\n", "firmware/main.py": ""}
    assert dead_files(sources, "") == ["sim/dead.py is imported by nobody"]
    assert dead_files(sources, "ExecStart=python -m sim.dead") == []


@pytest.mark.parametrize(
    "text",
    [
        "import time\nt = time.monotonic()\n",
        "import time as t\nclock = t.time\n",
        "from time import monotonic_ns\nx = monotonic_ns()\n",
        "from datetime import UTC, datetime\nx = datetime.now(UTC)\n",
        "import datetime as dt\nx = dt.date.today()\n",
        "import random\nx = random.random()\n",
        "from random import Random\nr = Random()\n",
        "import uuid\nx = uuid.uuid4()\n",
        "from os import urandom\nx = urandom(8)\n",
        "import secrets\nx = secrets.randbelow(10)\n",
        "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as K\nk = K.generate()\n",
    ],
)
def test_a_stray_clock_or_die_is_found(text: str) -> None:
    assert len(clocks_and_dice("controller/loop.py", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from random import Random\nr = Random(7)\ndef f(r: Random) -> float:\n    return r.random()\n",
        "from datetime import datetime\ndef f(now: datetime) -> datetime:\n    return now\n",
        "import secrets\nx = secrets.compare_digest(b'', b'')\n",
        "def f(clock):\n    return clock.now()\n",
    ],
)
def test_given_time_and_seeded_chance_pass(text: str) -> None:
    assert clocks_and_dice("sim/world.py", text) == []


@pytest.mark.parametrize(
    "text", ["import threading\n", "from concurrent.futures import Executor\n", "import asyncio\nf = asyncio.to_thread\n"]
)
def test_a_thread_is_found(text: str) -> None:
    assert len(threads("controller/loop.py", text)) == 1
