"""Cards at the seats: printed beforehand, asleep until the secretary opens them, good once."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.core import clock
from intranet.core.errors import BadState, DomainError, Forbidden, Invalid
from intranet.people.models import User
from meetings.models.floor import PresenceState
from meetings.models.meeting import MeetingState, PartRole
from meetings.services import attending, devices, life, participants, seat_codes, seating
from meetings.services.devices import Comer
from meetings.services.seat_codes import Standing
from tests.counting import count_queries
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting
from tests.meetings.test_devices import code_of, refusal, show, taken
from tests.people.browsing import stranger

Browsers = Callable[[User], FlaskClient]


def printed(sitting: Sitting, person: User) -> str:
    """The code on a person's card, of a sheet that is printed now."""
    cards = seat_codes.print_cards(sitting.secretary, sitting.id)
    return next(card.code for card in cards if card.user.id == person.id)


def standing(sitting: Sitting, person: User) -> Standing:
    """How it stands with a person's card."""
    _, places = seat_codes.places(sitting.secretary, sitting.id)
    return next(place.standing for place in places if place.user.id == person.id)


def why(app: Flask, sitting: Sitting, code: str, address: str = "10.0.0.7") -> str:
    """Why a code is refused; empty where it is good."""
    try:
        with app.test_request_context():
            devices.look_at_code(sitting.id, code, Comer(address))
    except DomainError as refused:
        return refused.code
    return ""


def test_a_card_sleeps_until_the_secretary_opens_it_and_is_good_once(
    app: Flask, sitting: Sitting, trail: Callable[[], list[str]]
) -> None:
    secretary, delegate = sitting.secretary, sitting.delegate
    assert standing(sitting, delegate) is Standing.NONE
    code = printed(sitting, delegate)
    assert re.fullmatch(r"\d{8}", code)
    assert "nhờ thư ký mở mã" in refusal(show(stranger(app), sitting, code, "1"), code)
    assert seat_codes.open_codes(secretary, sitting.id, [delegate.id]) == 1
    assert (standing(sitting, delegate), standing(sitting, sitting.guest)) == (Standing.OPEN, Standing.ASLEEP)
    clock.freeze(clock.now() + devices.LASTS)
    assert why(app, sitting, code) == "device.asleep"
    seat_codes.open_codes(secretary, sitting.id, [delegate.id])
    # A code that is told for the same seat takes nothing from the card, nor the card from it.
    code_of(secretary, sitting, delegate)
    assert taken(app, sitting, code).get(f"/api/v1/meetings/{sitting.id}/snapshot").status_code == 200
    assert standing(sitting, delegate) is Standing.USED
    assert "máy khác dùng" in refusal(show(stranger(app), sitting, code, "1"), code)
    with pytest.raises(BadState, match="none_asleep"):
        seat_codes.open_codes(secretary, sitting.id, [delegate.id])
    again = printed(sitting, delegate)
    assert (why(app, sitting, code), why(app, sitting, again)) == ("device.used", "device.asleep")
    acts = [act for act in trail() if act.startswith(("meeting.seat", "meeting.device"))]
    assert acts == [
        "meeting.seat_codes_printed",
        *["meeting.seat_codes_opened"] * 2,
        "meeting.device_code_issued",
        "meeting.device_moved",
        "meeting.seat_codes_printed",
    ]


def test_whoever_is_checked_in_is_let_in_together_and_an_older_sheet_is_worth_nothing(
    app: Flask, sitting: Sitting
) -> None:
    secretary, guest = sitting.secretary, sitting.guest
    with pytest.raises(BadState, match="none_asleep"):
        seat_codes.open_codes(secretary, sitting.id)
    old = printed(sitting, guest)
    cards = {card.user.id: card.code for card in seat_codes.print_cards(secretary, sitting.id)}
    attending.set_presence(secretary, sitting.id, PresenceState.IN, person=guest.id)
    assert seat_codes.open_codes(secretary, sitting.id) == 1
    assert why(app, sitting, cards[guest.id]) == ""
    # A table full of cards that are tried too early slows nobody down; guesses do.
    early = [why(app, sitting, cards[sitting.delegate.id]) for _ in range(2 * devices.MOST_WRONG)]
    assert set(early) == {"device.asleep"}
    free = (f"{n:08d}" for n in range(100) if f"{n:08d}" not in cards.values())
    guessed = [why(app, sitting, next(free), f"10.0.1.{n}") for n in range(devices.MOST_WRONG)]
    assert set(guessed) == {"device.wrong"}
    clock.freeze(clock.now() + timedelta(seconds=10))
    assert why(app, sitting, cards[guest.id], "10.0.2.1") == "device.wrong_often"
    seat_codes.open_codes(secretary, sitting.id)
    assert why(app, sitting, cards[guest.id], "10.0.2.1") == ""
    assert why(app, sitting, old, "10.0.2.1") == "device.void"
    participants.remove_participant(secretary, sitting.id, guest.id)
    assert why(app, sitting, cards[guest.id], "10.0.2.1") == "device.removed"
    life.move_meeting(sitting.chair, sitting.id, MeetingState.ENDED, confirm=True)
    for act in (seat_codes.print_cards, seat_codes.open_codes):
        with pytest.raises(BadState):
            act(secretary, sitting.id)


def test_the_secretary_alone_has_the_list_and_the_sheet_tells_each_code_once(
    sitting: Sitting, client_of: Browsers, office: Office
) -> None:
    where = f"/meetings/{sitting.id}/seats"
    for actor in (sitting.chair, sitting.delegate):
        browser = client_of(actor)
        assert browser.get(where).status_code == 403
        for path in ("cards", "open"):
            assert browser.post(f"{where}/{path}").status_code == 403
        with pytest.raises(Forbidden, match="not_yours"):
            seat_codes.print_cards(actor, sitting.id)
    assert client_of(office.stranger).get(where).status_code == 404
    seating.take_seat(sitting.secretary, sitting.id, "A3", person=sitting.delegate.id)
    browser = client_of(sitting.secretary)
    assert "/seats" in browser.get(f"/meetings/{sitting.id}/devices").text
    sheet = unescape(browser.post(f"{where}/cards").text)
    codes = re.findall(r"<output[^>]*>(\d{4}) (\d{4})<", sheet)
    assert (len(codes), len(set(codes)), sheet.count('class="m-qr"')) == (4, 4, 4)
    assert "Ghế A3" in sheet
    with count_queries("") as few:
        shown = browser.get(where).text
    assert not [code for code in codes if "".join(code) in shown]
    unit = sitting.delegate.posts[0].unit
    for number in range(5):
        more = make_user(f"them{number}", f"Người thứ {number}", unit, "Chuyên viên")
        participants.invite(sitting.secretary, sitting.id, [more.id], PartRole.DELEGATE)
    with count_queries("") as many:
        assert "Người thứ 4" in unescape(browser.get(where).text)
    assert len(many) == len(few)
    browser.post(f"{where}/open", data={"person": sitting.delegate.id})
    assert "Đang mở đến" in unescape(browser.get(where).text)


def test_a_typed_code_of_another_length_says_how_many_digits_there_are(app: Flask, sitting: Sitting) -> None:
    with pytest.raises(Invalid, match="six_digits"), app.test_request_context():
        devices.look_at_code(sitting.id, "1234567", Comer("10.0.0.8"))
