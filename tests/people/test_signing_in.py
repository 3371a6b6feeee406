"""Coming in: who may, how often one may try, and what a stranger learns."""

import re
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask

from intranet.core import clock, db
from intranet.people import passwords, proof, throttle
from intranet.people.models import User
from intranet.people.sessions import SessionRow
from intranet.records import audit
from tests.counting import count_queries
from tests.factories import Office
from tests.people.browsing import PASSWORD, cookie, give_password, send, sign_in, stranger


def test_the_right_password_opens_the_desk(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    browser = stranger(app)
    answer = sign_in(browser, " VanThu ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    page = browser.get("/me")
    assert "Lê Thị Hồng Nhung" in page.text
    assert [line.act for line in audit.history(office.clerk.ref)] == ["session.started"]


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)

    def answer(name: str) -> tuple[int, str]:
        got = sign_in(stranger(app), name, "mật khẩu nào đó không đúng")
        words = got.text.split('<form class="o-si-form"')[1].split("</form>")[0]
        words = re.sub(r'(name="(?:csrf_token|once)"[^>]*value=)"[^"]*"', r"\1", words)
        return got.status_code, words.replace(name, "")

    assert answer("vanthu") == answer("khongco")


def test_an_unknown_name_is_as_much_work_as_a_wrong_password(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_password(app, office.clerk)
    compared: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> Literal[True]:
        compared.append(str(stored))
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    for name in ("vanthu", "khongco"):
        assert sign_in(stranger(app), name, "không đúng").status_code == 422
    known, unknown = compared
    assert known == office.clerk.password_hash != unknown
    assert extract_parameters(known) == extract_parameters(unknown)


def test_a_disabled_person_is_refused_like_a_wrong_password(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    with db.unit_of_work() as session:
        session.get_one(User, office.clerk.id).is_active = False
    assert "chưa đúng" in sign_in(stranger(app), "vanthu").text


def test_the_sixth_wrong_try_has_to_wait_and_the_wait_grows(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    browser = stranger(app)
    for _ in range(5):
        assert sign_in(browser, "vanthu", "sai").status_code == 422
    held = sign_in(browser, "vanthu", PASSWORD)
    assert held.status_code == 429
    assert "Hãy chờ" in held.text
    clock.advance(timedelta(seconds=1.1))
    assert sign_in(browser, "vanthu", "sai").status_code == 422
    clock.advance(timedelta(seconds=1.1))
    assert sign_in(browser, "vanthu", PASSWORD).status_code == 429
    clock.advance(timedelta(seconds=1.1))
    assert sign_in(browser, "vanthu", PASSWORD).status_code == 302


def test_waits_double_up_to_a_minute() -> None:
    assert [throttle.wait_after(n).total_seconds() for n in (1, 4, 5, 6, 7, 11, 50)] == [
        0,
        0,
        1,
        2,
        4,
        60,
        60,
    ]


def test_built_files_ask_the_database_nothing(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    browser = stranger(app)
    sign_in(browser, "vanthu")
    built = re.search(r'/static/dist/app-[^"]+\.css', browser.get("/me").text)
    assert built is not None
    with count_queries() as sent:
        answer = browser.get(built[0])
    assert (answer.status_code, sent) == (200, [])
    assert browser.get("/me").status_code == 200


def test_names_that_do_not_exist_are_slowed_alike(app: Flask, office: Office) -> None:
    answers = [sign_in(stranger(app), "khongco", "sai").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_somebody_elses_tries_do_not_lock_the_owner_out_of_a_known_device(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    own = stranger(app)
    sign_in(own, "vanthu")
    send(own, "/me", x="")  # the page's own sign-out form
    own.delete_cookie("sid")
    for _ in range(6):
        sign_in(stranger(app), "vanthu", "đoán mò")
    assert sign_in(stranger(app), "vanthu").status_code == 429
    assert sign_in(own, "vanthu").status_code == 302


def test_after_a_hundred_wrong_tries_only_an_administrator_helps(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    key = throttle.name_key("vanthu")
    for _ in range(throttle.MOST_TRIES):
        throttle.claim(key)
        clock.advance(timedelta(seconds=61))
    locked = sign_in(stranger(app), "vanthu")
    assert (locked.status_code, "tạm khóa" in locked.text) == (429, True)
    with db.unit_of_work():
        throttle.clear(key)
    assert sign_in(stranger(app), "vanthu").status_code == 302


@pytest.mark.parametrize(
    ("given", "led_to"),
    [
        ("/documents/incoming/41?tab=2", "/documents/incoming/41?tab=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-out", "/"),
    ],
)
def test_after_sign_in_one_is_led_to_a_page_of_ours_only(
    app: Flask, office: Office, given: str, led_to: str
) -> None:
    give_password(app, office.clerk)
    assert sign_in(stranger(app), "vanthu", next=given).headers["Location"] == led_to


def test_a_session_known_before_sign_in_opens_nothing_after_it(app: Flask, office: Office) -> None:
    give_password(app, office.clerk, office.leader)
    browser = stranger(app)
    sign_in(browser, "vanthu")
    first = cookie(browser)
    send(browser, "/me", x="")
    browser.set_cookie("sid", "chosen-by-somebody-else")
    sign_in(browser, "chutich")
    assert cookie(browser) not in {first, "chosen-by-somebody-else", None}
    planted = stranger(app)
    planted.set_cookie("sid", "chosen-by-somebody-else")
    assert planted.get("/me", headers={"Accept": "application/json"}).status_code == 401


def test_the_table_of_sessions_does_not_hold_what_opens_them(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    browser = stranger(app)
    sign_in(browser, "vanthu")
    row = db.session().query(SessionRow).one()
    assert cookie(browser) not in {row.token_hash, row.public_id}
    assert len(row.token_hash) == 64


def test_the_cookie_is_out_of_reach_of_script_and_foreign_pages(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    answer = sign_in(stranger(app), "vanthu")
    mine = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("sid="))
    assert "HttpOnly" in mine
    assert "SameSite=Lax" in mine
    assert "Path=/" in mine


def test_signing_out_ends_the_session_and_clears_the_browser(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    browser = stranger(app)
    sign_in(browser, "vanthu")
    token = cookie(browser)
    page = browser.get("/me")
    browser.csrf = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = browser.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    again = stranger(app)
    again.set_cookie("sid", token or "")
    assert again.get("/me").status_code == 302


def test_a_hash_with_smaller_parameters_is_made_anew_at_sign_in(app: Flask, office: Office) -> None:
    weak = "$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQ$"
    from_outside = _weaker_hash()
    assert from_outside.startswith(weak[:20])
    with db.unit_of_work() as session:
        session.get_one(User, office.clerk.id).password_hash = from_outside
    assert sign_in(stranger(app), "vanthu").status_code == 302
    assert "m=64" in (office.clerk.password_hash or "")


def _weaker_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(PASSWORD)


def test_a_crowd_at_the_door_is_told_to_come_back_with_the_form_kept(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_password(app, office.clerk)
    monkeypatch.setattr(passwords._Queue, "waiting", 52)
    for _ in range(6):
        answer = sign_in(stranger(app), "vanthu")
        assert (answer.status_code, "nhiều người đăng nhập" in answer.text) == (503, True)
        assert 'value="vanthu"' in answer.text
    monkeypatch.setattr(passwords._Queue, "waiting", 0)
    assert sign_in(stranger(app), "vanthu").status_code == 302


def test_accounts_of_the_sample_office_are_shown_in_sample_mode_only(app: Flask, office: Office) -> None:
    assert "data-trial" not in stranger(app).get("/sign-in").text


def test_an_address_that_tries_many_names_has_a_small_work_to_do_and_is_never_shut_out(
    app: Flask, office: Office
) -> None:
    give_password(app, office.clerk, office.officer)
    known = stranger(app)
    sign_in(known, office.clerk.name)
    known.delete_cookie("sid")
    for number in range(throttle.NAMES_PER_ADDRESS):
        throttle.note_name("127.0.0.1", f"ten{number}")
    asked = sign_in(stranger(app), office.officer.name)
    assert (asked.status_code, "tên đăng nhập khác nhau" in asked.text) == (429, True)
    question = re.search(r'data-work="([^"]+)"', asked.text)
    assert question is not None
    worked = next(one for n in range(10**7) if proof.is_work(one := f"{question[1]}:{n}"))
    assert sign_in(stranger(app), office.officer.name, proof=f"{question[1]}:1x").status_code == 429
    assert sign_in(stranger(app), office.officer.name, proof=worked).status_code == 302
    assert sign_in(stranger(app), office.officer.name, proof=worked).status_code == 429
    assert sign_in(known, office.clerk.name).status_code == 302
    clock.advance(timedelta(seconds=61))
    assert sign_in(stranger(app), office.officer.name).status_code == 302


def test_wrong_passwords_of_one_name_ask_its_neighbours_for_no_work(app: Flask, office: Office) -> None:
    for _ in range(throttle.NAMES_PER_ADDRESS + 1):
        throttle.note_name("127.0.0.1", "vanthu")
    assert not throttle.tries_many_names("127.0.0.1")
    assert sign_in(stranger(app), "khongco", "sai").status_code == 422
