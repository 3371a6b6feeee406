"""Papers for the tests: typeset in the prescribed layout, dropped as a clerk would, read by the worker."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from documents.formats.layout import OfficialText
from documents.formats.layout_docx import build_docx
from documents.formats.layout_pdf import build_pdf
from documents.models.document import Document
from documents.services import capturing
from intranet.core import db, jobs
from intranet.people.models import User
from intranet.records import files


def letter(**changes: Any) -> OfficialText:
    """An official letter of the ministry."""
    values: dict[str, Any] = {
        "agency": "Bộ Tài chính",
        "subject": "đẩy nhanh tiến độ giải ngân vốn đầu tư công năm 2026",
        "number": "9412",
        "symbol": "BTC-ĐT",
        "place": "Hà Nội",
        "doc_date": date(2026, 11, 12),
        "addressees": ("Ủy ban nhân dân tỉnh An Bình",),
        "body": (
            "Để phấn đấu giải ngân tối thiểu 95% kế hoạch, Bộ Tài chính đề nghị Ủy ban nhân dân tỉnh rà soát "
            "từng dự án và báo cáo kết quả trước ngày 30 tháng 11 năm 2026.",
        ),
        "authority": ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"),
        "signer_name": "Trần Quốc Hưng",
        "recipients": ("Như trên",),
    }
    return OfficialText(**(values | changes))


def pdf(**changes: Any) -> bytes:
    """The letter as a PDF with a text layer."""
    return build_pdf(letter(**changes))


def docx(**changes: Any) -> bytes:
    """The letter as a Word file."""
    return build_docx(letter(**changes))


def stage(actor: User, data: bytes, name: str) -> str:
    """Upload bytes and let the worker read them; returns the upload's id."""
    staged = files.stage(actor, io.BytesIO(data), name)
    jobs.run_due()
    return staged.public_id


def drop(actor: User, *papers: tuple[bytes, str]) -> Sequence[Document]:
    """Drop files on the clerk's desk and let the worker read them; returns what was received, in order."""
    for data, name in papers:
        capturing.receive(actor, io.BytesIO(data), name)
    jobs.run_due(100)
    with db.scope(actor.org_ids):
        keys = [document.id for document in capturing.received(actor)]
    return [db.session().get_one(Document, key) for key in sorted(keys)]


def scanned(data: bytes, askew: float = 1.0) -> bytes:
    """The same pages as a scanner gives them: pictures of 200 dots an inch, grainy, pressed as JPEG.

    :param askew: 1 and -1 lay the sheets 0.4 degrees to either side.
    """
    pages = []
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            sheet = page.render(scale=200 / 72, grayscale=True).to_pil().convert("L")
            turned = sheet.rotate(0.4 * askew, Image.Resampling.BICUBIC, fillcolor=255)
            pages.append(Image.blend(turned, Image.effect_noise(sheet.size, 14.0), 0.12))
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=200, quality=60)
    return made.getvalue()


def stamped(data: bytes, words: str) -> bytes:
    """The same file with a line of real text on page 1, as signing programs put there."""
    stamp = io.BytesIO()
    sheet = Canvas(stamp)
    sheet.setFont("Helvetica", 8)
    sheet.drawString(60, 40, words.encode("ascii", "ignore").decode())
    sheet.save()
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as whole, pikepdf.open(stamp) as over:
        whole.pages[0].add_overlay(over.pages[0])
        whole.save(made)
    return made.getvalue()


def joined(*parts: bytes) -> bytes:
    """Several files as one: a letter with its annexes."""
    made = io.BytesIO()
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as one:
                whole.pages.extend(one.pages)
        whole.save(made)
    return made.getvalue()
