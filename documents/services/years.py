"""A register's year: the rule of its series, its last thirty days for late lines, its close."""

import re
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select

from documents.models.catalogue import DocKind, KindGroup
from documents.models.register import (
    EntryState,
    Register,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
    SeriesRule,
    YearState,
)
from documents.permissions import CLOSE, KEEP_REGISTERS
from documents.services import numbering, printing
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.core.text import one_line
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit

#: Parts of a symbol: names to be filled in, letters and digits, signs between them.
_PATTERN = re.compile(r"(?:\{(?:kind|org|unit|year)\}|[^\W_]|[-&./])+")
#: The symbol of a document with a kind; of a normative one, behind its number: ``2026/QĐ-UBND``.
PATTERN = "{kind}-{org}"
NORMATIVE_PATTERN = "{year}/{kind}-{org}"
#: Letters of a body in symbols.
_LETTERS = re.compile(r"(?:[^\W_]|[-&.])+")
#: Days for late lines once a year is closing (rule N5).
LATE_DAYS = 30


def begin_closing(actor: Actor, register_id: int, year: int) -> None:
    """From now on thirty days are left for late lines of the year, each with its reason.

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``register.year_not_over``, ``register.year_not_open``.
    """
    if not actor.holds(CLOSE):
        raise Forbidden("auth.no_permit")
    with db.unit_of_work():
        register = numbering.register_of(register_id)
        if year >= clock.today().year and register.is_active:
            raise BadState("register.year_not_over", year=year)
        counter = numbering.lock_year(register, year)
        if counter.state is not YearState.OPEN:
            raise BadState("register.year_not_open", year=year)
        _begin(actor, register, counter)


def begin_due() -> int:
    """The year is over: registers' past years begin to close by themselves; returns how many."""
    with db.scope(), db.across_orgs("the new year closes the old one in every agency"):
        waiting = (
            db.session()
            .execute(
                select(RegisterYear.register_id, RegisterYear.year).where(
                    RegisterYear.year < clock.today().year, RegisterYear.state == YearState.OPEN
                )
            )
            .all()
        )
    for register_id, year in waiting:
        with db.unit_of_work() as session, db.across_orgs("the new year closes the old one in every agency"):
            register = session.get_one(Register, register_id)
            counter = numbering.lock_year(register, year)
            if counter.state is YearState.OPEN:
                _begin(None, register, counter)
    return len(waiting)


def need_closable(counter: RegisterYear) -> None:
    """Refuse to close a year in which a number is held still, or that is not closing.

    :raises BadState: ``register.year_not_closing``, ``register.still_held``.
    """
    if counter.state is not YearState.CLOSING:
        raise BadState("register.year_not_closing", year=counter.year)
    held = db.session().scalar(
        select(RegisterEntry.number)
        .where(
            RegisterEntry.register_id == counter.register_id,
            RegisterEntry.year == counter.year,
            RegisterEntry.state == EntryState.RESERVED,
        )
        .order_by(RegisterEntry.number)
        .limit(1)
    )
    if held is not None:
        raise BadState("register.still_held", number=held, year=counter.year)


def close(actor: Actor, register: Register, counter: RegisterYear) -> None:
    """Close a locked year for good, in the open unit of work; a leader has signed. It is printed by itself.

    :raises BadState: ``register.year_not_closing``, ``register.still_held``.
    """
    need_closable(counter)
    counter.state = YearState.CLOSED
    counter.closed_by_id, counter.closed_at = actor.id, clock.now()
    audit.record(actor, "register.closed", register, year=counter.year, numbers=counter.last_number)
    printing.ask(actor, register, counter)


def rule_of(register: Register, year: int) -> tuple[SeriesRule, tuple[int, ...]]:
    """Which kinds share the numbers of a year: what was decided last, for that year or an earlier one."""
    return rules_of([register], year)[register.id]


def rules_of(found: Sequence[Register], year: int) -> dict[int, tuple[SeriesRule, tuple[int, ...]]]:
    """As :func:`rule_of`, of several registers in one query."""
    rows = db.session().execute(
        select(RegisterYear.register_id, RegisterYear.series_rule, RegisterYear.kind_ids)
        .where(
            RegisterYear.register_id.in_([one.id for one in found]),
            RegisterYear.year <= year,
            RegisterYear.series_rule.is_not(None),
        )
        .order_by(RegisterYear.year)
    )
    rules = {one.id: (one.series_rule, tuple(one.kind_ids)) for one in found}
    return rules | {row.register_id: (SeriesRule(row.series_rule), tuple(row.kind_ids or ())) for row in rows}


