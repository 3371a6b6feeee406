"""What the security policy of pages forbids is not written in the first place."""

import re
from pathlib import Path

import pytest

from intranet.core import menu

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
#: Letters are read by mail programs, which know no style sheet of ours.
LETTERS = TEMPLATES / "mail" / "letters"
#: Files whose ``|safe`` is known: file, and why the text is ours.
SAFE: dict[str, str] = {}

COMMENT = re.compile(r"\{#.*?#\}", re.S)
LOGIC = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
STYLE = re.compile(r"<[^>]*\sstyle\s*=", re.I)
HANDLER = re.compile(r"<[a-z][^>]*\s(on[a-z]+)\s*=", re.I)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.I)
HX_SCRIPT = re.compile(r"\bhx-on\b|[\"']js:|[\"']javascript:", re.I)
SAFE_FILTER = re.compile(r"\|\s*safe\b|\bMarkup\(")
OUTSIDE = re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.I)
#: The token itself, a form's hidden fields, or a macro named for it.
TOKEN = re.compile(r"csrf_token|hidden_tag\(\)|\{\{ token\(\) \}\}")
PLAIN_TEXT = re.compile(r">([^<>{}]*[À-ỹĐđ][^<>{}]*)<")


def text_of(path: Path) -> str:
    """The template without its comments."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def markup_of(path: Path) -> str:
    """The template's own markup: what Jinja writes between is left out."""
    return LOGIC.sub("", text_of(path))


def name_of(path: Path) -> str:
    """Path below ``templates/``."""
    return path.relative_to(TEMPLATES).as_posix()


screens = pytest.mark.parametrize(
    "path", [page for page in PAGES if LETTERS not in page.parents], ids=name_of
)


@screens
def test_no_style_attribute_and_no_style_element(path: Path) -> None:
    text = markup_of(path)
    assert not STYLE.search(text), "use a class: the policy refuses style attributes"
    assert "<style" not in text.lower()


@screens
def test_no_handler_in_markup(path: Path) -> None:
    text = markup_of(path)
    found = HANDLER.search(text)
    assert found is None, f"{found.group(1) if found else ''}: use a data attribute and a module"
    assert not HX_SCRIPT.search(text), "htmx may not evaluate script here"


@screens
def test_every_script_is_a_file_of_ours(path: Path) -> None:
    for attributes in SCRIPT.findall(text_of(path)):
        assert re.search(r"src=\"\{\{ ?asset\(", attributes), f"not a file of ours: {attributes}"


@screens
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    assert not OUTSIDE.search(text_of(path))


@screens
def test_unescaped_text_only_where_it_is_known(path: Path) -> None:
    if SAFE_FILTER.search(text_of(path)):
        assert name_of(path) in SAFE, "|safe needs an entry in SAFE with its reason"


@screens
def test_vietnamese_text_can_be_translated(path: Path) -> None:
    found = [text.strip() for text in PLAIN_TEXT.findall(text_of(path)) if text.strip()]
    assert not found, f'wrap in _("…"): {found[:3]}'


@screens
def test_every_post_form_carries_the_token(path: Path) -> None:
    text = text_of(path)
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.I | re.S):
        assert TOKEN.search(form), f"no token: {form[:90]}"


def test_the_short_name_of_the_token_is_the_token() -> None:
    for path in PAGES:
        for body in re.findall(r"\{% macro token\(\).*?\{%-? endmacro", text_of(path), re.S):
            assert "csrf_token()" in body, name_of(path)


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "intranet/static/icons.svg").read_text()))
    named: dict[str, str] = {}
    for path in PAGES:
        text = text_of(path)
        for name in re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']", text):
            named[name] = name_of(path)
        for name in re.findall(r"icons\.svg'\)\s*\}\}#([a-z0-9-]+)", text):
            named[name] = name_of(path)
    assert not {name: where for name, where in named.items() if name not in drawn}


class Everybody:
    """An actor who may use every entry of the rail."""

    def holds(self, _permit: str) -> bool:
        """Yes."""
        return True


@pytest.mark.usefixtures("session_app")
def test_icons_of_the_rail_are_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "intranet/static/icons.svg").read_text()))
    named = {entry.icon for entry in menu.shown_to(Everybody())}  # type: ignore[arg-type]  # only asked for permits
    assert named
    assert named <= drawn, f"no such icons: {sorted(named - drawn)}"


def test_no_act_is_under_the_letter_that_begins_a_way() -> None:
    """After ``g`` another letter goes somewhere: an act under it would never be done."""
    assert [path.name for path in PAGES if re.search('data[-_]key="g"', text_of(path))] == []
