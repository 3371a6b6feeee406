"""Whoever has the list of papers before their eyes has seen what is new of it; noted after the answer."""

from flask import Response, after_this_request

from meetings.services import publishing


def note_later(user_id: int, meeting_id: int) -> None:
    """Note the look once this request was answered with the page."""

    @after_this_request
    def later(response: Response) -> Response:
        if response.status_code == 200:
            response.call_on_close(lambda: publishing.note_look(user_id, meeting_id))
        return response