def is_locked(org_id: int, group: KindGroup, year: int) -> bool:
    """True once a number of the year was given in a series of these kinds: the choice stands (rule N10).

    Numbers of advisory bodies stand apart, and those of any register that a draft has to name.
    """
    query = (
        select(Register)
        .join(RegisterYear, Register.id == RegisterYear.register_id)
        .where(
            Register.org_id == org_id,
            Register.direction.in_((RegisterKind.OUT, RegisterKind.INTERNAL)),
            Register.kind_group == group,
            RegisterYear.year == year,
            RegisterYear.last_number > 0,
        )
    )
    given = db.session().scalars(query).all()
    rules = rules_of(given, year)
    return any(takes_by_kind(one, rules[one.id][0]) for one in given)


def takes_by_kind(register: Register, rule: SeriesRule) -> bool:
    """True where a document comes by its kind; of the other registers its draft names one."""
    return rule is SeriesRule.LISTED or (
        rule is SeriesRule.ALL and register.direction is not RegisterKind.INTERNAL
    )


def decide_series(
    actor: Actor, register_id: int, year: int, rule: SeriesRule, kind_ids: Collection[int]
) -> None:
    """Decide for a year which kinds take their numbers from the register.

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``register.series_locked``, the first number of the year was given.
    :raises Invalid: ``register.no_kinds``, ``register.past_year``, ``register.no_body``,
        ``register.mixed_kinds``, of another family than those of the register.
    """
    _need_keeper(actor)
    kinds = sorted(set(kind_ids)) if rule is SeriesRule.LISTED else []
    if rule is SeriesRule.LISTED and not kinds:
        raise Invalid("register.no_kinds", field="kind_ids")
    if year < clock.today().year:
        raise Invalid("register.past_year", field="year")
    with db.unit_of_work():
        register = numbering.register_of(register_id)
        if rule is SeriesRule.ADVISORY_BODY:
            _need_body(register.issuer_name, register.issuer_letters, "rule")
        _need_rule(register.direction, rule)
        is_in = register.direction is RegisterKind.IN
        if kinds and not is_in and _group_of(actor.org_id, kinds) is not register.kind_group:
            raise Invalid("register.mixed_kinds", field="kind_ids")
        counter = numbering.lock_year(register, year)
        is_given = counter.last_number > 0 or is_locked(register.org_id, register.kind_group, year)
        if is_given and not is_in:
            raise BadState("register.series_locked", year=year)
        counter.series_rule, counter.kind_ids = rule, kinds
        audit.record(actor, "register.series_decided", register, year=year, rule=rule.value, kinds=kinds)


def add_register(
    actor: Actor,
    *,
    name: str,
    code: str,
    rule: SeriesRule,
    kind_ids: Collection[int],
    first_year: int,
    direction: RegisterKind = RegisterKind.OUT,
    issuer_name: str = "",
    issuer_letters: str = "",
) -> int:
    """Open a register with a series of its own; returns its id.

    What comes by its kind is listed; into one that lists nothing an incoming document comes when the clerk
    chooses it, an internal one when its draft names it.

    :param issuer_name: the body in whose name its documents are issued, where not the agency's.
    :param issuer_letters: the body's letters in symbols.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``register.code_taken``, ``register.no_kinds``, ``register.past_year``,
        ``register.no_body``, ``register.letters_wrong``, ``register.mixed_kinds``,
        ``register.body_issues``, ``register.copies_share_one``.
    :raises BadState: ``register.series_locked``, kinds would change their series within a year.
    """
    _need_keeper(actor)
    kinds = sorted(set(kind_ids)) if rule is SeriesRule.LISTED else []
    if rule is SeriesRule.LISTED and not kinds:
        raise Invalid("register.no_kinds", field="kind_ids")
    if first_year < clock.today().year:
        raise Invalid("register.past_year", field="year")
    _need_rule(direction, rule)
    letters, body = _need_letters(issuer_letters), one_line(issuer_name)
    if rule is SeriesRule.ADVISORY_BODY or letters or body:
        _need_body(body, letters, "issuer_name" if letters else "issuer_letters")
    with db.unit_of_work() as session:
        taken = session.scalar(
            select(Register.id).where(Register.org_id == actor.org_id, Register.code == code)
        )
        if taken is not None:
            raise Invalid("register.code_taken", field="code")
        is_in, group = direction is RegisterKind.IN, KindGroup.ADMINISTRATIVE
        if kinds and not is_in:
            group = _group_of(actor.org_id, kinds)
        register = Register(
            org_id=actor.org_id,
            direction=direction,
            name=one_line(name)[:150],
            code=code,
            series_rule=rule,
            kind_group=group,
            kind_ids=kinds,
            symbol_pattern=NORMATIVE_PATTERN if group is KindGroup.NORMATIVE else PATTERN,
            first_year=first_year,
            issuer_name=body,
            issuer_letters=letters,
        )
        if not is_in and takes_by_kind(register, rule) and is_locked(actor.org_id, group, first_year):
            raise BadState("register.series_locked", year=first_year)
        session.add(register)
        session.flush()
        audit.record(actor, "register.added", register, rule=rule.value, kinds=kinds, year=first_year)
        return register.id


