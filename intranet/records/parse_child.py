"""Reads one foreign file and prints what it found as JSON: run by :mod:`intranet.records.parsing` alone.

It takes its limits on itself before it opens anything, so that a hostile file ends this process and no other.
"""

import base64
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from intranet.records import docx, media, pdf, secrecy
from intranet.records.child import answer
from intranet.records.docx_preview import preview_pdf
from intranet.records.office_text import words_of
from intranet.records.pagetext import Unreadable, signed_page

#: Pages whose head is searched for secret marks.
MARKED_PAGES = 5
#: Width of the picture of the first page, pixels.
PREVIEW_WIDTH = 1100

_Json = dict[str, Any]


def read(path: Path, media_type: str) -> _Json:
    """Parse a file by its type.

    :raises Unreadable: with the code that becomes the verdict.
    """
    if media_type == media.PDF:
        return _read_pdf(path)
    if media_type == media.DOCX:
        return _read_docx(path)
    if media_type in {media.PNG, media.JPEG}:
        return _read_image(path)
    words, cut = words_of(path, media_type)
    marks = secrecy.marks_in_lines(words.splitlines()[:30])
    return {"has_text": bool(words), "text": words, "text_cut": cut, "marks": _marks(marks)}


def _read_pdf(path: Path) -> _Json:
    facts = pdf.inspect(path)
    if pdf.is_cut_off(path):
        raise Unreadable("file.truncated")
    text, cut = pdf.all_text(path)
    return {
        "pages": facts.pages,
        "encrypted": facts.encrypted,
        "has_text": facts.has_text,
        "pictured": facts.is_pictured,
        "active": facts.active,
        "text": text,
        "text_cut": cut,
        **_shown(path, min(facts.pages, MARKED_PAGES), text),
    }


def _shown(path: Path, pages: int, text: str) -> _Json:
    """Text of page 1 and of the page that is signed, picture of page 1, marks on the first few."""
    texts = [pdf.page_text(path, number) for number in range(1, pages + 1)]
    signed = signed_page(text, pdf.page_count(path))
    marks = [mark for number, text in enumerate(texts, 1) for mark in secrecy.marks_on(text, number)]
    return {
        "first_page": texts[0].to_json(),
        "signed_page": pdf.page_text(path, signed).to_json() if signed > 1 else None,
        "marks": _marks(marks),
        "preview": picture_of(path, 1),
        "signed_preview": picture_of(path, signed) if signed > 1 else None,
    }


def picture_of(path: Path, number: int) -> str:
    """A WebP picture of a page, in letters."""
    return _webp(Image.open(io.BytesIO(pdf.render_png(path, number, PREVIEW_WIDTH))))


def _read_docx(path: Path) -> _Json:
    text = docx.text_of(path)
    marks = secrecy.marks_in_lines(docx.head_lines(text))
    sheet = preview_pdf(text, title=path.stem)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "preview.pdf"
        copy.write_bytes(sheet)
        shown = _shown(copy, 1, pdf.all_text(copy)[0])
    shown["marks"] = _marks(marks) or shown["marks"]
    whole = text.text
    return {
        "has_text": bool(whole.strip()),
        "blocks": text.blocks,
        "text": whole[:200_000],
        "text_cut": len(whole) > 200_000,
        "preview_pdf": base64.b64encode(sheet).decode(),
        **shown,
    }


def _read_image(path: Path) -> _Json:
    verdict = media.check_image_header(path)
    if verdict is not None:
        raise Unreadable(verdict.code, **verdict.data)
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            picture.load()
            return {"pages": 1, "has_text": False, "preview": _webp(picture)}
    except UnidentifiedImageError as wrong:
        raise Unreadable("file.damaged") from wrong
    except (OSError, SyntaxError, ValueError) as wrong:
        code = "file.truncated" if "truncated" in str(wrong) or "Truncated" in str(wrong) else "file.damaged"
        raise Unreadable(code) from wrong


def _webp(picture: Image.Image) -> str:
    """A picture made anew, without the metadata of the old one."""
    flat = picture.convert("RGB")
    flat.thumbnail((1600, 2400))
    out = io.BytesIO()
    flat.save(out, "WEBP", quality=80, method=2)
    return base64.b64encode(out.getvalue()).decode()


def _marks(marks: Any) -> list[list[Any]]:
    return [[mark.word, mark.page, mark.box] for mark in marks]


def read_all(*words: str) -> _Json:
    """Parse files given as type and path in turn: ``{"all": [...]}``, each of them read or with its code."""
    found = []
    for media_type, path in zip(words[::2], words[1::2], strict=True):
        try:
            found.append(read(Path(path), media_type))
        except Unreadable as wrong:
            found.append({"code": wrong.code, "data": wrong.data})
    return {"all": found}


def main(arguments: list[str]) -> int:
    """``parse_child MEMORY SECONDS OUTPUT (TYPE PATH)...``; prints JSON in a line, returns 0 if it could."""
    return answer(arguments, read_all)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
