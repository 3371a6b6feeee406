"""The lives of an incoming and of an outgoing document, as one table of moves.

Source: Decree 30/2020/NĐ-CP, articles 10 to 24. A service names the event; the table knows from where it
may happen and where it leads. Nothing else sets a document's state.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Whose document it is, seen from the agency that keeps it."""

    IN = "in"
    OUT = "out"


class DocState(StrEnum):
    """Where a document stands."""

    # incoming
    RECEIVED = "received"
    REGISTERED = "registered"
    RETURNED = "returned"
    MERGED = "merged"
    PRESENTED = "presented"
    ASSIGNED = "assigned"
    NOTED = "noted"
    PROCESSING = "processing"
    DONE = "done"
    # outgoing
    DRAFT = "draft"
    UNIT_REVIEW = "unit_review"
    LAYOUT_REVIEW = "layout_review"
    TO_SIGN = "to_sign"
    SIGNED = "signed"
    NUMBERED = "numbered"
    SEALED = "sealed"
    ISSUED = "issued"
    # both
    CANCELLED = "cancelled"
    RECALLED = "recalled"


class DocEvent(StrEnum):
    """What may happen to a document."""

    REGISTER = "register"
    RETURN = "return"
    MERGE = "merge"
    PRESENT = "present"
    TAKE_BACK = "take_back"
    TRANSFER = "transfer"
    DIRECT = "direct"
    UNDO = "undo"
    #: The direction of what had only been noted, taken back in time.
    UNDO_NOTED = "undo_noted"
    #: Directed again while it is being dealt with; and that taken back in time.
    ADD = "add"
    ADD_UNDONE = "add_undone"
    KNOW = "know"
    ACCEPT = "accept"
    GIVE_BACK = "give_back"
    FINISH = "finish"
    REOPEN = "reopen"
    RECALL = "recall"
    OPINION = "opinion"
    SUBMIT = "submit"
    UNIT_APPROVE = "unit_approve"
    UNIT_RETURN = "unit_return"
    LAYOUT_APPROVE = "layout_approve"
    LAYOUT_RETURN = "layout_return"
    SIGN = "sign"
    SIGN_RETURN = "sign_return"
    NUMBER = "number"
    SEAL = "seal"
    ISSUE = "issue"
    CANCEL = "cancel"
    STRIKE = "strike"
    CORRECT = "correct"


@dataclass(frozen=True)
class Move:
    """One line of the table: the states an event may come from, and the one it leads to."""

    sources: frozenset[DocState]
    #: ``None`` leaves it where it is.
    target: DocState | None


def _move(target: DocState | None, *sources: DocState) -> Move:
    return Move(frozenset(sources), target)


INCOMING_STATES = frozenset(
    {
        DocState.RECEIVED,
        DocState.REGISTERED,
        DocState.RETURNED,
        DocState.MERGED,
        DocState.PRESENTED,
        DocState.ASSIGNED,
        DocState.NOTED,
        DocState.PROCESSING,
        DocState.DONE,
        DocState.CANCELLED,
        DocState.RECALLED,
    }
)
OUTGOING_STATES = frozenset(DocState) - INCOMING_STATES | {DocState.RECALLED, DocState.CANCELLED}

