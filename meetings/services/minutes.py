"""Minutes being written: block by block, every version kept, nothing overwritten."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import publish, session, unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.core.text import nfc
from intranet.people import directory
from intranet.people.models import User
from meetings.models.meeting import Meeting, MeetingState, PartRole
from meetings.models.minutes import (
    FactCorrection,
    Minutes,
    MinutesBlock,
    MinutesComment,
    MinutesMoved,
    MinutesRevision,
    MinutesState,
)
from meetings.permissions import RUNNING, To, access_meeting, may
from meetings.services.conclusions import CONCLUDES_IN

#: Characters of one block.
MOST_TEXT = 30_000
#: Kinds of block that every item has; the others stand once.
OF_ITEM = ("summary", "opinions")
OVER = frozenset({MeetingState.ENDED, MeetingState.MINUTES})


@dataclass(frozen=True)
class Rights:
    """What somebody may do with the minutes now."""

    write: bool
    comment: bool
    submit: bool
    decide: bool
    conclude: bool


def access_minutes(actor: User, meeting_id: int) -> tuple[Meeting, Minutes | None]:
    """The meeting whose minutes the actor may read, and how far they are.

    Chair and secretaries always; members while they are asked to comment, and once they are approved.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``minutes.not_yet``.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    held = session().get(Minutes, meeting_id)
    if not may(actor, To.RUN, meeting) and not _is_reader(actor, meeting, held):
        raise Forbidden("minutes.not_yet")
    return meeting, held


def may_read(actor: User, meeting: Meeting) -> bool:
    """True for whoever :func:`access_minutes` lets in."""
    if may(actor, To.RUN, meeting):
        return True
    return _is_reader(actor, meeting, session().get(Minutes, meeting.id))


def rights(actor: User, meeting: Meeting, held: Minutes | None) -> Rights:
    """What the actor may do with them as they stand."""
    part = meeting.participant(actor.id)
    runs = may(actor, To.RUN, meeting)
    is_secretary = runs and part is not None and part.role is PartRole.SECRETARY
    state = held.state if held else MinutesState.WRITING
    is_open = state is not MinutesState.APPROVED and meeting.state in CONCLUDES_IN
    writing = is_secretary and state is MinutesState.WRITING and is_open
    return Rights(
        write=writing,
        comment=is_open and (runs or is_round_open(held)),
        submit=writing and meeting.state in OVER and not meeting.is_rehearsal,
        decide=may(actor, To.CHAIR, meeting) and state is MinutesState.SUBMITTED,
        conclude=runs and is_open,
    )


def is_round_open(held: Minutes | None) -> bool:
    """True while members are asked to comment."""
    if held is None or held.state is not MinutesState.SUBMITTED or held.round_until is None:
        return False
    return clock.now() < held.round_until


def keys_of(meeting: Meeting) -> list[str]:
    """Every block that the minutes of a meeting have, in order."""
    items = [f"{kind}:{item.id}" for item in meeting.agenda for kind in OF_ITEM]
    return ["opening", *items, "closing"]


def save_block(actor: User, meeting_id: int, key: str, text: str, *, rev: int) -> int:
    """Keep a block as typed; every version stays.

    :param rev: the version that the writer saw, 0 for an empty block.
    :returns: the version now; unchanged when the text is.
    :raises NotFound: no such meeting, or none the actor may attend; ``minutes.no_block``.
    :raises Forbidden: ``minutes.secretary_writes``.
    :raises BadState: ``minutes.not_open``: before the sitting, or submitted.
    :raises Stale: ``minutes.stale``: somebody else has written other words meanwhile; ``cur`` is that
        version, with its ``text``, ``by`` and ``at``. Nothing is overwritten.
    :raises Invalid: ``field.too_long``.
    """
    text = _clean(key, text)
    with unit_of_work() as opened:
        meeting, _ = writable(actor, meeting_id)
        if key not in keys_of(meeting):
            raise NotFound("minutes.no_block")
        block = _block(meeting_id, key)
        now = clock.now()
        if block is None:
            block = MinutesBlock(meeting_id=meeting_id, key=key, rev=0, text="", by_id=actor.id, at=now)
            opened.add(block)
        if block.text == text:
            return block.rev
        if block.rev != rev and _text_at(block, rev) != block.text:
            raise Stale(
                "minutes.stale",
                cur=block.rev,
                text=block.text,
                by=name_of(block.by_id),
                at=f"{clock.local(block.at):%H:%M:%S}",
            )
        block.text, block.by_id, block.at = text, actor.id, now
        _keep_version(block, text, actor.id)
        publish(MinutesMoved(meeting_id, key, block.rev, actor.id))
        return block.rev


def set_aside(actor: User, meeting_id: int, key: str, text: str) -> int:
    """Keep words that their writer gave up for another's: a version in the history, under the present one.

    :returns: the version that stands now, with the words it had.
    :raises NotFound: no such meeting, or none the actor may attend; ``minutes.no_block``.
    :raises Forbidden: ``minutes.secretary_writes``.
    :raises BadState: ``minutes.not_open``.
    :raises Invalid: ``field.too_long``.
    """
    text = _clean(key, text)
    with unit_of_work():
        writable(actor, meeting_id)
        block = _block(meeting_id, key)
        if block is None:
            raise NotFound("minutes.no_block")
        if text and text != block.text:
            _keep_version(block, text, actor.id)
            _keep_version(block, block.text, block.by_id)
            publish(MinutesMoved(meeting_id, key, block.rev, actor.id))
        return block.rev


