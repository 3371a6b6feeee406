"""Which way imports run: wings stand on the ground floor and know nothing of each other."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("documents", "meetings", "mail")
#: The ground floor from the roof down: an import runs to the right, never back.
FLOOR = (
    "cli",
    "app",
    "home",
    "schedule",
    "auditing",
    "tasks",
    "boards",
    "directives",
    "notices",
    "exports",
    "people",
    "records",
    "core",
)
#: Modules that stand beside the packages, as high as the application.
ROOF = {"wsgi", "__main__", "cli", "app", "sample"}
#: Inside a wing, from the top down.
INSIDE = (
    "feature",
    "sample",
    "views",
    "jobs",
    "subscribers",
    "live",
    "commands",
    "services",
    "permissions",
    "models",
)
LEAVES = ("formats", "rules")
#: Each outside package has one door.
DOORS = {
    "flask_socketio": {"intranet/core/live.py"},
    "apscheduler": {"intranet/core/scheduler.py"},
    "cryptography": {"intranet/core/sealing.py"},
    "icalendar": {"intranet/schedule/ical.py"},
    "pyhanko": {"intranet/records/signature_child.py"},
    "pyhanko_certvalidator": {"intranet/records/signature_child.py"},
    "asn1crypto": {"intranet/records/signature_child.py"},
    "docx": {"intranet/records/docx.py", "intranet/records/docx_writing.py"},
    "pypdfium2": {"intranet/records/pdf.py"},
    "pikepdf": {
        "intranet/records/pdf.py",
        "intranet/records/pdf_marks.py",
        "intranet/records/reading_copy.py",
        "intranet/records/stamp.py",
        "intranet/records/watermark.py",
    },
}


def modules() -> list[Path]:
    """Every Python file of the product."""
    found = []
    for package in ("intranet", *WINGS):
        found += sorted((ROOT / package).rglob("*.py"))
    return [path for path in found if "static" not in path.parts]


def name_of(path: Path) -> str:
    """The dotted name of a file's module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """What a file says, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> list[tuple[str, int]]:
    """Every module that a file imports, with its line."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, node.lineno))
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def floor_level(module: str) -> int | None:
    """How high a module of the ground floor stands; the lower the number the higher."""
    parts = module.split(".")
    if parts[0] != "intranet" or len(parts) < 2:
        return None
    if parts[1] in ROOF:
        return FLOOR.index("app")
    return FLOOR.index(parts[1]) if parts[1] in FLOOR else None


def test_no_wing_imports_another() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for path in modules()
        if path.relative_to(ROOT).parts[0] in WINGS
        for target, line in imports_of(path)
        if target.split(".")[0] in WINGS and target.split(".")[0] != path.relative_to(ROOT).parts[0]
    ]
    assert wrong == []


def test_the_ground_floor_knows_no_wing() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for path in modules()
        if path.relative_to(ROOT).parts[0] == "intranet"
        for target, line in imports_of(path)
        if target.split(".")[0] in WINGS
    ]
    assert wrong == []


def test_imports_on_the_ground_floor_run_one_way() -> None:
    wrong = []
    for path in modules():
        mine = floor_level(name_of(path))
        for target, line in imports_of(path):
            theirs = floor_level(target)
            if mine is not None and theirs is not None and theirs < mine:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert wrong == []


def test_imports_inside_a_wing_run_one_way() -> None:
    wrong = []
    for path in modules():
        parts = name_of(path).split(".")
        if parts[0] not in WINGS or len(parts) < 2:
            continue
        for target, line in imports_of(path):
            theirs = target.split(".")
            if theirs[0] != parts[0] or len(theirs) < 2 or theirs[1] == parts[1]:
                continue
            if parts[1] in LEAVES and theirs[1] not in LEAVES:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: a leaf imports {target}")
            if (
                parts[1] in INSIDE
                and theirs[1] in INSIDE
                and INSIDE.index(theirs[1]) < INSIDE.index(parts[1])
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {name_of(path).removesuffix(".__init__"): path for path in modules()}
    graph = {
        name: {t for t, _ in imports_of(path) if t in names and t != name} for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            pytest.fail("circle: " + " -> ".join((*trail[trail.index(name) :], name)))
        if name in done:
            return
        for target in sorted(graph[name]):
            visit(target, (*trail, name))
        done.add(name)

    for name in sorted(graph):
        visit(name, ())
    assert len(done) == len(names)


def test_no_function_imports_anything() -> None:
    wrong = []
    for path in modules():
        for function in ast.walk(tree_of(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                wrong += [
                    f"{path.relative_to(ROOT)}:{node.lineno}"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                ]
    assert wrong == []


def test_each_outside_package_has_its_door() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for path in modules()
        for target, line in imports_of(path)
        if target.split(".")[0] in DOORS and str(path.relative_to(ROOT)) not in DOORS[target.split(".")[0]]
    ]
    assert wrong == []


def test_packages_carry_no_code_in_their_init() -> None:
    wrong = [str(p.relative_to(ROOT)) for p in modules() if p.name == "__init__.py" and p.read_text().strip()]
    assert wrong == []


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = []
    for folder in ("intranet", *WINGS, "tests", "bench", "frontend", "templates", "sample"):
        for path in sorted((ROOT / folder).rglob("*")):
            is_ours = path.suffix in {".py", ".js", ".css", ".html", ".mjs"} and not {
                "node_modules",
                "dist",
            } & set(path.parts)
            if is_ours and len(path.read_text(encoding="utf-8").splitlines()) > 450:
                long.append(str(path.relative_to(ROOT)))
    assert long == []
