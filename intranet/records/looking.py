"""Scans on their way in: head and signature are recognised before they enter the store, and a secret mark."""

from dataclasses import replace
from pathlib import Path

from intranet.core.errors import DomainError
from intranet.records import media, ocr
from intranet.records.media import Verdict
from intranet.records.pagetext import PageText
from intranet.records.parse_child import MARKED_PAGES
from intranet.records.parsing import Parsed
from intranet.records.secrecy import marks_on


def is_wanted(parsed: Parsed) -> bool:
    """Whether page 1 of a file is to be recognised, and this machine can."""
    is_scan = parsed.media_type == media.PDF and parsed.is_pictured
    return is_scan and parsed.verdict is None and ocr.is_installed()


def looked_at(source: Path, parsed: Parsed) -> Parsed:
    """The same with what page 1 and the signed page say; what cannot be recognised is as it was."""
    first = _page(source, 1)
    if first is None:
        return parsed
    signed = None if first.is_signed else _signed(source, parsed.pages)
    pages = [page for page in (first, signed) if page is not None and page.number <= MARKED_PAGES]
    marks = tuple(mark for page in pages for mark in marks_on(page, page.number))
    verdict = Verdict("file.secret_mark", {"mark": marks[0].word}) if marks else None
    drawn = parsed.signed_page.number if parsed.signed_page else 1
    picture = parsed.signed_preview if signed is not None and signed.number == drawn else None
    read = replace(parsed, first_page=first, signed_page=signed, signed_preview=picture)
    return replace(read, marks=marks, verdict=verdict)


def _signed(source: Path, pages: int) -> PageText | None:
    """The last page, or the second where annexes follow it: two are looked at, for a page takes seconds."""
    for number in dict.fromkeys((pages, 2)):
        page = _page(source, number) if 1 < number <= pages else None
        if page is not None and page.is_signed:
            return page
    return None


def _page(source: Path, number: int) -> PageText | None:
    try:
        return ocr.read_texts(source, number, 1)[0]
    except DomainError:
        return None
