"""Many people press at once: one effect, versions without a hole."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from intranet.core import commands, db
from intranet.core.errors import DomainError
from intranet.people.models import User
from meetings.services import chairing, journal, presenting
from tests.meetings.conftest import Sitting, add_paper

pytestmark = pytest.mark.own_db


def at_once(acts: list[tuple[int, Callable[[User], Any]]]) -> list[Any]:
    """What each person's act answers when all begin together; a refusal is its code.

    Everybody is read anew in a thread of their own: one reading session serves one thread.
    """
    gate = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        user_id, act = acts[place]
        with db.scope():
            actor = db.session().get_one(User, user_id)
            gate.wait()
            try:
                answers[place] = act(actor)
            except DomainError as refusal:
                answers[place] = refusal.code

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_eight_people_pressing_next_move_the_room_once(sitting: Sitting) -> None:
    first, second = (item.id for item in sitting.agenda)
    chairing.start_item(sitting.chair, sitting.id, first, expect=None)
    mid, people = sitting.id, [sitting.chair.id, sitting.secretary.id]
    answers = at_once(
        [(people[n % 2], lambda who: chairing.start_item(who, mid, second, expect=first)) for n in range(8)]
    )
    assert sorted(answers, key=str) == [2, *["item.moved_on"] * 7]


def test_one_cid_sent_five_times_at_once_happens_once(app: Flask, sitting: Sitting) -> None:
    frame = {"cid": "c" * 26, "t": "item.add", "d": {"mid": sitting.id, "title": "Việc khác", "budget": 5}}

    def ask(who: User) -> Any:
        with app.app_context():
            return commands.run(who, frame)

    answers = at_once([(sitting.chair.id, ask)] * 5)
    assert all(answer == answers[0] and answer["ok"] for answer in answers)
    with db.scope():
        assert len(sitting.agenda) == 3


def test_versions_have_no_hole_and_each_chain_names_the_one_before(sitting: Sitting) -> None:
    file = add_paper(sitting.secretary, sitting, None).public_id
    presenting.start_presenting(sitting.chair, sitting.id, file, 1)
    mid, people = sitting.id, [sitting.chair.id, sitting.secretary.id]

    def turn(page: int) -> Callable[[User], Any]:
        return lambda who: presenting.present_page(who, mid, page, file=file)

    at_once([(people[n % 2], turn(1 + n % 3)) for n in range(12)])
    with db.scope():
        lines = journal.lines_after(mid, 0)
    assert len(lines) > 4
    assert [line.v for line in lines] == list(range(1, len(lines) + 1))
    assert [line.pv["member"] for line in lines] == list(range(len(lines)))
