"""The screen on the wall, and what the presenter's tablet sends many times a second."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.people.models import User
from meetings import leading, live
from meetings.models.meeting import MeetingState
from meetings.services import life, planning, presenting, room
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper, journal_of, make_sitting
from tests.meetings.test_live import Tablet, Tablets, cmd

Clients = Callable[[User], FlaskClient]


@pytest.fixture
def tablet(app: Flask, client_of: Clients, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tablets]:
    """Makes tablets; live subscribers run as in the web process."""
    forget()
    monkeypatch.setattr(db.database(), "is_web", True)
    yield lambda user: Tablet(app, client_of(user))
    forget()


def forget() -> None:
    """Meetings of another test have the same ids."""
    for kept in (
        live.rooms.tablets,
        live.rooms.told,
        live.rooms.left_at,
        live.rooms.arrived,
        leading.leading,
    ):
        kept.clear()


@pytest.fixture
def file(sitting: Sitting) -> str:
    """A paper of three pages on the table."""
    return add_paper(sitting.secretary, sitting, sitting.agenda[0]).public_id


def on_wall(tablet: Tablet, mid: int, **more: Any) -> dict[str, Any]:
    """The screen comes, or comes back."""
    return tablet.ask("hello", {"k": "hello", "mid": mid, "as": "proj", "last": {"cls": None}, **more})


def view(mid: int, page: int = 1, y: float = 0.0, w: float = 1.0) -> dict[str, Any]:
    """A rectangle as the presenter's tablet sends it."""
    return {"k": "lv", "key": "view", "mid": mid, "d": {"page": page, "x": 0, "y": y, "w": w}}


def heard_views(tablet: Tablet) -> list[float]:
    """How far down the rectangles begin that a tablet was told."""
    return [one["d"]["view"]["y"] for one in tablet.heard("lv") if one["key"] == "view"]


# --- The screen ---


def test_the_screen_is_an_audience_of_its_own_and_no_person(
    sitting: Sitting, file: str, tablet: Tablets
) -> None:
    wall, chair = tablet(sitting.secretary), tablet(sitting.chair)
    chair.hello(sitting.id)
    welcome = on_wall(wall, sitting.id)
    assert (welcome["cls"], welcome["me"]) == ("proj", {"p": None, "n": "", "role": "proj", "can": []})
    assert welcome["state"]["papers"] == welcome["state"]["people"] == []
    assert "grants" not in welcome["state"]
    assert live.online(sitting.id) == {sitting.chair.id}
    chair.ask("cmd", cmd("s", "present.start", mid=sitting.id, file=file, page=2))
    (frames,) = wall.heard("evt")
    assert [(one["t"], one["d"]["page"]) for one in frames] == [("present.started", 2)]
    assert on_wall(wall, sitting.id, cls="proj", last={"cls": welcome["state"]["v"]})["mode"] == "delta"
    # What it held as somebody else is of no use to it.
    assert on_wall(wall, sitting.id, cls="sec", last={"cls": 1})["mode"] == "snapshot"


def test_only_chair_and_secretary_open_a_screen(
    sitting: Sitting, tablet: Tablets, client_of: Clients, office: Office
) -> None:
    for person, code in (
        (sitting.delegate, "forbidden"),
        (sitting.guest, "forbidden"),
        (office.stranger, "not_found"),
    ):
        assert on_wall(tablet(person), sitting.id)["err"] == code
        browser = client_of(person)
        status = 403 if code == "forbidden" else 404
        assert browser.get(f"/meetings/{sitting.id}/screen").status_code == status
        for path in ("snapshot?as=proj", "events?since=0&as=proj"):
            assert browser.get(f"/api/v1/meetings/{sitting.id}/{path}").status_code == status
    assert on_wall(tablet(sitting.chair), sitting.id)["ok"] is True
    assert live.online(sitting.id) == set()


