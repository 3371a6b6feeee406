"""The words of letters about notices, made when they leave, with the receiver's rights of that moment."""

from datetime import datetime
from typing import Any

from intranet.core import db
from intranet.core.labels import has_label, label
from intranet.notices import addresses, channels, services
from intranet.notices.models import Notice
from intranet.notices.outbox_sending import Nothing, Words, composer
from intranet.people.models import User

_LONGEST_SUBJECT = 150


def notice_of(person: User, payload: dict[str, Any]) -> tuple[Notice, str]:
    """The notice of a letter and its words.

    :raises Nothing: ``withdrawn``, it is gone, or its receiver may not read of it any more.
    """
    row = db.session().get(Notice, payload["notice"])
    if row is None or row.user_id != person.id:
        raise Nothing("withdrawn")
    line = services.lines(person, [row])[0]
    if line.ref is None:
        raise Nothing("withdrawn")
    return row, line.words


def bare_words(row: Notice) -> str:
    """Kind and number alone: what may be read over anybody's shoulder."""
    what = label(f"channel.event.{channels.event_of(row.kind)}")
    record = f"channel.record.{row.ref_kind}"
    return f"{what}: {label(record)} {row.ref_id}" if has_label(record) else what


@composer("notice")
def _of_notice(person: User, payload: dict[str, Any]) -> Words:
    row, words = notice_of(person, payload)
    link = f"/notices/{row.id}"
    if not channels.may_leave(row.ref):
        return Words(bare_words(row), label("channel.withheld"), link)
    subject = words if len(words) <= _LONGEST_SUBJECT else f"{words[: _LONGEST_SUBJECT - 1]}…"
    return Words(subject, words, link)


@composer("address")
def _of_address(person: User, payload: dict[str, Any]) -> Words:
    row = addresses.of(person.id)
    address, asked_at = payload["to"], datetime.fromisoformat(payload["at"])
    if row is None or (row.asked, row.asked_at) != (address, asked_at):
        raise Nothing("code_replaced")
    digits = addresses.code(person.id, address, asked_at)
    minutes = int(addresses.CODE_LASTS.total_seconds() // 60)
    return Words(
        label("channel.code_subject", digits=digits),
        label("channel.code_text", digits=digits, minutes=minutes),
        "/notices/channels",
    )