def tell_editing(actor: User, meeting_id: int, key: str) -> None:
    """Let the others see who is at a block."""
    with unit_of_work():
        meeting, held = access_minutes(actor, meeting_id)
        if rights(actor, meeting, held).write and key in keys_of(meeting):
            publish(MinutesMoved(meeting_id, f"editing:{key}", 0, actor.id))


def blocks_of(meeting: Meeting) -> dict[str, MinutesBlock]:
    """The blocks that somebody has written, by key."""
    query = select(MinutesBlock).where(MinutesBlock.meeting_id == meeting.id)
    return {one.key: one for one in session().scalars(query)}


def history_of(meeting: Meeting, key: str) -> list[MinutesRevision]:
    """Every version of a block, newest first."""
    query = (
        select(MinutesRevision)
        .join(MinutesBlock, MinutesBlock.id == MinutesRevision.block_id)
        .where(MinutesBlock.meeting_id == meeting.id, MinutesBlock.key == key)
    )
    return list(session().scalars(query.order_by(MinutesRevision.rev.desc()).limit(500)))


def comments_of(meeting: Meeting) -> dict[str, list[MinutesComment]]:
    """Comments by block, oldest first."""
    query = select(MinutesComment).where(MinutesComment.meeting_id == meeting.id)
    found: dict[str, list[MinutesComment]] = {}
    for one in session().scalars(query.order_by(MinutesComment.id)):
        found.setdefault(one.key, []).append(one)
    return found


def corrections_of(meeting: Meeting) -> dict[str, list[FactCorrection]]:
    """Corrections by fact, oldest first."""
    query = select(FactCorrection).where(FactCorrection.meeting_id == meeting.id)
    found: dict[str, list[FactCorrection]] = {}
    for one in session().scalars(query.order_by(FactCorrection.id)):
        found.setdefault(one.fact, []).append(one)
    return found


def readers_of(meeting: Meeting, held: Minutes | None) -> set[int]:
    """Whoever may read the minutes now."""
    found = {one.user_id for one in meeting.participants if one.role in RUNNING}
    if is_round_open(held) or (held is not None and held.state is MinutesState.APPROVED):
        found |= set(members_of(meeting))
    return found


def _is_reader(actor: User, meeting: Meeting, held: Minutes | None) -> bool:
    part = meeting.participant(actor.id)
    if held is None or part is None or part.role is PartRole.GUEST:
        return False
    return held.state is MinutesState.APPROVED or is_round_open(held)


def hold(meeting: Meeting) -> Minutes:
    """The row of the minutes, held until the open unit of work ends: saves and decisions queue here."""
    opened = session()
    insert_once(opened, Minutes, meeting_id=meeting.id, state=MinutesState.WRITING, reason="", notice_ref="")
    return opened.get_one(Minutes, meeting.id, with_for_update=True, populate_existing=True)


def writable(actor: User, meeting_id: int) -> tuple[Meeting, Minutes]:
    """The meeting and its minutes, held, for a secretary who may write now.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``minutes.secretary_writes``.
    :raises BadState: ``minutes.not_open``.
    """
    meeting = access_meeting(actor, meeting_id, To.RUN)
    part = meeting.participant(actor.id)
    if part is None or part.role is not PartRole.SECRETARY:
        raise Forbidden("minutes.secretary_writes")
    held = hold(meeting)
    if held.state is not MinutesState.WRITING or meeting.state not in CONCLUDES_IN:
        raise BadState("minutes.not_open")
    return meeting, held


def _clean(key: str, text: str) -> str:
    text = nfc(text).rstrip()
    if len(text) > MOST_TEXT:
        raise Invalid("field.too_long", field=key, most=MOST_TEXT, length=len(text))
    return text


def _keep_version(block: MinutesBlock, text: str, by_id: int) -> None:
    """One more version of a block; the versions are without a gap."""
    block.rev += 1
    opened = session()
    opened.flush()
    opened.add(MinutesRevision(block_id=block.id, rev=block.rev, text=text, by_id=by_id, at=clock.now()))


def _text_at(block: MinutesBlock, rev: int) -> str | None:
    """What a version said."""
    query = select(MinutesRevision.text).where(
        MinutesRevision.block_id == block.id, MinutesRevision.rev == rev
    )
    return session().scalar(query)


def _block(meeting_id: int, key: str) -> MinutesBlock | None:
    query = select(MinutesBlock).where(MinutesBlock.meeting_id == meeting_id, MinutesBlock.key == key)
    return session().scalar(query.execution_options(populate_existing=True))


def members_of(meeting: Meeting) -> list[int]:
    """Whoever may be asked to comment, and reads what was approved."""
    roles = {PartRole.DELEGATE, PartRole.SUBSTITUTE}
    return [one.user_id for one in meeting.participants if one.role in roles]


def secretaries_of(meeting: Meeting) -> list[int]:
    """Whoever writes."""
    return [one.user_id for one in meeting.participants if one.role is PartRole.SECRETARY]


def name_of(user_id: int) -> str:
    """Somebody's name."""
    found = directory.people([user_id]).get(user_id)
    return "" if found is None else found.full_name


def round_ends(held: Minutes | None) -> datetime | None:
    """Until when members may comment, ``None`` when they are not asked."""
    return held.round_until if held is not None and is_round_open(held) else None
