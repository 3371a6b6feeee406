"""Lines of the printed register of the use of kept copies (Decree 30/2020/NĐ-CP, appendix IV)."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from documents.formats.symbols import compose
from documents.models.catalogue import DocKind
from documents.models.copies import CopyUse, UseState
from documents.models.document import Document
from documents.models.register import RegisterEntry, RegisterYear
from documents.permissions import visible_to
from documents.services.book_lines import Found, Span, secret, short
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import hold_still
from intranet.core.labels import label
from intranet.core.text import one_line
from intranet.people.models import User
from intranet.records.tables import Line

_KIND, _ASKER, _DECIDER = "kind", "asker", "decider"


def find(actor: Actor, span: Span) -> Found:
    """Read the copies given out within a span, of documents that stand in the register."""
    db.read_from_now()
    opened = db.session()
    hold_still(opened)
    year = opened.get(RegisterYear, (span.register_id, span.year), populate_existing=True)
    found = Found(span.year, year.head_hash if year is not None else "")
    first = clock.at_office(span.first or date(span.year, 1, 1), 0)
    after = clock.at_office((span.last or date(span.year, 12, 31)) + timedelta(days=1), 0)
    within = [
        RegisterEntry.register_id == span.register_id,
        CopyUse.given_at >= first,
        CopyUse.given_at < after,
    ]
    asker, decider = aliased(User), aliased(User)
    query = (
        select(
            CopyUse.document_id,
            CopyUse.state,
            CopyUse.given_at,
            CopyUse.returned_at,
            CopyUse.due_date,
            CopyUse.user_text,
            CopyUse.purpose,
            CopyUse.case_code,
            CopyUse.note,
            Document.number,
            Document.suffix,
            Document.symbol,
            Document.doc_date,
            Document.subject,
            DocKind.name.label(_KIND),
            asker.full_name.label(_ASKER),
            decider.full_name.label(_DECIDER),
        )
        .join(Document, Document.id == CopyUse.document_id)
        .join(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
        .join(asker, asker.id == CopyUse.asked_by_id)
        .outerjoin(decider, decider.id == CopyUse.decided_by_id)
        .outerjoin(DocKind, DocKind.id == Document.kind_id)
        .where(*within)
        .order_by(CopyUse.given_at, CopyUse.id)
    )
    found.uses = opened.execute(query).all()
    shown = select(Document.id).where(
        Document.id.in_({row.document_id for row in found.uses}), visible_to(actor)
    )
    found.visible = set(opened.scalars(shown))
    return found


def uses(found: Found) -> Iterator[Line]:
    """Sổ sử dụng bản lưu."""
    today = clock.today()
    for row in found.uses:
        is_shown = row.document_id in found.visible
        code = compose(f"{row.number}{row.suffix}", row.symbol)
        subject = ": ".join(part for part in (row.kind, one_line(row.subject)) if part)
        told = [secret(is_shown, row.purpose), row.note if is_shown else ""]
        if row.state is UseState.GIVEN and row.due_date < today:
            told.append(label("book.late", day=short(row.due_date, found.year)))
        returned = clock.local(row.returned_at).date() if row.returned_at is not None else None
        cells = (
            short(clock.local(row.given_at).date(), found.year),
            row.user_text or row.asker,
            ", ".join(part for part in (code, short(row.doc_date, 0)) if part),
            secret(is_shown, subject),
            row.case_code,
            "",
            short(returned, found.year),
            row.decider or "",
            "; ".join(part for part in told if part),
        )
        yield Line(cells)


def closing(found: Found) -> str:
    """How often copies were given out, and how many are not back."""
    out = sum(row.state is UseState.GIVEN for row in found.uses)
    return label("book.closing.uses", n=len(found.uses), out=out)