def test_a_screen_never_hears_of_papers_notes_and_people(
    sitting: Sitting, file: str, tablet: Tablets, client_of: Clients
) -> None:
    wall = tablet(sitting.secretary)
    first = on_wall(wall, sitting.id)
    secret = add_paper(sitting.secretary, sitting, None)
    presenting.start_presenting(sitting.secretary, sitting.id, file, 1)
    presenting.grant_presenting(sitting.chair, sitting.id, sitting.guest.id)
    presenting.blank_screen(sitting.chair, sitting.id, on=True)
    planning.remove_item(sitting.chair, sitting.id, sitting.agenda[1].id, reason="Hồ sơ còn thiếu ý kiến")
    browser = client_of(sitting.secretary)
    base = f"/api/v1/meetings/{sitting.id}"
    told = [
        first,
        wall.heard("evt"),
        on_wall(wall, sitting.id),
        browser.get(f"{base}/snapshot?as=proj").get_json(),
        browser.get(f"{base}/events?since=0&as=proj").get_json(),
        browser.get(f"/meetings/{sitting.id}/screen").get_data(as_text=True),
    ]
    said = json.dumps(told, ensure_ascii=False)
    assert file in said
    for hidden in (secret.public_id, sitting.guest.full_name, "Hồ sơ còn thiếu ý kiến", "present.granted"):
        assert hidden not in said


def test_the_page_of_the_screen_has_nothing_to_press(sitting: Sitting, client_of: Clients) -> None:
    browser = client_of(sitting.secretary)
    page = browser.get(f"/meetings/{sitting.id}/screen").get_data(as_text=True)
    body = page[page.index('id="screen"') : page.index('id="room-words"')]
    assert sitting.meeting.title in body
    for pressed in ("<button", "<a ", "<input", "<form"):
        assert pressed not in body
    assert f'href="/meetings/{sitting.id}/screen"' in browser.get(f"/meetings/{sitting.id}").get_data(
        as_text=True
    )
    other = client_of(sitting.delegate).get(f"/meetings/{sitting.id}").get_data(as_text=True)
    assert "/screen" not in other
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    assert browser.get(f"/meetings/{sitting.id}/screen").status_code == 302


def test_there_is_no_screen_before_the_meeting_is_published(draft: Sitting, client_of: Clients) -> None:
    assert client_of(draft.secretary).get(f"/meetings/{draft.id}/screen").status_code == 302


# --- The rectangle ---


def leading_and_following(sitting: Sitting, file: str, tablet: Tablets) -> tuple[Tablet, Tablet]:
    """The secretary presents the paper's first page, a guest follows, and the clock stands still."""
    presenting.start_presenting(sitting.secretary, sitting.id, file, 1)
    clock.freeze(clock.now())
    lead, guest = tablet(sitting.secretary), tablet(sitting.guest)
    lead.hello(sitting.id)
    guest.hello(sitting.id)
    return lead, guest


def test_ten_rectangles_a_second_reach_everybody_and_the_newest_wins(
    sitting: Sitting, file: str, tablet: Tablets
) -> None:
    lead, guest = leading_and_following(sitting, file, tablet)
    wall = tablet(sitting.chair)
    on_wall(wall, sitting.id)
    for n in range(5):
        assert lead.ask("lv", view(sitting.id, y=n / 10))["ok"] is True
    assert heard_views(guest) == heard_views(wall) == [0.0]
    clock.advance(timedelta(milliseconds=99))
    live.rooms.arrived.clear()
    leading.leading.streams[sitting.id].is_stored = True
    leading.send_and_store()
    assert heard_views(guest) == []
    clock.advance(timedelta(milliseconds=1))
    leading.send_and_store()
    leading.send_and_store()
    assert heard_views(guest) == heard_views(wall) == [0.4]


