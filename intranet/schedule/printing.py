"""The week as a file: a line for every day and half, in the order of the leaders."""

from dataclasses import dataclass

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.people import directory
from intranet.people.models import Organisation, Role, Unit
from intranet.records import audit, table_docx, table_pdf, table_xlsx
from intranet.records.tables import Column, Format, Line, Official, Table, dated
from intranet.schedule.grid import Cell, Shown
from intranet.schedule.models import WeekState
from intranet.schedule.weeks import Page, week_words

MEDIA = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WRITERS = {Format.PDF: table_pdf.write, Format.DOCX: table_docx.write, Format.XLSX: table_xlsx.write}
#: Millimetres of a page for the leaders' columns.
_WIDTH = 225


@dataclass(frozen=True)
class Signature:
    """Who signs the printed week, and of which unit."""

    title: str
    name: str
    unit: Unit | None


def signature_of(page: Page) -> Signature | None:
    """Whoever approved the week, else the head of the office; nobody where there is none."""
    heads = [one for one in page.leaders if any(grant.role is Role.OFFICE_HEAD for grant in one.grants)]
    approver = page.week.approved_by_id if page.week is not None else None
    known = {one.id: one for one in page.leaders}
    if approver is not None and approver not in known:
        known = directory.people([approver])
    signer = known.get(approver or 0) or next(iter(heads), None)
    if signer is None:
        return None
    return Signature(signer.title, signer.full_name, signer.posts[0].unit if signer.posts else None)


def as_file(actor: Actor, page: Page, format_: Format) -> bytes:
    """The week as PDF, Word or Excel; that it was taken along is noted."""
    content = _WRITERS[format_](table_of(actor, page), _silent)
    if page.week is not None:
        with db.unit_of_work():
            audit.record(actor, "schedule.exported", page.week, format=format_.value)
    return content


def table_of(actor: Actor, page: Page) -> Table:
    """The week as a table."""
    org = directory.org(actor.org_id)
    agency = org.name if org is not None else ""
    width = _WIDTH / max(1, len(page.leaders))
    columns = (
        Column(label("schedule.column.day"), 24, is_centered=True),
        Column(label("schedule.column.half"), 16, is_centered=True),
        *(Column(f"{one.title}\n{one.full_name}", width) for one in page.leaders),
    )
    lines = []
    for day in page.days:
        named = f"{label(f'weekday.{day.day.weekday()}')}\n{day.day:%d/%m}"
        morning, afternoon = _texts(day.morning), _texts(day.afternoon)
        at = 0
        for cell in day.morning:
            if cell.halves == 2:
                afternoon[at:at] = [_text(cell)] * cell.columns
            at += cell.columns
        lines.append(Line((named, label("schedule.part.am"), *morning)))
        lines.append(Line((named, label("schedule.part.pm"), *afternoon)))
    is_final = page.state is WeekState.APPROVED
    return Table(
        title=label("schedule.title", agency=agency).upper(),
        period=week_words(page.monday) + ("" if is_final else f" ({label('schedule.unapproved')})"),
        columns=columns,
        lines=lines,
        foot=(agency, week_words(page.monday), f"{clock.local(clock.now()):%H:%M %d/%m/%Y}"),
        is_numbered=False,
        official=None if org is None else _official(org, signature_of(page)),
    )


def _official(org: Organisation, signature: Signature | None) -> Official:
    """The head of the paper, and on its right whoever signs it."""
    above = None if org.parent_id is None else directory.org(org.parent_id)
    head = ("" if above is None else above.name, org.name, dated(org.place, clock.today()))
    if signature is None:
        return Official(*head)
    return Official(*head, (("", ""), (signature.title.upper(), label("table.signed_hint"))))


def _texts(cells: tuple[Cell, ...]) -> list[str]:
    return [text for cell in cells for text in [_text(cell)] * cell.columns]


def _text(cell: Cell) -> str:
    return "\n".join(_words(one) for one in cell.items)


def _words(one: Shown) -> str:
    head = f"{one.hour} {one.title}".strip() + (f" ({one.mark})" if one.mark else "")
    return f"{head}\n{one.place}" if one.place else head


def _silent(_done: float) -> None:
    """Too short to be told of."""