INCOMING: Mapping[DocEvent, Move] = {
    DocEvent.REGISTER: _move(DocState.REGISTERED, DocState.RECEIVED),
    DocEvent.RETURN: _move(DocState.RETURNED, DocState.RECEIVED),
    DocEvent.MERGE: _move(DocState.MERGED, DocState.RECEIVED),
    DocEvent.PRESENT: _move(DocState.PRESENTED, DocState.REGISTERED),
    DocEvent.TAKE_BACK: _move(DocState.REGISTERED, DocState.PRESENTED, DocState.ASSIGNED),
    DocEvent.TRANSFER: _move(DocState.ASSIGNED, DocState.REGISTERED),
    # What was only noted, too: a leader may think again.
    DocEvent.DIRECT: _move(DocState.ASSIGNED, DocState.PRESENTED, DocState.NOTED),
    DocEvent.UNDO: _move(DocState.PRESENTED, DocState.ASSIGNED, DocState.NOTED),
    DocEvent.UNDO_NOTED: _move(DocState.NOTED, DocState.ASSIGNED),
    DocEvent.ADD: _move(None, DocState.ASSIGNED, DocState.PROCESSING),
    DocEvent.ADD_UNDONE: _move(None, DocState.ASSIGNED, DocState.PROCESSING),
    DocEvent.KNOW: _move(DocState.NOTED, DocState.PRESENTED),
    DocEvent.ACCEPT: _move(DocState.PROCESSING, DocState.ASSIGNED),
    DocEvent.GIVE_BACK: _move(DocState.PRESENTED, DocState.ASSIGNED, DocState.PROCESSING),
    DocEvent.FINISH: _move(DocState.DONE, DocState.PROCESSING),
    DocEvent.REOPEN: _move(DocState.PROCESSING, DocState.DONE),
    DocEvent.STRIKE: _move(DocState.CANCELLED, DocState.REGISTERED, DocState.PRESENTED),
    DocEvent.RECALL: _move(
        DocState.RECALLED, *(INCOMING_STATES - {DocState.MERGED, DocState.CANCELLED, DocState.RECALLED})
    ),
}

OUTGOING: Mapping[DocEvent, Move] = {
    DocEvent.OPINION: _move(DocState.DRAFT, DocState.DRAFT),
    DocEvent.SUBMIT: _move(DocState.UNIT_REVIEW, DocState.DRAFT),
    DocEvent.UNIT_APPROVE: _move(DocState.LAYOUT_REVIEW, DocState.UNIT_REVIEW),
    DocEvent.UNIT_RETURN: _move(DocState.DRAFT, DocState.UNIT_REVIEW),
    DocEvent.LAYOUT_APPROVE: _move(DocState.TO_SIGN, DocState.LAYOUT_REVIEW),
    DocEvent.LAYOUT_RETURN: _move(DocState.DRAFT, DocState.LAYOUT_REVIEW),
    DocEvent.SIGN: _move(DocState.SIGNED, DocState.TO_SIGN),
    DocEvent.SIGN_RETURN: _move(DocState.DRAFT, DocState.TO_SIGN),
    DocEvent.NUMBER: _move(DocState.NUMBERED, DocState.SIGNED),
    DocEvent.SEAL: _move(DocState.SEALED, DocState.NUMBERED),
    DocEvent.ISSUE: _move(DocState.ISSUED, DocState.SEALED),
    DocEvent.CANCEL: _move(DocState.CANCELLED, DocState.NUMBERED, DocState.SEALED),
    DocEvent.RECALL: _move(DocState.RECALLED, DocState.ISSUED),
    DocEvent.CORRECT: _move(DocState.ISSUED, DocState.ISSUED),
}

#: States in which the document waits for somebody of the agency.
OPEN_INCOMING = (
    DocState.RECEIVED,
    DocState.REGISTERED,
    DocState.PRESENTED,
    DocState.ASSIGNED,
    DocState.PROCESSING,
)
#: A draft that is still being written, looked through or signed.
IN_PREPARATION = (
    DocState.DRAFT,
    DocState.UNIT_REVIEW,
    DocState.LAYOUT_REVIEW,
    DocState.TO_SIGN,
    DocState.SIGNED,
    DocState.NUMBERED,
    DocState.SEALED,
)


def moves(direction: Direction) -> Mapping[DocEvent, Move]:
    """The table of a direction."""
    return INCOMING if direction is Direction.IN else OUTGOING


def leads_to(direction: Direction, state: DocState, event: DocEvent) -> DocState | None:
    """The state after the event, ``None`` when it may not happen now."""
    move = moves(direction).get(event)
    return (move.target or state) if move is not None and state in move.sources else None
