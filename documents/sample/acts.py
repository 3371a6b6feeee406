"""What the people of the sample office do with one document, step by step."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, datetime, timedelta

from documents.formats.layout import OfficialText
from documents.formats.layout_docx import put_number
from documents.formats.layout_pdf import build_pdf
from documents.models.catalogue import Channel
from documents.models.document import Document, Urgency
from documents.models.lifecycle import Direction, DocState
from documents.sample.letters import ABOUT, FIELDS, PARAGRAPHS, REPLY_PARAGRAPHS, SENDERS, Letter
from documents.sample.work import Work
from documents.services import (
    capturing,
    catalogue,
    composing,
    directing,
    drafting,
    fields,
    issuing,
    registering,
    reviewing,
    stamping,
)
from documents.services.composing import DraftFields, Sheets
from intranet.core import clock, db
from intranet.notices.workdays import add_working_days
from intranet.people.sample import PEOPLE, SampleOffice
from intranet.records import audit, files, store
from intranet.records.media import DOCX, PDF
from intranet.tasks import services as tasks

Put = Callable[[datetime, Callable[[], None]], None]
_KINDS = {
    "": "Công văn",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "KH": "Kế hoạch",
    "TB": "Thông báo",
    "BC": "Báo cáo",
    "TTr": "Tờ trình",
    "HD": "Hướng dẫn",
    "CĐ": "Công điện",
    "GM": "Giấy mời",
}
#: How many of the newest ones stay where they are, by the last step that was taken.
_UNREGISTERED, _REGISTERED, _PRESENTED = 6, 3, 8
#: Older ones are told briefly: some only to know, the tasks of the others without every report.
_STORY = 34
_DRAFTS, _IN_UNIT, _AT_LAYOUT, _TO_SIGN, _SIGNED, _NUMBERED = 2, 2, 2, 3, 2, 1


class Clerk:
    """Plays documents through the office; later steps are put down in the diary.

    :param typeset: sets a letter that will come, in its own time.
    """

    def __init__(
        self, office: SampleOffice, put: Put, typeset: Callable[[OfficialText], Future[bytes]]
    ) -> None:
        self.office = office
        self.put = put
        self.typeset = typeset
        self.work = Work(office, put)
        self._sheets: dict[int, Sheets] = {}
        self._texts: dict[int, OfficialText] = {}
        for org_id in (office.province_id, office.finance_id):
            catalogue.seed(org_id)
        self._fields = self._divide()
        #: Head of each unit, and who drafts in it; what finance is given goes to the agency it stands for.
        self.heads = {p.unit: p.name for p in reversed(PEOPLE) if "unit_head" in p.roles}
        self.drafters = self.heads | {p.unit: p.name for p in reversed(PEOPLE) if "officer" in p.roles}

    def _divide(self) -> list[int]:
        """The fields of work; those of the agency of finance have no use for a document of ours."""
        admin = self.office.person("quantri")
        made = []
        for name, unit, days in FIELDS:
            made.append(fields.add(admin, name, self._unit(unit) if unit else None, days))
        return made

    def _about(self, letter: Letter) -> int | None:
        place = ABOUT.get(letter.sender, ABOUT.get(letter.lead))
        return None if place is None else self._fields[place]

    # --- incoming ---
    def receives(self, letter: Letter, n: int, day: date, *, left: int) -> Callable[[], None]:
        """The act of receiving, on that day, the n-th letter, of which ``left`` newer ones follow."""
        written = day - timedelta(days=1 + n % 4)
        text = _text_of(letter, n, written)
        pdf = self.typeset(text)

        def act() -> None:
            document_id, given = self._receive(letter, n, written, text, pdf.result())
            if left >= _UNREGISTERED:
                self.put(_after(25), lambda: self._register(document_id, given, letter, left))

        return act

    def _receive(
        self, letter: Letter, n: int, written: date, text: OfficialText, pdf: bytes
    ) -> tuple[int, registering.Incoming]:
        clerk = self.office.person("vanthu")
        today = clock.today()
        number, code, subject = _number(n), text.symbol, _capital(text.subject)
        kept = files.keep(pdf, f"{number}-{code.replace('/', '-')}.pdf", PDF, pages=1)
        kind = catalogue.kind_named(clerk.org_id, _KINDS[letter.kind])
        if kind is None:
            raise LookupError(_KINDS[letter.kind])
        given = registering.Incoming(
            kind_id=kind.id,
            number=number,
            symbol=code,
            doc_date=written,
            issuer=text.agency,
            subject=subject,
            arrival_date=today,
            signer_name=text.signer_name,
            signer_title=text.authority[-1].capitalize(),
            urgency=Urgency(letter.urgency),
            page_count=1,
            field_id=self._about(letter),
            due_date=add_working_days(today, letter.days) if letter.days else None,
            arrival_channel=Channel.HAND if n % 3 else Channel.POST,
        )
        with db.unit_of_work() as session:
            document = Document(
                org_id=clerk.org_id,
                direction=Direction.IN,
                state=DocState.RECEIVED,
                kind_id=kind.id,
                doc_date=written,
                place=text.place,
                issuer_text=text.agency,
                subject=subject,
                signer_name=text.signer_name,
                signer_title=given.signer_title,
                urgency=given.urgency,
                due_date=given.due_date,
                arrival_date=today,
                arrival_channel=given.arrival_channel,
                page_count=1,
                main_sha256=kept.sha256,
                created_by_id=clerk.id,
                created_at=clock.now(),
            )
            capturing.set_code(document, number, code)
            session.add(document)
            session.flush()
            files.attach_kept(clerk, kept, document.ref, org_id=document.org_id, role="main_pdf")
            audit.record(clerk, "document.received", document, channel="file")
            return document.id, given

    def _register(self, document_id: int, given: registering.Incoming, letter: Letter, left: int) -> None:
        registering.register_incoming(self.office.person("vanthu"), document_id, given)
        if left >= _UNREGISTERED + _REGISTERED:
            self.put(_after(20), lambda: self._present(document_id, letter, left))

    def _present(self, document_id: int, letter: Letter, left: int) -> None:
        directing.present(self.office.person("vanthu"), document_id, self.office.person("chutich").id)
        if left >= _UNREGISTERED + _REGISTERED + _PRESENTED:
            self.put(_after(70), lambda: self._direct(document_id, letter, left))

    def _direct(self, document_id: int, letter: Letter, left: int) -> None:
        leader = self.office.person("chutich")
        if not letter.days or (left > _STORY and left % 4 == 1):
            directing.let_know(leader, document_id, [self._unit(letter.lead)])
            return
        due = add_working_days(clock.today(), letter.days)
        lead = self._unit(letter.lead)
        given = directing.Direction(
            lead_unit_id=lead,
            co_unit_ids=[self._unit(name) for name in letter.co if self._unit(name) != lead],
            due_date=due,
            text=_sentence(letter, due),
        )
        directing.direct(leader, document_id, given)
        ref = db.session().get_one(Document, document_id).ref
        task_id = tasks.for_origin(ref)[0].id
        self.work.begins(task_id, document_id, self._receiver_of(lead), due, left)

    # --- outgoing ---
    def drafts(self, letter: Letter, n: int, *, left: int) -> Callable[[], None]:
        """The act of drafting the n-th document of our own."""

        def act() -> None:
            drafter = self.office.person(self.drafters[_unit_name(letter.sender)])
            kind = catalogue.kind_named(drafter.org_id, _KINDS[letter.kind])
            if kind is None:
                raise LookupError(_KINDS[letter.kind])
            given = DraftFields(
                kind_id=kind.id,
                subject=_capital(f"{letter.subject} {_period(clock.today(), n)}"),
                addressees=("Sở Tài chính tỉnh An Bình", "UBND các xã, phường") if kind.is_letter else (),
                recipients=("Sở Tài chính tỉnh An Bình", "Các sở, ban, ngành", "UBND các xã, phường"),
                body=REPLY_PARAGRAPHS,
                signer_id=self.office.person("chutich").id,
                kept_by="TH",
                field_id=self._about(letter),
            )
            prepared = drafting.prepare(drafter, given)
            document_id = drafting.create(drafter, prepared)
            self._sheets[document_id] = prepared.sheets
            self._texts[document_id] = composing.official_text(
                given,
                kind=kind,
                org=drafter.org,
                symbol=prepared.symbol,
                signer=self.office.person("chutich"),
            )
            self._go_on(document_id, drafter.name, self.heads[_unit_name(letter.sender)], left)

        return act

    def _go_on(self, document_id: int, drafter: str, reviewer: str, left: int) -> None:
        """The steps after the draft; the newest documents stay at one each."""
        steps: list[tuple[int, Callable[[], object]]] = [
            (_DRAFTS, lambda: reviewing.submit(self.office.person(drafter), document_id)),
            (_IN_UNIT, lambda: reviewing.approve_in_unit(self.office.person(reviewer), document_id)),
            (_AT_LAYOUT, lambda: self._pass_layout(document_id)),
            (_TO_SIGN, lambda: self._sign(document_id)),
            (_SIGNED, lambda: self._number(document_id)),
            (_NUMBERED, lambda: self._issue(document_id)),
        ]
        minutes = 30
        for stay, step in steps:
            if left < stay:
                return
            left -= stay
            self.put(_after(minutes), _done(step))
            minutes += 25

    def _pass_layout(self, document_id: int) -> None:
        reviewing.pass_layout(self.office.person("chanhvanphong"), document_id, reviewing.LAYOUT_TICKS)

    def _sign(self, document_id: int) -> None:
        reason = "Bản giấy đã ký, lưu tại văn thư"
        reviewing.sign(self.office.person("chutich"), document_id, reason=reason)

    def _number(self, document_id: int) -> None:
        issuing.give_number(self.office.person("vanthu"), document_id, clock.today())
        self._stamp(document_id)

    def _stamp(self, document_id: int) -> None:
        """As the worker does, but without reading again, in a process of its own, what we wrote ourselves."""
        document = db.session().get_one(Document, document_id)
        sheets = self._sheets[document_id]
        data, _ = put_number(
            store.path_of(sheets.docx.sha256),
            number=document.number,
            symbol=document.symbol,
            place=document.place,
            day=clock.today(),
        )
        name = document.code.replace("/", "-")
        numbered = replace(self._texts[document_id], number=document.number, doc_date=clock.today())
        made = (
            (files.keep(data, f"{name}.docx", DOCX), stamping.MAIN_DOCX),
            (files.keep(build_pdf(numbered), f"{name}.pdf", PDF, pages=1), stamping.VIEW_PDF),
        )
        with db.unit_of_work():
            clerk = self.office.person("vanthu")
            for kept, role in made:
                files.attach_kept(clerk, kept, document.ref, org_id=document.org_id, role=role)

    def _issue(self, document_id: int) -> None:
        clerk = self.office.person("vanthu")
        issuing.seal(clerk, document_id)
        document = db.session().get_one(Document, document_id)
        targets = issuing.suggested_targets(document) if document.id % 2 == 0 else []
        units = [self.office.units[name] for name in ("UBND phường Bình Minh", "UBND xã Phú Thuận")]
        issuing.issue(clerk, document_id, [*targets, *(issuing.Target(unit_id=unit_id) for unit_id in units)])

    # --- who and where ---
    def _unit(self, name: str) -> int:
        return self.office.units[_unit_name(name)]

    def _head_of(self, unit_id: int) -> str:
        name = next(name for name, key in self.office.units.items() if key == unit_id)
        return self.heads.get(name, "chanhvanphong")

    def _receiver_of(self, unit_id: int) -> str:
        is_finance = unit_id == self.office.units["Sở Tài chính"]
        return "giamdoc.stc" if is_finance else self._head_of(unit_id)


def _text_of(letter: Letter, n: int, written: date) -> OfficialText:
    """The n-th letter as its sender wrote it on that day."""
    name, symbol, place, authority, signer = SENDERS[letter.sender]
    about = f"{letter.subject} {_period(written, n)}"
    return OfficialText(
        agency=name,
        parent_agency="UBND TỈNH AN BÌNH" if symbol == "UBND" else "",
        number=_number(n),
        symbol=symbol if not letter.kind else f"{letter.kind}-{symbol.split('-')[0]}",
        place=place,
        doc_date=written,
        kind=_KINDS[letter.kind] if letter.kind else None,
        subject=_capital(about) if letter.kind else about,
        addressees=("Ủy ban nhân dân tỉnh An Bình",) if not letter.kind else (),
        body=tuple(p.format(year=written.year, sender=name, subject=about) for p in PARAGRAPHS),
        authority=authority,
        signer_name=signer,
        recipients=("Như trên", "Lưu đơn vị"),
        urgency=letter.urgency,
    )


def _number(n: int) -> str:
    return str(100 + (n * 137) % 9000)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _unit_name(name: str) -> str:
    return "Phòng Tổng hợp" if name == "Văn phòng" else name


def _after(minutes: int) -> datetime:
    return clock.now() + timedelta(minutes=minutes)


def _done(step: Callable[[], object]) -> Callable[[], None]:
    def act() -> None:
        step()

    return act


def _period(day: date, n: int) -> str:
    quarter = ("I", "II", "III", "IV")[(day.month - 1) // 3]
    return (f"tháng {day.month} năm {day.year}", f"quý {quarter} năm {day.year}", f"năm {day.year}")[n % 3]


def _sentence(letter: Letter, due: date) -> str:
    co = f", phối hợp {', '.join(letter.co)}" if letter.co else ""
    return f"Giao {letter.lead} chủ trì{co} {letter.action} trước ngày {due:%d/%m}."
