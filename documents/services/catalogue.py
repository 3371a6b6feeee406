"""What an agency's documents are chosen from: kinds, registers, outside agencies, sentences of direction."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from documents.formats.symbols import KIND_ABBREVIATIONS
from documents.models.catalogue import Channel, DocKind, KindGroup, Party, Phrase
from documents.models.register import Register, RegisterKind, RegisterYear, SeriesRule
from documents.services import years
from intranet.core import clock, db
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Invalid
from intranet.core.text import fold, one_line, toned, words
from intranet.people import directory

#: How many kinds of the list are administrative; the others came as normative documents.
_ADMINISTRATIVE = 29
#: Normative kinds that local governments issue, each with a series of its own (rule N10): abbreviation, code
#: and name of the register, whether the people's council issues it.
_LOCAL_LAW = {
    "Nghị quyết (quy phạm pháp luật)": ("NQ", "qppl-nq", "Sổ nghị quyết quy phạm pháp luật", True),
    "Quyết định (quy phạm pháp luật)": ("QĐ", "qppl-qd", "Sổ quyết định quy phạm pháp luật", False),
}
_LOCAL_PLACE = 90
#: How the name of a local government begins, and that of its council.
LOCAL_GOVERNMENT, _COUNCIL = "Ủy ban nhân dân", "Hội đồng nhân dân"
#: Registers of what the agency itself writes, copies aside.
_SENT = (RegisterKind.OUT, RegisterKind.INTERNAL)
_COPIES = {"Bản sao y": "SY", "Bản sao lục": "SL", "Bản trích sao": "TrS"}
#: Kinds to be answered, and the working days given when nobody says otherwise.
_DEADLINES = {"Công điện": 2, "Công văn": 10, "Tờ trình": 10, "Giấy mời": 3, "Chỉ thị": 15}
PHRASES = (
    "tham mưu trả lời",
    "nghiên cứu, tham mưu đề xuất",
    "triển khai thực hiện, báo cáo kết quả",
    "kiểm tra, báo cáo",
    "tổng hợp báo cáo",
    "dự thảo văn bản trình ký",
)


def seed(org_id: int) -> None:
    """Give an agency kinds, registers and sentences, as far as it lacks them; twice adds nothing."""
    with db.unit_of_work(), db.agencies({org_id}):
        seed_kinds(org_id)
        seed_registers(org_id)
        _seed_local_law(org_id)
        _seed_phrases(org_id)


def seed_kinds(org_id: int) -> None:
    """The 29 kinds of Decree 30/2020/NĐ-CP, three copies, and normative documents, as far as missing."""
    with db.unit_of_work() as session:
        known = set(session.scalars(select(DocKind.name).where(DocKind.org_id == org_id)))
        rows = [
            *((name, code, place) for place, (name, code) in enumerate(KIND_ABBREVIATIONS.items())),
            *((name, code, 100 + place) for place, (name, code) in enumerate(_COPIES.items())),
        ]
        for name, code, place in rows:
            if name in known:
                continue
            group = KindGroup.ADMINISTRATIVE if place < _ADMINISTRATIVE else KindGroup.NORMATIVE
            session.add(
                DocKind(
                    org_id=org_id,
                    name=name,
                    code=code,
                    group=KindGroup.COPY if place >= 100 else group,
                    position=place,
                    default_deadline_days=_DEADLINES.get(name),
                    needs_reply=name in ("Công văn", "Tờ trình"),
                )
            )
        session.flush()


def seed_registers(org_id: int) -> None:
    """One incoming and one outgoing register, and one for copies, as far as missing."""
    with db.unit_of_work() as session:
        known = set(session.scalars(select(Register.code).where(Register.org_id == org_id)))
        wanted = (
            ("den", RegisterKind.IN, "Sổ đăng ký văn bản đến", KindGroup.ADMINISTRATIVE),
            ("di", RegisterKind.OUT, "Sổ đăng ký văn bản đi", KindGroup.ADMINISTRATIVE),
            ("qppl", RegisterKind.OUT, "Sổ văn bản quy phạm pháp luật", KindGroup.NORMATIVE),
            ("sao", RegisterKind.COPY, "Sổ bản sao", KindGroup.COPY),
        )
        for code, direction, name, group in wanted:
            if code not in known:
                register = Register(
                    org_id=org_id, code=code, direction=direction, name=name, kind_group=group
                )
                if group is KindGroup.NORMATIVE:
                    register.symbol_pattern = years.NORMATIVE_PATTERN
                session.add(register)
        session.flush()


def _seed_local_law(org_id: int) -> None:
    """Kinds and registers of the normative documents of a local government, as far as missing."""
    org, opened = directory.org(org_id), db.session()
    if org is None or not org.name.startswith(LOCAL_GOVERNMENT):
        return
    known = set(opened.scalars(select(Register.code).where(Register.org_id == org_id)))
    for place, (name, (code, book, title, is_of_council)) in enumerate(_LOCAL_LAW.items(), _LOCAL_PLACE):
        if book in known:
            continue
        kind = opened.scalar(select(DocKind).where(DocKind.org_id == org_id, DocKind.name == name))
        if kind is None:
            kind = DocKind(org_id=org_id, name=name, code=code, group=KindGroup.NORMATIVE, position=place)
            opened.add(kind)
            opened.flush()
        register = Register(org_id=org_id, code=book, direction=RegisterKind.OUT, name=title)
        register.kind_group, register.series_rule = KindGroup.NORMATIVE, SeriesRule.LISTED
        register.kind_ids, register.symbol_pattern = [kind.id], years.NORMATIVE_PATTERN
        if is_of_council:
            register.issuer_name = _COUNCIL + org.name.removeprefix(LOCAL_GOVERNMENT)
            register.issuer_letters = "HĐND"
        opened.add(register)
    opened.flush()


def kinds(org_id: int) -> list[DocKind]:
    """The agency's kinds in the order of the decree."""
    query = select(DocKind).where(DocKind.org_id == org_id, DocKind.is_active)
    return list(db.session().scalars(query.order_by(DocKind.position, DocKind.name)))


