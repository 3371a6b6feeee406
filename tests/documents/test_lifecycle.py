"""The table of states: what leads where, and that nothing else does."""

from collections.abc import Callable

import pytest

from documents import permissions
from documents.models.document import Document
from documents.models.lifecycle import (
    INCOMING,
    INCOMING_STATES,
    OUTGOING,
    OUTGOING_STATES,
    Direction,
    DocEvent,
    DocState,
    leads_to,
)
from documents.services import about
from documents.services.moving import move
from intranet.core import db, permits
from intranet.core.errors import BadState
from intranet.core.labels import has_label
from intranet.people.models import Role
from tests.factories import Office

Make = Callable[..., Document]


#: Section 4.1 of the rules for documents, row by row as it is written there: from where, what happens, to
#: where it leads, who may. What the table has beside it is no act of a person of its own: taken back in time,
#: directed once more, the number of a line struck out.
ROWS = """
received                    register   registered  clerk
received                    return     returned    clerk
received                    merge      merged      clerk
registered                  present    presented   clerk office_head
registered                  transfer   assigned    clerk
presented                   direct     assigned    leader
presented                   know       noted       leader
assigned                    accept     processing  -
assigned,processing         give_back  presented   lead
processing                  finish     done        leader
done                        reopen     processing  leader office_head
received,registered,returned,presented,assigned,noted,processing,done  recall  recalled  clerk
"""
#: What goes beyond the section, and is decided: a noted document may be directed after all, who supervises
#: deadlines may say that a document is dealt with.
BESIDE = {"direct": {DocState.NOTED}}
ROLES_BESIDE = {"finish": {"office_head"}}


@pytest.mark.parametrize("row", ROWS.strip().splitlines(), ids=lambda row: row.split()[1])
def test_the_table_of_the_rules_is_the_table_of_the_house(row: str) -> None:
    sources, event, target, *roles = row.split()
    move = INCOMING[DocEvent(event)]
    assert move.sources == {DocState(one) for one in sources.split(",")} | BESIDE.get(event, set())
    assert move.target is DocState(target)
    if roles == ["-"]:
        assert DocEvent(event) not in about.NEEDS
    elif roles != ["lead"]:
        permit = permissions._PERMITS[about.NEEDS[DocEvent(event)]]
        carriers = {role.value for role in Role if permits.carried_by({role.value}, permit)}
        assert carriers == set(roles) | ROLES_BESIDE.get(event, set())


def reachable(direction: Direction, start: DocState) -> set[DocState]:
    """States that can be reached from a state."""
    found, edge = {start}, {start}
    while edge:
        edge = {
            target
            for state in edge
            for event in DocEvent
            if (target := leads_to(direction, state, event)) is not None and target not in found
        }
        found |= edge
    return found


def test_every_state_can_be_reached_and_belongs_to_its_direction() -> None:
    assert reachable(Direction.IN, DocState.RECEIVED) == INCOMING_STATES
    assert reachable(Direction.OUT, DocState.DRAFT) == OUTGOING_STATES


def test_a_merged_document_and_a_cancelled_number_are_the_end() -> None:
    assert reachable(Direction.IN, DocState.MERGED) == {DocState.MERGED}
    assert reachable(Direction.OUT, DocState.CANCELLED) == {DocState.CANCELLED}
    assert reachable(Direction.OUT, DocState.RECALLED) == {DocState.RECALLED}


def test_a_number_is_given_only_to_what_was_signed_and_issued_only_when_sealed() -> None:
    assert OUTGOING[DocEvent.NUMBER].sources == {DocState.SIGNED}
    assert OUTGOING[DocEvent.ISSUE].sources == {DocState.SEALED}
    assert INCOMING[DocEvent.REGISTER].sources == {DocState.RECEIVED}


def test_every_state_and_event_has_its_word() -> None:
    assert [state for state in DocState if not has_label(f"document.state.{state}")] == []
    assert [event for event in DocEvent if not has_label(f"act.document.{event}")] == []


@pytest.mark.parametrize("direction", list(Direction))
def test_the_service_lets_happen_what_the_table_has_and_refuses_the_rest(
    desk: Office, received: Make, direction: Direction
) -> None:
    document = received(direction=direction)
    states = INCOMING_STATES if direction is Direction.IN else OUTGOING_STATES
    for state in sorted(states):
        for event in DocEvent:
            target = leads_to(direction, state, event)
            with db.unit_of_work() as session:
                row = session.get_one(Document, document.id)
                row.state, was = state, row.version
                if target is None:
                    with pytest.raises(BadState, match=r"document.wrong_state"):
                        move(desk.clerk, row, event)
                else:
                    move(desk.clerk, row, event)
                assert (row.state, row.version) == (target or state, was + (target is not None))
