"""What goes wrong is always answered in words that the asker can use, also when an error's own page fails."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import TimeoutError as PoolIsEmpty

from intranet.core import db, web
from intranet.core.errors import NoRoom, TooMany, Unavailable
from intranet.people.models import User
from tests.factories import Office

pytestmark = pytest.mark.pages

Browser = Callable[[User], FlaskClient]
JSON = {"Accept": "application/json"}


@pytest.fixture
def raising(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Lets the desk's view raise, in an application that answers as it does outside tests."""
    monkeypatch.setitem(app.config, "TESTING", False)

    def prepare(problem: Exception) -> None:
        def fail() -> None:
            raise problem

        monkeypatch.setitem(app.view_functions, "home.desk", web.signed_in(fail))

    return prepare


@pytest.fixture
def broken_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template of errors cannot be rendered."""

    def fail(*_: Any, **__: Any) -> str:
        raise RuntimeError("no template")

    monkeypatch.setattr(web, "render_template", fail)


def test_a_failure_is_a_page_with_the_request_id_and_nothing_of_the_error(
    office: Office, client_of: Browser, raising: Callable[[Exception], None]
) -> None:
    raising(ValueError("Lê Thị Bí Mật"))
    answer = client_of(office.clerk).get("/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert "Hệ thống gặp lỗi" in answer.text
    assert "Bí Mật" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_error_whose_own_page_fails_is_answered_in_plain_text(
    office: Office, client_of: Browser, raising: Callable[[Exception], None], broken_page: None
) -> None:
    raising(ValueError("broken"))
    answer = client_of(office.clerk).get("/")
    assert answer.status_code == 500
    assert answer.mimetype == "text/plain"
    assert "Hệ thống gặp lỗi" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_is_not_there_is_answered_though_the_database_is_not_either(
    office: Office, client_of: Browser, raising: Callable[[Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(office.clerk)

    def fail() -> None:
        raise OSError("no database")

    monkeypatch.setitem(client.application.extensions, "office_actor", fail)
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "Không có trang" in answer.text


@pytest.mark.parametrize(
    ("problem", "status", "retry"),
    [
        (Unavailable("database.busy"), 503, "5"),
        (TooMany("auth.wait", wait=17), 429, "17"),
        (NoRoom("database.full"), 507, None),
        (PoolIsEmpty(), 503, "5"),
        (OverflowError("Python int too large to convert to SQLite INTEGER"), 400, None),
    ],
)
def test_who_should_come_again_is_told_when(
    office: Office,
    client_of: Browser,
    raising: Callable[[Exception], None],
    problem: Exception,
    status: int,
    retry: str | None,
) -> None:
    raising(problem)
    for headers in ({}, JSON):
        answer = client_of(office.clerk).get("/", headers=headers)
        assert answer.status_code == status
        assert answer.headers.get("Retry-After") == retry
    assert answer.json["request"] == answer.headers["X-Request-Id"]


def test_a_refusal_without_words_still_says_something(
    office: Office, client_of: Browser, raising: Callable[[Exception], None]
) -> None:
    raising(Unavailable("no.such_code"))
    answer = client_of(office.clerk).get("/", headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (503, "no.such_code")
    assert answer.json["msg"] == "Không thực hiện được yêu cầu này."


def test_a_fragment_asked_for_without_signing_in_leads_the_whole_page_to_sign_in(
    office: Office, app: Flask
) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "http://localhost/tasks?tab=mine"}
    answer = app.test_client().get("/", headers=here)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/tasks?tab%3Dmine"


@pytest.mark.parametrize("foreign", ["http://evil.example/x", "//evil.example", "javascript:alert(1)"])
def test_where_a_fragment_comes_from_leads_nobody_to_another_host(
    office: Office, app: Flask, foreign: str
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": foreign}
    led = app.test_client().get("/", headers=headers).headers["HX-Redirect"]
    assert led.startswith("/sign-in?next=")
    assert "evil" not in led


def test_an_expired_token_says_to_load_the_page_anew(office: Office, client_of: Browser) -> None:
    client = client_of(office.clerk)
    client.csrf = "an-older-one"  # type: ignore[attr-defined]  # OfficeClient
    page = client.post("/me/theme", data={"theme": "dark"})
    assert page.status_code == 400
    assert "tải lại trang" in page.text
    told = client.post("/me/theme", data={"theme": "dark"}, headers=JSON)
    assert told.json["code"] == "auth.csrf"


def test_a_body_that_is_too_large_is_refused_in_words(
    office: Office, app: Flask, client_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    client = client_of(office.clerk)
    page = client.post("/me/theme", data={"theme": "x" * 2000})
    assert (page.status_code, "quá lớn" in page.text) == (413, True)
    told = client.post("/me/theme", data={"theme": "x" * 2000}, headers=JSON)
    assert told.json["err"] == "too_big"


def test_a_method_that_a_page_does_not_take_is_refused_with_those_it_does(
    office: Office, client_of: Browser
) -> None:
    answer = client_of(office.clerk).get("/me/theme")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_head_is_a_get_without_a_body_and_options_needs_signing_in_too(
    office: Office, app: Flask, client_of: Browser
) -> None:
    stranger = app.test_client()
    assert stranger.head("/").status_code == 302
    assert stranger.options("/").status_code == 401
    head = client_of(office.clerk).head("/")
    assert (head.status_code, head.data) == (200, b"")
    assert client_of(office.clerk).options("/").status_code == 200


@pytest.mark.parametrize("path", ["/tasks/99999999999999999999", "/tasks/2147483648"])
def test_a_number_that_no_key_can_be_is_no_address(office: Office, client_of: Browser, path: str) -> None:
    assert client_of(office.clerk).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/search?q=a%00b", "/nowhere%00"])
def test_a_word_with_a_nought_byte_is_refused(office: Office, client_of: Browser, path: str) -> None:
    assert client_of(office.clerk).get(path).status_code in {400, 404}


def test_only_a_proxy_of_ours_names_a_request(
    office: Office, app: Flask, client_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"X-Request-Id": "given-by-somebody"}
    client = client_of(office.clerk)
    assert client.get("/healthz", headers=given).headers["X-Request-Id"] != "given-by-somebody"
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], trusted_proxies=1))
    assert client.get("/healthz", headers=given).headers["X-Request-Id"] == "given-by-somebody"
    odd = {"X-Request-Id": "<script>alert(1)</script>"}
    assert "script" not in client.get("/healthz", headers=odd).headers["X-Request-Id"]


@pytest.fixture
def full(office: Office) -> Iterator[None]:
    """A database that cannot grow."""
    engine = db.database().writer
    with db.unit_of_work() as session:
        if db.database().is_sqlite:
            pages = session.scalar(text("PRAGMA page_count"))
            session.execute(text(f"PRAGMA max_page_count={pages}"))
    yield
    engine.dispose()


def test_a_full_disk_is_told_as_one_and_nothing_is_half_written(office: Office, full: None) -> None:
    def fill() -> None:
        with db.unit_of_work() as session:
            session.get_one(User, office.clerk.id).theme = "dark"
            if not db.database().is_sqlite:
                session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"))
            session.execute(text("CREATE TABLE filling (x text)"))
            session.execute(text("INSERT INTO filling VALUES (:x)"), {"x": "x" * 200_000})

    with pytest.raises(NoRoom):
        fill()
    assert office.clerk.theme == "light"
    assert db.session().scalars(select(User.theme).distinct()).all() == ["light"]


def test_what_browsers_may_keep_is_told_also_when_nothing_has_changed(
    office: Office, app: Flask, client_of: Browser
) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("app.css")  # type: ignore[operator]
    client = client_of(office.clerk)
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    for answer in (first, again, client.get(address, headers={"Range": "bytes=0-9"})):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        answer.close()
