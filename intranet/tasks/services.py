"""The door to tasks for the packages above: everything that may be done with one, under one name."""

from intranet.tasks.assigning import (
    assign_task,
    hand_over,
    officials_of,
    reassign,
    undo_assignment,
)
from intranet.tasks.extending import ask_extension, decide_extension, withdraw_extension
from intranet.tasks.following import follow_hour, follow_urgency
from intranet.tasks.joining import Joined, join, let_go
from intranet.tasks.judging import accept_result, cancel, reopen, return_result, urge
from intranet.tasks.parties import Party, Shown, parties_of
from intranet.tasks.permissions import To, access_task, may
from intranet.tasks.placing import code_above, move_under, place
from intranet.tasks.recurring import recur, stop
from intranet.tasks.tree import close_to_others, for_origin, open_parts, open_to_others, parts_of
from intranet.tasks.working import (
    accept_work,
    finish_part,
    refuse,
    report_finished,
    report_progress,
    see,
    take_back,
)

__all__ = [
    "Joined",
    "Party",
    "Shown",
    "To",
    "accept_result",
    "accept_work",
    "access_task",
    "ask_extension",
    "assign_task",
    "cancel",
    "close_to_others",
    "code_above",
    "decide_extension",
    "finish_part",
    "follow_hour",
    "follow_urgency",
    "for_origin",
    "hand_over",
    "join",
    "let_go",
    "may",
    "move_under",
    "officials_of",
    "open_parts",
    "open_to_others",
    "parties_of",
    "parts_of",
    "place",
    "reassign",
    "recur",
    "refuse",
    "reopen",
    "report_finished",
    "report_progress",
    "return_result",
    "see",
    "stop",
    "take_back",
    "undo_assignment",
    "urge",
    "withdraw_extension",
]