def kind_named(org_id: int, name: str) -> DocKind | None:
    """A kind by its name, marks and case aside."""
    wanted = fold(name)
    return next((kind for kind in kinds(org_id) if fold(kind.name) == wanted), None)


def registers(org_id: int, *directions: RegisterKind) -> list[Register]:
    """The agency's registers of these directions, oldest first."""
    query = select(Register).where(
        Register.org_id == org_id, Register.direction.in_(directions), Register.is_active
    )
    return list(db.session().scalars(query.order_by(Register.id)))


def all_registers(org_id: int) -> list[tuple[Register, list[RegisterYear]]]:
    """Every register of the agency with its years, newest first."""
    query = select(Register).where(Register.org_id == org_id).order_by(Register.id)
    found = list(db.session().scalars(query))
    years: dict[int, list[RegisterYear]] = {register.id: [] for register in found}
    rows = select(RegisterYear).where(RegisterYear.org_id == org_id).order_by(RegisterYear.year.desc())
    for row in db.session().scalars(rows):
        years[row.register_id].append(row)
    return [(register, years[register.id]) for register in found]


def choosable(org_id: int, year: int | None = None) -> list[Register]:
    """Registers that give numbers only where a draft names them: of advisory bodies (N10), internal ones."""
    when = year or clock.today().year
    found = [one for one in registers(org_id, *_SENT) if one.first_year <= when]
    rules = years.rules_of(found, when)
    return [one for one in found if not years.takes_by_kind(one, rules[one.id][0])]


def register_for(
    org_id: int,
    direction: RegisterKind,
    kind: DocKind | None,
    year: int | None = None,
    *,
    chosen_id: int | None = None,
) -> Register:
    """The register whose series a document of this kind takes its number from, this year unless named.

    :param chosen_id: the register that its draft names.
    :raises BadState: ``register.none_for_kind``.
    :raises Invalid: ``register.not_choosable``, ``register.copies_share_one``.
    """
    when = year or clock.today().year
    is_copy = direction is RegisterKind.OUT and kind is not None and kind.group is KindGroup.COPY
    if chosen_id is not None and is_copy:
        raise Invalid("register.copies_share_one", field="series_id")
    if chosen_id is not None:
        chosen = next((one for one in choosable(org_id, when) if one.id == chosen_id), None)
        if chosen is None:
            raise Invalid("register.not_choosable", field="series_id", year=when)
        return chosen
    if is_copy:
        direction = RegisterKind.COPY
    among = _SENT if direction is RegisterKind.OUT else (direction,)
    found = [one for one in registers(org_id, *among) if one.first_year <= when]
    rules = years.rules_of(found, when)
    if kind is not None:
        for one in found:
            rule, kind_ids = rules[one.id]
            if rule is SeriesRule.LISTED and kind.id in kind_ids:
                return one
    open_ = [one for one in found if one.direction is direction and rules[one.id][0] is SeriesRule.ALL]
    if direction is RegisterKind.OUT and kind is not None:
        open_ = [one for one in open_ if one.kind_group is kind.group]
    if not open_:
        raise BadState("register.none_for_kind", kind=kind.name if kind else "")
    return open_[0]


