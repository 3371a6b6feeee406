"""Budgets of what a browser fetches, and a lock that names no host."""

import gzip
import json
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "intranet" / "static" / "dist"
CSS = ROOT / "intranet" / "static" / "css"
KB = 1024

#: Sheets that a page may link together, largest pages of each part of the office.
PAGES_CSS = {
    "desk": ("app.css", "charts.css"),
    "administration": ("app.css", "admin.css", "picker.css"),
    "list": ("app.css", "documents/desk.css", "documents/list.css", "sentences.css"),
    "document": ("app.css", "documents/document.css", "reader.css"),
    "registering": ("app.css", "documents/intake.css", "reader.css"),
    "inbox": ("app.css", "documents/inbox.css", "reader.css"),
    "draft": ("app.css", "documents/draft.css", "reader.css"),
    "register": ("app.css", "register.css"),
    "map": ("app.css", "flow.css"),
    "board": ("app.css", "boards.css"),
    "tasks": ("app.css", "tasks.css", "task-page.css", "picker.css", "sentences.css"),
    "task-views": ("app.css", "tasks.css", "task-views.css"),
    "week": ("app.css", "meetings.css", "week.css"),
    "planning": ("app.css", "meetings.css", "meetings/plan.css", "picker.css"),
    "mail": ("app.css", "mail.css", "picker.css"),
    "sign-in": ("app.css", "signin.css"),
    "room": ("room.css", "meetings/room.css", "meetings/delegate.css"),
    "console": ("room.css", "meetings/room.css", "meetings/console.css"),
    "screen": ("meetings/screen.css",),
}


def manifest() -> dict[str, str]:
    """Names of the built assets."""
    content: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return content


def weight(*names: str) -> int:
    """Bytes that a browser fetches for these assets, compressed."""
    return sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in names)


def imported(entry: str) -> set[str]:
    """A built module and every chunk it imports at once (not those it may import later)."""
    seen: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (DIST / name).read_text(encoding="utf-8")
        for found in re.findall(r"(?:from|import)\s*\"(\.{1,2}/[^\"]+\.js)\"", text):
            waiting.append((DIST / name).parent.joinpath(found).resolve().relative_to(DIST).as_posix())
    return seen


@pytest.mark.parametrize("page", PAGES_CSS)
def test_style_of_a_page_stays_within_15_kb(page: str) -> None:
    names = manifest()
    assert weight(*(names[sheet] for sheet in PAGES_CSS[page])) <= 15 * KB


def test_script_of_a_list_or_form_page_stays_within_45_kb() -> None:
    names = manifest()
    modules = imported(names["app.js"]) | imported(names["c/pick.js"]) | {names["boot.js"]}
    assert weight(*modules) <= 45 * KB


def test_script_of_a_board_stays_within_170_kb_and_is_loaded_there_alone() -> None:
    names = manifest()
    charts = imported(names["boards.js"])
    assert weight(*charts) <= 170 * KB
    linking = [p.name for p in (ROOT / "templates").rglob("*.html") if "asset('boards.js')" in p.read_text()]
    assert linking == ["board.html"]


def test_script_of_the_room_stays_within_265_kb() -> None:
    names = manifest()
    if "meetings/room.js" in names:
        assert weight(*imported(names["meetings/room.js"]), names["boot.js"]) <= 265 * KB


def test_the_worker_of_the_reader_stays_within_410_kb() -> None:
    assert weight(manifest()["pdfjs/pdf.worker.min.mjs"]) <= 410 * KB


def test_faces_of_the_screens_stay_within_180_kb() -> None:
    faces = [name for key, name in manifest().items() if key.startswith("fonts/") and "tinos" not in key]
    assert 0 < sum((DIST / name).stat().st_size for name in faces) <= 180 * KB


def test_pdf_js_finds_its_folders_beside_its_worker() -> None:
    folder = (DIST / manifest()["pdfjs/pdf.worker.min.mjs"]).parent
    assert {"cmaps", "standard_fonts", "wasm", "iccs"} <= {entry.name for entry in folder.iterdir()}


def test_every_name_in_the_manifest_is_a_file() -> None:
    assert [name for name in manifest().values() if not (DIST / name).is_file()] == []


def test_the_lock_names_no_host_and_keeps_its_hashes() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name.startswith("node_modules/")}
    named = {
        name: entry["resolved"] for name, entry in packages.items() if "://" in entry.get("resolved", "")
    }
    unproved = [name for name, e in packages.items() if not e.get("link") and not e.get("integrity")]
    assert named == {}
    assert unproved == []


def test_every_package_is_pinned_to_one_version() -> None:
    package = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    loose = {n: v for n, v in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+|file:stubs/\w+", v)}
    assert loose == {}


def test_colours_are_written_only_among_the_tokens() -> None:
    raw = re.compile(r"#[0-9a-fA-F]{3,8}(?=[\s;,)}])|\brgba?\(|\bhsla?\(")
    found = {}
    wings = [sheet for wing in ("documents", "meetings", "mail") for sheet in (ROOT / wing).rglob("*.css")]
    for sheet in [*CSS.rglob("*.css"), *wings]:
        if sheet.name != "tokens.css" and (hits := raw.findall(sheet.read_text(encoding="utf-8"))):
            found[sheet.name] = hits
    assert found == {}


def test_every_colour_token_has_a_dark_value_or_is_the_same_in_both() -> None:
    text = (CSS / "parts" / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split(":root[data-theme=dark]", 1)
    same = light.split("the same in light and dark", 1)[1].split("/* type */", 1)[0]
    names = set(re.findall(r"(--[\w-]+):\s*(?:#|rgb)", light)) - set(re.findall(r"(--[\w-]+):", same))
    overridden = set(re.findall(r"(--[\w-]+):", dark.split("\n}", 1)[0]))
    assert names - overridden - {"--hover"} == set()


@pytest.mark.parametrize("face", ["Regular", "Bold", "Italic", "BoldItalic"])
def test_the_face_for_pdfs_has_every_vietnamese_letter(face: str) -> None:
    vowels = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
    wanted = {*vowels, *vowels.upper(), *"0123456789/.,;:()-–“”…₫%§"}
    letters = TTFont(DIST / "fonts" / f"Tinos-{face}.ttf").getBestCmap()
    assert {letter for letter in wanted if ord(letter) not in letters} == set()


def test_figures_of_columns_are_equally_wide() -> None:
    font = TTFont(DIST / "fonts" / "inter-digits.woff2")
    widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert len(widths) == 1 or "tnum" in features
