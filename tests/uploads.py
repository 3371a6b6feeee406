"""Uploads for tests: bytes of small files, and the way from a drop to a verdict."""

import io
from typing import IO, Any

from docx import Document

from intranet.core import jobs
from intranet.core.actor import Actor
from intranet.records import files
from intranet.records.typeset import Face, Sheet


def pdf_with(*lines: str) -> bytes:
    """A one-page PDF with these lines at the head."""
    sheet = Sheet(title="Thử")
    for place, line in enumerate(lines):
        sheet.text(line, 100, 760 - 20 * place, 13, Face.BOLD)
    return sheet.finish()


def docx_with(*paragraphs: str) -> bytes:
    """A DOCX of these paragraphs."""
    made, out = Document(), io.BytesIO()
    for words in paragraphs:
        made.add_paragraph(words)
    made.save(out)
    return out.getvalue()


def staged_file(actor: Actor, data: bytes | None = None, name: str = "van-ban.pdf") -> str:
    """Upload as this person, let the worker read it, and return the public id of the upload."""
    upload = files.stage(actor, io.BytesIO(pdf_with("Số: 05/QĐ-UBND") if data is None else data), name)
    jobs.run_due()
    return upload.public_id


def drop(client: Any, *given: tuple[str, bytes]) -> list[dict[str, Any]]:
    """Drop files (name, bytes) on a page; returns the answer for each."""
    parts: list[tuple[IO[bytes], str]] = [(io.BytesIO(data), name) for name, data in given]
    answer = client.post("/files/staged", data={"file": parts}, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()
    return found
