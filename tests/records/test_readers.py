"""Who has seen what, and when."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event

from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.core.web import me, signed_in
from intranet.records import readers
from tests.factories import Office

THING = Ref("thing", 7)


def test_a_reader_is_noted_with_first_and_last_time(office: Office) -> None:
    first = clock.now()
    readers.mark_seen(office.officer, THING)
    clock.advance(timedelta(minutes=5))
    readers.mark_seen(office.officer, THING)
    readers.mark_seen(office.head, THING)
    assert readers.seen_by(THING) == [
        readers.Seen(office.officer.id, first, clock.now()),
        readers.Seen(office.head.id, clock.now(), clock.now()),
    ]
    assert readers.first_seen(THING, office.officer.id) == first
    assert readers.first_seen(THING, office.leader.id) is None


def test_looking_again_within_a_minute_writes_nothing(office: Office) -> None:
    readers.mark_seen(office.officer, THING)
    written: list[str] = []
    event.listen(db.database().writer, "before_cursor_execute", lambda *args: written.append(str(args[2])))
    clock.advance(timedelta(seconds=30))
    readers.mark_seen(office.officer, THING)
    assert [statement for statement in written if not statement.startswith("SELECT")] == []


def test_a_list_learns_in_one_question_what_a_person_has_seen(office: Office) -> None:
    for key in (1, 3):
        readers.mark_seen(office.officer, Ref("thing", key))
    assert readers.seen_among(office.officer.id, "thing", [1, 2, 3]) == {1, 3}
    assert readers.seen_among(office.head.id, "thing", [1, 2, 3]) == set()


def test_a_page_that_is_only_read_notes_its_reader_after_the_answer(
    app: Flask, office: Office, client_of: Any
) -> None:
    seen_within: list[int] = []

    def page() -> str:
        readers.mark_seen(me(), THING)
        seen_within.append(len(readers.seen_by(THING)))
        return "đã xem"

    view = app.view_functions["records.staged"]
    app.view_functions["records.staged"] = signed_in(lambda public_id: page())
    try:
        answer = client_of(office.officer).get(f"/files/staged/{'0' * 32}")
    finally:
        app.view_functions["records.staged"] = view
    assert answer.text == "đã xem"
    assert seen_within == [0]
    assert [seen.user_id for seen in readers.seen_by(THING)] == [office.officer.id]
