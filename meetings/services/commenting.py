"""What somebody who does not speak says in writing on the item on the floor (góp ý bằng văn bản)."""

from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.core.text import one_line
from intranet.people.models import User
from meetings.models.floor import CallKind
from meetings.permissions import To
from meetings.services import speaking
from meetings.services.announcing import MOST_CALL, keep_call, open_room


def comment(actor: User, meeting_id: int, item_id: int, words: str) -> int:
    """Send words on an item to chair and secretaries; the minutes have them at the item.

    :param item_id: what the actor saw on the floor.
    :returns: the id of the call by which they are before chair and secretaries.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``comment.not_yours``, whoever may not ask to speak.
    :raises BadState: ``meeting.room_closed``; ``comment.item_left``; ``service.too_many``.
    :raises Invalid: ``service.empty``, ``service.too_long``.
    """
    words = one_line(words)
    if not words:
        raise Invalid("service.empty", field="t")
    if len(words) > MOST_CALL:
        raise Invalid("service.too_long", most=MOST_CALL, length=len(words), field="t")
    with unit_of_work():
        meeting = open_room(actor, meeting_id, To.ATTEND)
        if not speaking.may_ask(actor, meeting):
            raise Forbidden("comment.not_yours")
        if meeting.current_item_id != item_id:
            raise BadState("comment.item_left")
        return keep_call(actor, meeting, CallKind.COMMENT, words, item=item_id)