def test_a_rectangle_is_stored_once_a_second_and_told_again(
    sitting: Sitting, file: str, tablet: Tablets, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, guest = leading_and_following(sitting, file, tablet)
    stored: list[float] = []
    real = presenting.keep_view
    monkeypatch.setattr(presenting, "keep_view", lambda *given: stored.append(given[2].y) or real(*given))
    before = journal_of(sitting.id)
    for n in range(30):
        lead.ask("lv", view(sitting.id, y=n / 100))
        leading.send_and_store()
        clock.advance(timedelta(milliseconds=100))
    assert stored == [0.0, 0.1, 0.2]
    clock.advance(timedelta(seconds=1))
    leading.send_and_store()
    leading.send_and_store()
    assert stored == [0.0, 0.1, 0.2, 0.29]
    assert journal_of(sitting.id) == before
    # Who comes now has it, and a later rectangle is a later one in any process.
    held = room.welcome(sitting.delegate, sitting.id, None).answer["lv"]["view"]
    assert (held["page"], held["view"]["y"]) == (1, 0.29)
    seqs = [one["seq"] for one in guest.heard("lv") if one["key"] == "view"]
    assert seqs == sorted(seqs)
    assert seqs[-1] == held["seq"]
    clock.advance(timedelta(minutes=1))
    leading.send_and_store()
    assert leading.leading.streams == {}


def test_a_rectangle_of_the_paper_before_is_neither_told_nor_stored_once_another_is_shown(
    sitting: Sitting, file: str, tablet: Tablets
) -> None:
    lead, guest = leading_and_following(sitting, file, tablet)
    for y in (0.1, 0.2):
        assert lead.ask("lv", view(sitting.id, y=y))["ok"] is True
    other = add_paper(sitting.secretary, sitting, sitting.agenda[1]).public_id
    presenting.start_presenting(sitting.secretary, sitting.id, other, 1)
    guest.heard("lv")
    clock.advance(timedelta(seconds=1))
    leading.send_and_store()
    assert heard_views(guest) == []
    assert room.welcome(sitting.delegate, sitting.id, None).answer["lv"]["view"] is None


def test_nobody_but_the_presenter_moves_the_room(sitting: Sitting, file: str, tablet: Tablets) -> None:
    presenting.grant_presenting(sitting.chair, sitting.id, sitting.guest.id, for_s=60)
    presenting.start_presenting(sitting.guest, sitting.id, file, 1)
    clock.freeze(clock.now())
    chair, guest, delegate = tablet(sitting.chair), tablet(sitting.guest), tablet(sitting.delegate)
    for one in (chair, guest, delegate):
        one.hello(sitting.id)
    pointer = {"k": "eph", "t": "pointer", "mid": sitting.id, "d": {"page": 1, "x": 0.5, "y": 0.25}}
    assert guest.ask("lv", view(sitting.id, y=0.3))["ok"] is True
    assert guest.ask("eph", pointer)["ok"] is True
    assert [one["d"] for one in chair.heard("eph")] == [{"page": 1, "x": 0.5, "y": 0.25}]
    assert chair.ask("lv", view(sitting.id))["err"] == "stale"
    assert delegate.ask("lv", view(sitting.id))["err"] == "forbidden"
    assert delegate.ask("eph", pointer)["err"] == "forbidden"
    # Of a page that was turned meanwhile nothing is told.
    presenting.present_page(sitting.chair, sitting.id, 2, file=file)
    chair.heard("evt")
    clock.advance(timedelta(seconds=1))
    assert guest.ask("lv", view(sitting.id, page=1, y=0.9))["ok"] is True
    assert guest.ask("eph", pointer)["ok"] is True
    assert chair.heard("eph") == []
    # The grant ends while the tablet goes on sending.
    assert guest.ask("lv", view(sitting.id, page=2))["ok"] is True
    clock.advance(timedelta(seconds=60))
    assert guest.ask("lv", view(sitting.id, page=2))["err"] == "forbidden"
    assert journal_of(sitting.id)[-1] == "present.page"


def test_pointing_without_a_pause_is_refused_and_leaves_the_view_and_the_page_their_own_limits(
    sitting: Sitting, file: str, tablet: Tablets
) -> None:
    presenting.start_presenting(sitting.chair, sitting.id, file, 1)
    lead = tablet(sitting.chair)
    lead.hello(sitting.id)
    pointer = {"k": "eph", "t": "pointer", "mid": sitting.id, "d": {"page": 1, "x": 0.5, "y": 0.25}}
    answers = []
    while not answers or answers[-1]["ok"]:
        answers.append(lead.ask("eph", pointer))
    assert answers[-1]["err"] == "rate"
    assert len(answers) > 80
    assert [lead.ask("lv", view(sitting.id, y=n / 100))["ok"] for n in range(40)] == [True] * 40


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"mid": "1"},
        {"key": "count"},
        {"d": None},
        {"d": {"page": 1, "x": 0, "y": 0}},
        {"d": {"page": 1, "x": 0, "y": 0, "w": "1"}},
        {"d": {"page": 1, "x": 0, "y": 0, "w": 2}},
        {"d": {"page": 1, "x": 0, "y": 0, "w": 1, "z": 1}},
    ],
)
def test_a_frame_that_is_no_rectangle_is_refused(
    sitting: Sitting, file: str, tablet: Tablets, wrong: dict[str, Any]
) -> None:
    presenting.start_presenting(sitting.chair, sitting.id, file, 1)
    lead = tablet(sitting.chair)
    frame = view(sitting.id) | wrong if wrong else []
    assert lead.ask("lv", frame)["err"] == "invalid"
    assert (
        lead.ask("eph", {"mid": sitting.id, "t": "pointer", "d": {"page": 1, "x": 3, "y": 0}})["err"]
        == "invalid"
    )
    assert leading.leading.streams == {}


