"""What is in the repository: the files git knows of or would add."""

import ast
import functools
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("contracts", "firmware", "controller", "central", "sim")


@functools.cache
def names() -> tuple[str, ...]:
    """Paths relative to the root, sorted; ignored files are not among them."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()}))


@functools.cache
def texts() -> dict[str, str]:
    """Every file that is text, by its path."""
    found: dict[str, str] = {}
    for name in names():
        try:
            found[name] = (ROOT / name).read_bytes().decode()
        except UnicodeDecodeError:
            continue
    return found


def python_texts() -> dict[str, str]:
    """Every Python source, by its path."""
    return {name: text for name, text in texts().items() if name.endswith(".py")}


def part_of(name: str) -> str:
    """The first folder of a path: contracts, firmware, controller, central, sim, tests."""
    return name.split("/", 1)[0]


def module_of(name: str) -> str:
    """controller/kiosk/server.py → controller.kiosk.server; a package's __init__ is the package."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(tree: ast.Module) -> list[tuple[int, str, str | None]]:
    """(line, module, name taken from it or None) for every import, also those inside functions and by import_module("...")."""
    found: list[tuple[int, str, str | None]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                found += [(node.lineno, alias.name, None) for alias in aliases]
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                found += [(node.lineno, module, alias.name) for alias in aliases]
            case ast.Call(func=ast.Name(id="import_module" | "__import__"), args=[ast.Constant(value=str(module)), *_]):
                found.append((node.lineno, module, None))
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
                found.append((node.lineno, module, None))
            case _:
                pass
    return found


def bound_names(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: {"sleep": "time.sleep", "dt": "datetime"}."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return bound


def dotted(node: ast.expr, bound: dict[str, str]) -> str | None:
    """The full name an expression stands for, when it begins with an imported name: `dt.datetime.now` → "datetime.datetime.now"."""
    tail: list[str] = []
    while isinstance(node, ast.Attribute):
        tail.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in bound:
        return None
    return ".".join([bound[node.id], *reversed(tail)])
