"""Whoever has the list of papers before their eyes has seen what is new of it; noted after the answer."""

from flask import Response, after_this_request

from intranet.core.refs import Ref
from intranet.notices import services as notices
from meetings.services import publishing, unanswered


def note_later(user_id: int, meeting_id: int, *, is_invitation: bool = False) -> None:
    """Note the look once this request was answered with the page.

    :param is_invitation: the page says all that the invitation does, which is read now.
    """
    meeting = Ref("meeting", meeting_id)
    reads = is_invitation and user_id in notices.still_unread(unanswered.INVITED, meeting)

    def note() -> None:
        publishing.note_look(user_id, meeting_id)
        if reads:
            notices.mark_seen(user_id, meeting, unanswered.INVITED)

    @after_this_request
    def later(response: Response) -> Response:
        if response.status_code == 200:
            response.call_on_close(note)
        return response
