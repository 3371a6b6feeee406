"""What the secretary answers to a call reaches the one who called, and nobody else."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people.models import User
from meetings import live, live_http
from meetings.models.floor import CallKind, NoticeTo
from meetings.rules.audiences import project
from meetings.rules.shares import AUDIENCES, Audience
from meetings.services import announcing, chairing, commenting, journal, minutes_facts, room, seating, writing
from tests.meetings.conftest import Sitting, journal_of
from tests.meetings.floor_acts import state_of
from tests.meetings.test_live import Tablet

SECRET = "Mời ra quầy tiếp đón"


def answered(sitting: Sitting) -> int:
    asked = announcing.call_service(sitting.delegate, sitting.id, CallKind.MESSAGE, "Xin gặp thư ký")
    announcing.answer_call(sitting.secretary, sitting.id, asked, f"  {SECRET}\n")
    return asked


def test_the_one_who_called_reads_the_answer_and_the_call_is_done(sitting: Sitting) -> None:
    asked = answered(sitting)
    lv = room.welcome(sitting.delegate, sitting.id, None).answer["lv"]
    assert [(one["id"], one["t"]) for one in lv["replies"]] == [(asked, SECRET)]
    assert room.events_since(sitting.delegate, sitting.id, 0).lv["replies"] == lv["replies"]
    assert state_of(sitting, sitting.secretary)["calls"] == []
    assert journal_of(sitting.id) == ["service.called", "service.answered"]


def test_its_words_are_in_nobody_elses_room(sitting: Sitting) -> None:
    answered(sitting)
    others = [one for one in sitting.everybody if one is not sitting.delegate]
    for who in others:
        said = room.welcome(who, sitting.id, None).answer
        assert SECRET not in json.dumps(said, ensure_ascii=False)
        assert "replies" not in said["lv"]
    assert "replies" not in room.welcome(sitting.secretary, sitting.id, None, on_wall=True).answer["lv"]
    for line in journal.lines_after(sitting.id, 0):
        for audience in AUDIENCES:
            told = json.dumps(project(line.kind, line.data, audience), ensure_ascii=False)
            assert SECRET not in told


def test_an_answer_is_told_for_half_an_hour(sitting: Sitting) -> None:
    answered(sitting)
    clock.advance(timedelta(minutes=31))
    assert "replies" not in room.welcome(sitting.delegate, sitting.id, None).answer["lv"]


def test_wrong_answers_change_nothing(sitting: Sitting) -> None:
    asked = announcing.call_service(sitting.delegate, sitting.id, CallKind.WATER)
    for words, code in (("  ", "service.empty"), ("x" * 301, "service.too_long")):
        with pytest.raises(Invalid, match=code):
            announcing.answer_call(sitting.secretary, sitting.id, asked, words)
    for who in (sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
            announcing.answer_call(who, sitting.id, asked, "Có ngay")
    announcing.finish_call(sitting.chair, sitting.id, asked)
    with pytest.raises(NotFound, match=r"service\.unknown"):
        announcing.answer_call(sitting.secretary, sitting.id, asked, "Có ngay")
    assert journal_of(sitting.id) == ["service.called", "service.done"]


def test_only_the_tablets_of_the_one_who_called_are_told(
    sitting: Sitting, app: Flask, client_of: Callable[[User], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    live.rooms.tablets.clear()
    live.rooms.told.clear()
    monkeypatch.setattr(db.database(), "is_web", True)
    everybody = [sitting.delegate, sitting.delegate, sitting.chair, sitting.secretary, sitting.guest]
    tablets = [Tablet(app, client_of(who)) for who in everybody]
    for tablet in tablets:
        tablet.hello(sitting.id)
    asked = answered(sitting)
    heard: list[list[Any]] = [[one["d"] for one in tablet.heard("lv")] for tablet in tablets]
    assert [[one["id"] for one in told if "t" in one] for told in heard] == [[asked], [asked], [], [], []]


def test_a_tablet_that_asks_over_http_hears_of_an_answer_at_once(
    sitting: Sitting, client_of: Callable[[User], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def look_again(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            answered(sitting)
        assert len(looks) < 9, "the answer ends no wait"

    monkeypatch.setattr(live_http, "time", SimpleNamespace(sleep=look_again, monotonic=time.monotonic))
    browser = client_of(sitting.delegate)
    address = f"/api/v1/meetings/{sitting.id}/events?since=0&wait=25"
    (told,) = browser.get(f"{address}&heard=0").get_json()["lv"]["replies"]
    assert (told["t"], len(looks)) == (SECRET, 3)
    # What was heard ends no other wait: here only the process that stops does.
    monkeypatch.setattr(live_http.health, "is_stopping", lambda: len(looks) >= 5)
    assert browser.get(f"{address}&heard={told['v']}").get_json()["lv"]["replies"] == [told]
    assert len(looks) == 5


def test_what_is_written_first_reaches_that_person_alone_the_chair_too(sitting: Sitting) -> None:
    writing.write_to(sitting.secretary, sitting.id, sitting.chair.id, f" {SECRET}\n")
    (told,) = room.welcome(sitting.chair, sitting.id, None).answer["lv"]["replies"]
    assert (told["t"], told["role"]) == (SECRET, "secretary")
    for who in (sitting.secretary, sitting.delegate, sitting.guest):
        assert SECRET not in json.dumps(room.welcome(who, sitting.id, None).answer, ensure_ascii=False)
    for line in journal.lines_after(sitting.id, 0):
        for audience in AUDIENCES:
            assert SECRET not in json.dumps(project(line.kind, line.data, audience), ensure_ascii=False)
    assert state_of(sitting, sitting.secretary)["calls"] == []


def test_nobody_writes_to_themselves_nor_without_end(sitting: Sitting) -> None:
    with pytest.raises(Invalid, match=r"message\.to_self"):
        writing.write_to(sitting.chair, sitting.id, sitting.chair.id, "Nhớ giờ")
    for _ in range(writing.MOST_MESSAGES):
        writing.write_to(sitting.chair, sitting.id, sitting.delegate.id, "Mời vào")
    with pytest.raises(BadState, match=r"message\.too_many"):
        writing.write_to(sitting.chair, sitting.id, sitting.delegate.id, "Mời vào")
    writing.write_to(sitting.chair, sitting.id, sitting.guest.id, "Mời vào")
    clock.advance(timedelta(minutes=6))
    writing.write_to(sitting.chair, sitting.id, sitting.delegate.id, "Mời vào")


def test_a_call_says_where_whoever_called_sat_then(sitting: Sitting) -> None:
    delegate = sitting.delegate
    seating.take_seat(delegate, sitting.id, "  A12 ")
    announcing.call_service(delegate, sitting.id, CallKind.WATER)
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        seating.take_seat(sitting.guest, sitting.id, "B1", person=delegate.id)
    seating.take_seat(sitting.secretary, sitting.id, "C3", person=delegate.id)
    state = state_of(sitting, sitting.chair)
    assert [one["seat"] for one in state["calls"]] == ["A12"]
    assert {one["p"]: one.get("seat") for one in state["people"]}[delegate.id] == "C3"
    v = sitting.meeting.v
    assert seating.take_seat(delegate, sitting.id, "C3") == v
    seating.take_seat(delegate, sitting.id, "")
    assert all("seat" not in one for one in state_of(sitting, delegate)["people"])


def test_an_announcement_to_a_group_is_told_to_it_and_to_those_who_run_the_room(sitting: Sitting) -> None:
    for to in (NoticeTo.MEMBERS, NoticeTo.GUESTS):
        made = announcing.send_notice(sitting.secretary, sitting.id, SECRET, "info", to=to)
        hears = {Audience.CHAIR, Audience.SEC, Audience(to.value)}
        for who, audience in ((sitting.delegate, Audience.MEMBER), (sitting.guest, Audience.GUEST)):
            held = [one["id"] for one in state_of(sitting, who)["notices"]]
            assert held == ([made] if audience in hears else [])
        announcing.clear_notice(sitting.chair, sitting.id, made)
        for line in journal.lines_after(sitting.id, 0)[-2:]:
            assert {one for one in AUDIENCES if project(line.kind, line.data, one)} == hears


def test_words_on_the_item_on_the_floor_reach_officers_and_the_minutes_and_nobody_else(
    sitting: Sitting,
) -> None:
    first, second = (one.id for one in sitting.agenda)
    with pytest.raises(BadState, match=r"comment\.item_left"):
        commenting.comment(sitting.delegate, sitting.id, first, SECRET)
    chairing.start_item(sitting.chair, sitting.id, first, expect=None)
    made = commenting.comment(sitting.delegate, sitting.id, first, f" {SECRET}\n")
    refused = ((sitting.guest, first, SECRET, Forbidden), (sitting.delegate, second, SECRET, BadState))
    refused += ((sitting.delegate, first, "x" * 501, Invalid), (sitting.delegate, first, " ", Invalid))
    for who, item, words, error in refused:
        with pytest.raises(error):
            commenting.comment(who, sitting.id, item, words)
    calls = {who.id: state_of(sitting, who).get("calls") for who in sitting.everybody}
    assert [one["t"] for one in calls[sitting.secretary.id]] == [SECRET]
    assert (calls[sitting.delegate.id], calls[sitting.guest.id]) == (None, None)
    announcing.finish_call(sitting.secretary, sitting.id, made)
    facts = minutes_facts.facts_of(sitting.meeting, ()).of_item(first)
    said = [(one.text, one.note) for one in facts if one.kind == "comment"]
    assert said == [(f"{sitting.delegate.full_name} góp ý bằng văn bản", SECRET)]
