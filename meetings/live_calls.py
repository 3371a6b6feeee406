"""The answer to a call, and words written to one person: told to that person's tablets and to nobody else."""

from intranet.core.events import subscribe
from intranet.core.live import sockets
from meetings.live import ON_WALL, rooms
from meetings.models.journal import CallAnswered
from meetings.services import announcing, journal


@subscribe(CallAnswered, live=True)
def tell_answer(answered: CallAnswered) -> None:
    """Tell it; a tablet that is away hears of it when it is back."""
    line = next(iter(journal.lines_after(answered.meeting_id, answered.v - 1, 1)), None)
    if line is None or line.v != answered.v:
        return
    reply = announcing.reply_entry(line)
    frame = {"k": "lv", "key": "reply", "mid": answered.meeting_id, "seq": answered.v, "d": reply}
    for sid, tablet in list(rooms.tablets.items()):
        is_theirs = (tablet.meeting_id, tablet.user_id) == (answered.meeting_id, answered.user_id)
        if is_theirs and tablet.audience.value != ON_WALL:
            sockets.emit("lv", frame, to=sid)
