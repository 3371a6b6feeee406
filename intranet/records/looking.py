"""Scans on their way in: page 1 is recognised before they enter the store, for its head and a secret mark."""

from dataclasses import replace
from pathlib import Path

from intranet.core.errors import DomainError
from intranet.records import media, ocr
from intranet.records.media import Verdict
from intranet.records.parsing import Parsed
from intranet.records.scans import LEAST_TEXT
from intranet.records.secrecy import marks_on


def is_wanted(parsed: Parsed) -> bool:
    """Whether a file is a sound PDF of pictures, and this machine can recognise words."""
    is_scan = parsed.media_type == media.PDF and parsed.is_pictured and len(parsed.text.strip()) < LEAST_TEXT
    return is_scan and parsed.verdict is None and ocr.is_installed()


def looked_at(source: Path, parsed: Parsed) -> Parsed:
    """The same with what its page 1 says; what cannot be recognised is as it was. Takes seconds."""
    try:
        (page,) = ocr.read_texts(source, 1, 1)
    except DomainError:
        return parsed
    marks = marks_on(page)
    verdict = Verdict("file.secret_mark", {"mark": marks[0].word}) if marks else None
    return replace(parsed, first_page=page, marks=marks, verdict=verdict)