def change_settings(
    actor: Actor,
    register_id: int,
    *,
    symbol_pattern: str,
    letter_pattern: str,
    allows_suffix: bool,
    issuer_name: str = "",
    issuer_letters: str = "",
) -> None:
    """Set how symbols are composed, in whose name, and whether numbers may carry a letter.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.missing``.
    :raises Invalid: ``register.pattern_wrong``, ``register.letters_wrong``, ``register.no_body``.
    """
    _need_keeper(actor)
    letters, body = _need_letters(issuer_letters), one_line(issuer_name)
    for field, pattern in (("symbol_pattern", symbol_pattern), ("letter_pattern", letter_pattern)):
        if not _PATTERN.fullmatch(pattern) or "{org}" not in pattern:
            raise Invalid("register.pattern_wrong", field=field)
    with db.unit_of_work():
        register = numbering.register_of(register_id)
        register.symbol_pattern, register.letter_pattern = symbol_pattern, letter_pattern
        register.allows_suffix = allows_suffix
        this_year = clock.today().year
        rules = {rule_of(register, year)[0] for year in (this_year, this_year + 1)}
        if letters or body or SeriesRule.ADVISORY_BODY in rules:
            _need_body(body, letters, "issuer_name" if letters else "issuer_letters")
        register.issuer_name, register.issuer_letters = body, letters
        audit.record(
            actor,
            "register.changed",
            register,
            symbol=symbol_pattern,
            letter=letter_pattern,
            issuer=body,
        )


def _need_keeper(actor: Actor) -> None:
    if not actor.holds(KEEP_REGISTERS):
        raise Forbidden("auth.no_permit")


def _need_rule(direction: RegisterKind, rule: SeriesRule) -> None:
    """All copies share the series of their register; a body only issues (rule N10)."""
    if direction is RegisterKind.COPY:
        raise Invalid("register.copies_share_one", field="direction")
    if rule is SeriesRule.ADVISORY_BODY and direction is not RegisterKind.OUT:
        raise Invalid("register.body_issues", field="rule")


def _group_of(org_id: int, kind_ids: Collection[int]) -> KindGroup:
    """The family of kinds that share a series; all copies share the one of their register (rule N10)."""
    query = select(DocKind.group).where(DocKind.org_id == org_id, DocKind.id.in_(kind_ids))
    groups = set(db.session().scalars(query.distinct()))
    if len(groups) != 1 or KindGroup.COPY in groups:
        raise Invalid("register.mixed_kinds", field="kind_ids")
    return groups.pop()


def _need_body(name: str, letters: str, field: str) -> None:
    """A body without a name of its own, or without letters, composes no symbol."""
    if not name or not letters:
        raise Invalid("register.no_body", field=field)


def _need_letters(letters: str) -> str:
    """Letters as they stand in a symbol: the case kept, no blank; or none."""
    if letters and not _LETTERS.fullmatch(letters):
        raise Invalid("register.letters_wrong", field="issuer_letters")
    return letters


def _begin(actor: Actor | None, register: Register, counter: RegisterYear) -> None:
    counter.state = YearState.CLOSING
    counter.closing_until = clock.today() + timedelta(days=LATE_DAYS)
    audit.record(
        actor,
        "register.closing",
        register,
        org_id=register.org_id,
        year=counter.year,
        until=counter.closing_until.isoformat(),
    )
    people = directory.ids_with_role(register.org_id, Role.CLERK)
    notices.notify(
        people,
        "register.closing",
        register.ref,
        by=actor,
        year=counter.year,
        until=f"{counter.closing_until:%d/%m/%Y}",
    )