def parties(org_id: int, on: date | None = None) -> list[Party]:
    """Agencies that this one writes to or hears from, by name.

    :param on: leaves out those that did not exist on that day.
    """
    query = select(Party).where(Party.org_id == org_id, Party.merged_into_id.is_(None))
    if on is not None:
        query = query.where(
            or_(Party.active_from.is_(None), Party.active_from <= on),
            or_(Party.active_to.is_(None), Party.active_to >= on),
        )
    return list(db.session().scalars(query.order_by(Party.name_key, Party.id)))


def lasting(party: Party) -> Party:
    """The agency that it is one with by now; itself where it was never merged."""
    while party.merged_into_id is not None:
        party = db.session().get_one(Party, party.merged_into_id)
    return party


def party_named(org_id: int, text: str) -> Party | None:
    """An agency by its name, short name or alias: with its marks, or typed without some of them.

    Marks that differ name another agency (Tân Hòa, Tân Hóa); what two agencies could be is neither.
    """
    exact, key = toned(text), fold(text)
    if not key:
        return None
    query = select(Party).where(Party.org_id == org_id, Party.name_key == key)
    named = list(db.session().scalars(query.order_by(Party.id)))
    ways = [[(lasting(party), party.name) for party in named]]
    ways.append([(party, form) for party in parties(org_id) for form in _short_forms(party)])
    for way in ways:
        same = {party.id: party for party, form in way if toned(form) == exact}
        meant = same or {party.id: party for party, form in way if _without_marks(text, form)}
        if len(meant) == 1:
            return next(iter(meant.values()))
    return None


def _short_forms(party: Party) -> list[str]:
    return [form for form in (party.short_name, *party.aliases) if form]


def _without_marks(text: str, name: str) -> bool:
    """Whether words are a name of which some were typed without marks."""
    pairs = list(zip(words(text), words(name), strict=False))
    same_length = len(words(text)) == len(words(name))
    return same_length and all(toned(said) in (toned(true), fold(true)) for said, true in pairs)


def find_or_make_party(org_id: int, text: str) -> Party:
    """The agency of that name; a name not met before becomes a new one, in the open unit of work."""
    name = one_line(text)
    found = party_named(org_id, name)
    if found is not None:
        return found
    own, opened = organisation_named(name), db.session()
    # Another clerk may be writing the same name down at this moment: one of the two makes it.
    insert_once(
        opened,
        Party,
        org_id=org_id,
        name=name,
        name_key=fold(name),
        organisation_id=own,
        channel=Channel.INTERNAL if own is not None else Channel.POST,
    )
    made = opened.scalars(select(Party).where(Party.org_id == org_id, Party.name == name)).one()
    return lasting(made)


def known_issuers(org_id: int, on: date | None = None) -> dict[str, str]:
    """Names of agencies by each form under which they are known here, for recognising them on paper.

    Forms of two agencies are left out: they name neither.

    :param on: leaves out those that did not exist on that day.
    """
    known = parties(org_id)
    names = {party.name: party.name for party in known} | {one.name: one.name for one in directory.orgs()}
    merged = select(Party).where(Party.org_id == org_id, Party.merged_into_id.is_not(None))
    names |= {party.name: lasting(party).name for party in db.session().scalars(merged)}
    shorts: dict[str, set[str]] = {}
    for party in known:
        for form in _short_forms(party):
            shorts.setdefault(form, set()).add(party.name)
    names |= {form: next(iter(of)) for form, of in shorts.items() if len(of) == 1 and form not in names}
    gone = {party.name for party in known if on is not None and not party.was_active_on(on)}
    return {form: name for form, name in names.items() if name not in gone}


def phrases(org_id: int, user_id: int) -> list[Phrase]:
    """Sentences of direction, shared ones and one's own, most used first."""
    query = select(Phrase).where(
        Phrase.org_id == org_id, or_(Phrase.owner_id.is_(None), Phrase.owner_id == user_id)
    )
    return list(db.session().scalars(query.order_by(Phrase.use_count.desc(), Phrase.position, Phrase.id)))


def _seed_phrases(org_id: int) -> None:
    opened = db.session()
    known = set(opened.scalars(select(Phrase.text).where(Phrase.org_id == org_id)))
    _add_all(
        Phrase(org_id=org_id, text=text, position=place)
        for place, text in enumerate(PHRASES)
        if text not in known
    )


def _add_all(rows: Iterable[Phrase]) -> None:
    opened = db.session()
    opened.add_all(rows)
    opened.flush()


def organisation_named(name: str) -> int | None:
    key = fold(name)
    return next((one.id for one in directory.orgs() if key in (fold(one.name), fold(one.short_name))), None)
