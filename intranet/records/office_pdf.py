"""PDFs of office documents, made by LibreOffice where it is installed: shut in, one at a time, with limits.

LibreOffice has fetched what documents point to in spite of its stealth mode (CVE-2020-12802, CVE-2019-9849),
and has run scripts from documents (CVE-2019-9848): so it has no network, a profile of its own without macros,
and sees nothing but the document.
"""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intranet.core import db
from intranet.core.errors import BadState, Invalid, Unavailable
from intranet.records import media, sandbox, sheet_layout
from intranet.records.sandbox import Bounds
from intranet.records.typeset import FONTS

#: What can be made a PDF.
CONVERTED = frozenset({media.DOCX, media.XLSX, media.PPTX, media.ODT})
BOUNDS = Bounds()
#: How long one conversion waits for another to end.
_PATIENCE_SECONDS = 60.0
_turn = threading.Lock()

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
#: No macro runs; nothing a document points to is fetched or renewed (0 and 1 are "never" of the two).
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Writer/Content/Update", "Link", "0"),
    ("Calc/Content/Update", "Link", "1"),
)
#: Families that documents ask for, and free ones of the same widths that draw all Vietnamese letters.
_FAMILIES = {
    "Times New Roman": "Tinos",
    "Times": "Tinos",
    "Cambria": "Tinos",
    "serif": "Tinos",
    "Arial": "Arimo",
    "Calibri": "Arimo",
    "Tahoma": "Arimo",
    "sans-serif": "Arimo",
    "Courier New": "Cousine",
    "monospace": "Cousine",
    "Liberation Sans": "Arimo",
    "Liberation Serif": "Tinos",
    "Liberation Mono": "Cousine",
}
#: LibreOffice takes these for Arial and Times by itself; they lack half of the Vietnamese letters, which then
#: come from another family and are no longer found in the words that they belong to.
_HIDDEN = ("Liberation Sans", "Liberation Serif", "Liberation Mono", "Liberation Sans Narrow")


def is_installed() -> bool:
    """Whether LibreOffice is there."""
    return shutil.which("soffice") is not None


def to_pdf(source: Path, name: str, *, bounds: Bounds = BOUNDS) -> bytes:
    """The PDF of an office document; it takes seconds, so jobs alone ask for it.

    :param source: where its bytes lie; they are copied, not touched.
    :param name: what it is called, for its ending: ``.docx``, ``.xlsx``, ``.pptx`` or ``.odt``.
    :raises BadState: ``convert.not_installed``; ``sandbox.required``.
    :raises Invalid: ``convert.wrong_type``, ``convert.encrypted``, ``convert.too_long``,
        ``convert.failed`` (damaged, over its limits of memory or processor time, or nothing to show).
    :raises Unavailable: ``convert.busy``: another conversion did not end in time.
    """
    ending = media.extension_of(name)
    if media.BY_EXTENSION.get(ending) not in CONVERTED:
        raise Invalid("convert.wrong_type", name=name)
    verdict = media.check(source, name)
    if verdict is not None:
        raise Invalid(
            "convert.encrypted" if verdict.code == "file.encrypted" else "convert.failed", name=name
        )
    if not is_installed():
        raise BadState("convert.not_installed", name=name)
    with _one_at_a_time(), sandbox.box() as folder:
        _furnish(folder)
        given = folder / f"source.{ending}"
        if ending != "xlsx" or not sheet_layout.fit(source, given):
            shutil.copyfile(source, given)
        ended = sandbox.run(folder, lambda seen: _words(seen, given.name), bounds)
        if ended is None:
            raise Invalid("convert.too_long", name=name)
        return _made(folder / "out" / "source.pdf", name)


def _made(path: Path, name: str) -> bytes:
    """What LibreOffice wrote; its exit code is 0 for a document that it could not open too."""
    if path.is_file() and not path.is_symlink():
        data = path.read_bytes()
        if data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]:
            return data
    raise Invalid("convert.failed", name=name)


def _words(seen: str, name: str) -> list[str]:
    return [
        "env",
        f"FONTCONFIG_FILE={seen}/fonts.conf",
        "soffice",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--nofirststartwizard",
        f"-env:UserInstallation=file://{seen}/profile",
        "--convert-to",
        "pdf",
        "--outdir",
        f"{seen}/out",
        f"{seen}/{name}",
    ]


def _furnish(folder: Path) -> None:
    """Lay out what LibreOffice needs: a profile, a home, our own fonts beside those of the system."""
    for name in ("profile/user", "home", "out", "fonts"):
        (folder / name).mkdir(parents=True)
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    profile = folder / "profile/user/registrymodifications.xcu"
    profile.write_text(_PROFILE.format(items=items), encoding="utf-8")
    for font in FONTS.glob("Tinos-*.ttf"):
        shutil.copyfile(font, folder / "fonts" / font.name)
    aliases = "".join(
        f'<alias binding="same"><family>{asked}</family><prefer><family>{given}</family></prefer></alias>'
        for asked, given in _FAMILIES.items()
    )
    dirs = '<dir prefix="relative">fonts</dir><dir>/usr/share/fonts</dir>'
    cache = '<cachedir prefix="relative">home</cachedir>'
    hidden = "".join(
        f'<pattern><patelt name="family"><string>{name}</string></patelt></pattern>' for name in _HIDDEN
    )
    rejected = f"<selectfont><rejectfont>{hidden}</rejectfont></selectfont>"
    config = f'<?xml version="1.0"?><fontconfig>{dirs}{cache}{rejected}{aliases}</fontconfig>'
    (folder / "fonts.conf").write_text(config, encoding="utf-8")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the one place of this machine: two conversions at once need twice the memory.

    :raises Unavailable: ``convert.busy``.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    if not _turn.acquire(timeout=_PATIENCE_SECONDS):
        raise Unavailable("convert.busy")
    try:
        with (db.database().settings.data_dir / "office-pdf.lock").open("a") as held:
            while True:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise Unavailable("convert.busy") from None
                    time.sleep(0.1)
            yield
    finally:
        _turn.release()
