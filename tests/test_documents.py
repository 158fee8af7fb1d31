"""What the documents promise exists: commands, links, a heading for every fact, fault and site key; no address of this or that machine."""

import re
import shlex
from collections.abc import Iterable, Mapping

import msgspec
import pytest

from tests import repository_files as files

FENCE = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]\n]*\]\((?P<image>[^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(?P<text>.+?)\s*#*$", re.MULTILINE)
TARGET = re.compile(r"^(?P<name>[a-z][a-z-]*):", re.MULTILINE)
ASSIGNED = re.compile(r"^(?P<name>[A-Z][A-Z_]*)\s*[?:]?=", re.MULTILINE)
COMMAND = re.compile(r"^(?:[A-Z][A-Z_]*=\S* )*(?:exec |sudo |\$ )?(?:\.venv/bin/)?(?P<word>make|kiosk-[a-z]+)(?P<rest>.*)$")
PROGRAMS = {"kiosk-controller": "controller", "kiosk-central": "central", "kiosk-sim": "sim"}

# Written in pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:" + "wo" + "rk|" + "fa" + r"rm|ro" + r"ot|ho" + r"me/[a-z]+)/")
REGISTRY_HOST = re.compile(
    "|".join((r"pypi\." + "org", "python" + r"hosted\.org", r"registry\.npm" + r"js\.org", r"deb\.debian\." + "org", r"crates\." + "io"))
)
PACKAGE_ADDRESS = re.compile(r"https?://\S+\.(?:whl|tgz|deb|tar\.gz)\b")


def commands(text: str) -> list[str]:
    """The make and kiosk- lines of fenced blocks and of inline code, without comments."""
    blocks = [match["body"] for match in FENCE.finditer(text) if match["kind"] in {"", "sh", "bash", "console"}]
    lines = [line.split(" #")[0].strip() for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    return [line for line in lines if COMMAND.match(line)]


def unknown_command(line: str, makefile: str, programs: Mapping[str, str]) -> str | None:
    """What in a command does not exist, or None."""
    match = COMMAND.match(line)
    if match is None:
        return None
    words = shlex.split(match["rest"])
    if match["word"] == "make":
        targets = {found["name"] for found in TARGET.finditer(makefile)}
        variables = {found["name"] for found in ASSIGNED.finditer(makefile)}
        set_here = re.findall(r"\b([A-Z][A-Z_]*)=", line)
        bad = [word for word in words if "=" not in word and not word.startswith("-") and word not in targets]
        bad += [name for name in set_here if name not in variables and name not in {"PYTHON", "MIRROR"}]
        return f"{line}: make knows no {', '.join(bad)}" if bad else None
    source = programs.get(match["word"])
    if source is None:
        return f"{line}: no such program"
    subcommand = next((word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)), None)
    options = [word.split("=")[0] for word in words if word.startswith("--")]
    bad = [
        word for word in ([subcommand] if subcommand else []) + options if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", source)
    ]
    return f"{line}: {match['word']} knows no {', '.join(bad)}" if bad else None


def slug(heading: str) -> str:
    """The anchor a forge makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")


def broken_links(name: str, text: str, there: Iterable[str], documents: Mapping[str, str]) -> list[str]:
    """Links of one document that lead to no file or to no heading."""
    known = set(there)
    folders = {"/".join(path.split("/")[:depth]) for path in known for depth in range(1, path.count("/") + 1)}
    broken: list[str] = []
    for match in LINK.finditer(FENCE.sub("", text)):
        target = match["target"] or match["image"]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        full = _joined(name, path) if path else name
        if full not in known | folders:
            broken.append(f"{name}: no file {target}")
        elif anchor and full in documents and anchor not in {slug(found["text"]) for found in HEADING.finditer(documents[full])}:
            broken.append(f"{name}: no heading {target}")
    return broken


def _joined(name: str, path: str) -> str:
    steps = name.split("/")[:-1]
    for step in path.rstrip("/").split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def missing_headings(wanted: Iterable[str], text: str) -> list[str]:
    """Names that no heading of a document holds; a heading may name several, in code marks or bare."""
    headings = {word.strip("`,") for found in HEADING.finditer(text) for word in found["text"].split()}
    return [name for name in wanted if name not in headings]


def addresses(name: str, text: str) -> list[str]:
    """Paths of one machine and hosts of package registries; a pin names no place."""
    return [
        f"{name}:{number} {match.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern in (MACHINE_PATH, REGISTRY_HOST, PACKAGE_ADDRESS)
        if (match := pattern.search(line))
    ]


def fact_kinds() -> list[str]:
    """The tag of every fact a machine can journal."""
    from contracts import facts

    inspected = (msgspec.inspect.type_info(kind) for kind in _leaves(facts.Fact))
    return sorted(str(info.tag) for info in inspected if isinstance(info, msgspec.inspect.StructType) and info.tag is not None)


def _leaves(kind: type) -> list[type]:
    below = kind.__subclasses__()
    return [leaf for sub in below if sub.__module__.startswith("contracts.") for leaf in _leaves(sub)] if below else [kind]


def programs() -> dict[str, str]:
    """For each program, the sources in which its subcommands and options must be named."""
    return {
        program: "\n".join(text for name, text in files.python_texts().items() if files.part_of(name) == part)
        for program, part in PROGRAMS.items()
    }


def documents() -> dict[str, str]:
    return {name: text for name, text in files.texts().items() if name.endswith(".md")}


def test_commands_in_documents_exist() -> None:
    makefile, ours = files.texts()["Makefile"], programs()
    said = [(name, line) for name, text in documents().items() for line in commands(text)]
    assert any(name == "README.md" for name, _ in said)
    assert [f"{name}: {wrong}" for name, line in said if (wrong := unknown_command(line, makefile, ours))] == []


def test_links_lead_somewhere() -> None:
    known = documents()
    assert [broken for name, text in known.items() for broken in broken_links(name, text, files.names(), known)] == []


def test_no_addresses_of_machines_and_registries() -> None:
    assert [found for name, text in files.texts().items() for found in addresses(name, text)] == []


def test_every_fact_has_a_heading() -> None:
    assert missing_headings(fact_kinds(), files.texts()["docs/facts.md"]) == []


def test_every_fault_has_a_heading() -> None:
    from contracts.faults import FAULTS

    assert missing_headings(FAULTS, files.texts()["docs/faults.md"]) == []


def test_every_site_key_has_a_heading() -> None:
    from controller.site import Site

    assert missing_headings(sorted(keys_of(Site)), files.texts()["docs/site.md"]) == []


def keys_of(table: type[msgspec.Struct]) -> set[str]:
    """Every key of a table and of the tables in it, wherever they are defined."""
    fields = msgspec.structs.fields(table)
    inner = [field.type for field in fields if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)]
    return {field.encode_name for field in fields}.union(*map(keys_of, inner))


def test_site_keys_are_read_from_the_tables() -> None:
    from controller.site import Site

    assert {"machine", "keepalive_s", "certificate", "guesses_a_day", "not_before"} <= keys_of(Site)


def test_an_unknown_command_is_found() -> None:
    makefile = "PORT ?= 1\ndemo: x\n"
    program = {"kiosk-sim": 'add_parser("street"); add_argument("--port")'}
    text = (
        "Try `make demo`.\n```sh\nmake fly   # up\nmake demo PROT=1\nkiosk-sim rain\n.venv/bin/kiosk-sim street --prot 1\nkiosk-moon\n```\n"
    )
    lines = commands(text)
    assert lines == ["make fly", "make demo PROT=1", "kiosk-sim rain", ".venv/bin/kiosk-sim street --prot 1", "kiosk-moon", "make demo"]
    assert [bool(unknown_command(line, makefile, program)) for line in lines] == [True] * 5 + [False]
    assert unknown_command("PORT=2 make demo", makefile, program) is None
    assert unknown_command("kiosk-sim street --port 1", makefile, program) is None


@pytest.mark.parametrize(
    ("target", "broken"), [("b.md", True), ("c.md", False), ("c.md#two-words", False), ("c.md#three", True), ("../x/", False)]
)
def test_a_broken_link_is_found(target: str, broken: bool) -> None:
    there = ["docs/a.md", "docs/c.md", "x/y.py"]
    found = broken_links("docs/a.md", f"see [it]({target}) and [out](https://example.org/)\n", there, {"docs/c.md": "## `Two` words\n"})
    assert bool(found) == broken


def test_a_missing_heading_is_found() -> None:
    assert missing_headings(["door.opened", "door.closed"], "## `door.opened`\ntext door.closed\n") == ["door.closed"]


@pytest.mark.parametrize(
    "line",
    [
        "see " + "/wo" + "rk/main",
        "cd /ro" + "ot/x",
        "index https://py" + "pi.org/simple",
        "from https://example.org/a-1.0" + ".whl",
    ],
)
def test_an_address_is_found(line: str) -> None:
    assert len(addresses("x.md", line)) == 1


def test_ordinary_paths_pass() -> None:
    assert addresses("x.md", "tests/framework/a.py http://127.0.0.1:8080/ /usr/lib/kiosk $d/root/usr/bin docs/work/") == []


def test_fact_kinds_are_read_from_the_contract() -> None:
    assert "boot.started" in fact_kinds()
