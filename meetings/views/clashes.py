"""What whoever plans a meeting should know about the hours of those invited."""

from flask import flash

from intranet.people.models import User
from meetings.services import holding

#: More sentences than these are no help.
_MOST = 5


def warn(actor: User, meeting_id: int) -> None:
    """Say who of those invited is wanted elsewhere at the same time."""
    for words in holding.clashes_of(actor, meeting_id)[:_MOST]:
        flash(words, "warning")
