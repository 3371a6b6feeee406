"""Which programs of others are there, for the operator; the office works without every one of them."""

from intranet.core import config
from intranet.core.health import Check
from intranet.records import ocr, office_pdf, sandbox


def look() -> list[Check]:
    """What is installed and how it is shut in; not well only where a setting asks for what is missing."""
    has_way = sandbox.has_bwrap() or not config.needs_sandbox()
    refused = "" if has_way else "; SANDBOX=required, so nothing is converted"
    office = (
        "makes PDFs" if office_pdf.is_installed() else "is not installed: DOCX, XLSX, PPTX stay as they are"
    )
    words = "reads scans" if ocr.is_installed() else "is missing (or its vie): scans cannot be searched"
    return [
        Check("sandbox", has_way, sandbox.found() + refused),
        Check("LibreOffice", True, office),
        Check("tesseract", True, words),
    ]