def test_a_presenter_without_a_socket_shows_a_rectangle_by_command(
    sitting: Sitting, file: str, tablet: Tablets, client_of: Clients
) -> None:
    guest = tablet(sitting.guest)
    guest.hello(sitting.id)
    presenting.start_presenting(sitting.chair, sitting.id, file, 1)
    base, browser = f"/api/v1/meetings/{sitting.id}", client_of(sitting.chair)
    asked = cmd("v", "present.view", mid=sitting.id, page=1, x=0, y=0.5, w=0.5)
    assert browser.post(f"{base}/commands", json=asked).get_json()["ok"] is True
    assert heard_views(guest) == [0.5]
    leading.send_and_store()
    # And who asks over HTTP gets what is newer than it holds, without waiting.
    held = client_of(sitting.delegate).get(f"{base}/events?since=2&wait=20&seen=0").get_json()
    assert (held["events"], held["lv"]["view"]["view"]["y"]) == ([], 0.5)


# --- A presenter who is gone ---


def gone(tablet: Tablet) -> list[bool]:
    """What a tablet was told of the presenter."""
    return [one["d"]["gone"] for one in tablet.heard("lv") if one["key"] == "presenter"]


def test_after_20_seconds_without_the_presenter_the_officers_may_take_over(
    sitting: Sitting, file: str, tablet: Tablets
) -> None:
    presenting.grant_presenting(sitting.chair, sitting.id, sitting.guest.id)
    presenting.start_presenting(sitting.guest, sitting.id, file, 2)
    clock.freeze(clock.now())
    lead, secretary, delegate = tablet(sitting.guest), tablet(sitting.secretary), tablet(sitting.delegate)
    for one in (lead, secretary, delegate):
        one.hello(sitting.id)
    leading.look_for_presenters()
    lead.socket.disconnect("/meetings")
    secretary.heard("lv")
    clock.advance(timedelta(seconds=19))
    leading.look_for_presenters()
    assert gone(secretary) == []
    clock.advance(timedelta(seconds=1))
    leading.look_for_presenters()
    leading.look_for_presenters()
    assert (gone(secretary), gone(delegate)) == ([True], [])
    assert presenting.shown(sitting.meeting)["page"] == 2
    clock.advance(timedelta(seconds=5))
    leading.look_for_presenters()
    assert gone(secretary) == [True]
    # Back again: that is told too.
    lead = tablet(sitting.guest)
    lead.hello(sitting.id)
    leading.look_for_presenters()
    assert gone(secretary) == [False]
    lead.socket.disconnect("/meetings")
    clock.advance(timedelta(seconds=20))
    leading.look_for_presenters()
    assert gone(secretary) == [True]
    presenting.start_presenting(sitting.secretary, sitting.id, file, 2)
    clock.advance(timedelta(seconds=5))
    leading.look_for_presenters()
    assert (gone(secretary), leading.leading.gone) == ([], {})


def test_a_presenter_who_comes_back_in_time_was_never_gone(
    sitting: Sitting, file: str, tablet: Tablets
) -> None:
    presenting.start_presenting(sitting.secretary, sitting.id, file, 1)
    clock.freeze(clock.now())
    lead, chair = tablet(sitting.secretary), tablet(sitting.chair)
    chair.hello(sitting.id)
    lead.hello(sitting.id)
    lead.socket.disconnect("/meetings")
    clock.advance(timedelta(seconds=10))
    leading.look_for_presenters()
    tablet(sitting.secretary).hello(sitting.id)
    leading.look_for_presenters()
    clock.advance(timedelta(seconds=30))
    leading.look_for_presenters()
    assert True not in gone(chair)


def test_somebody_else_who_leaves_is_nobody_s_presenter(
    office: Office, guest: User, file: str, sitting: Sitting, tablet: Tablets
) -> None:
    presenting.start_presenting(sitting.secretary, sitting.id, file, 1)
    other = make_sitting(office, guest, MeetingState.PUBLISHED)
    clock.freeze(clock.now())
    chair, delegate, elsewhere = tablet(sitting.chair), tablet(sitting.delegate), tablet(sitting.secretary)
    chair.hello(sitting.id)
    delegate.hello(sitting.id)
    elsewhere.hello(other.id)
    delegate.socket.disconnect("/meetings")
    elsewhere.socket.disconnect("/meetings")
    clock.advance(timedelta(seconds=21))
    leading.look_for_presenters()
    assert (gone(chair), live.rooms.left_at) == ([], {})
