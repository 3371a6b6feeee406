"""What every page shares: who may come in, what foreign requests meet, what a refusal looks like."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.people.models import User
from tests.factories import Office

pytestmark = pytest.mark.pages

Browser = Callable[[User], FlaskClient]


def test_a_stranger_is_led_to_the_sign_in_page_and_back(office: Office, app: Flask) -> None:
    answer = app.test_client().get("/tasks?tab=mine")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/tasks?tab%3Dmine"


def test_a_stranger_who_is_a_program_gets_a_401_in_json(office: Office, app: Flask) -> None:
    answer = app.test_client().get("/", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["err"] == "unauth"
    assert answer.json["request"] == answer.headers["X-Request-Id"]


def test_a_page_that_is_not_there_says_so_with_the_request_id(office: Office, client_of: Browser) -> None:
    answer = client_of(office.clerk).get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["X-Request-Id"] in answer.text
    assert "Không có trang" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_an_unsafe_request_from_elsewhere_is_refused(
    office: Office, client_of: Browser, headers: dict[str, str]
) -> None:
    assert (
        client_of(office.clerk).post("/me/theme", data={"theme": "dark"}, headers=headers).status_code == 403
    )


def test_an_unsafe_request_without_its_token_is_refused(office: Office, client_of: Browser) -> None:
    client = client_of(office.clerk)
    client.csrf = ""  # type: ignore[attr-defined]  # OfficeClient
    assert client.post("/me/theme", data={"theme": "dark"}).status_code == 400


def test_a_role_that_lacks_the_permit_is_refused(office: Office, client_of: Browser) -> None:
    assert client_of(office.officer).get("/admin/people").status_code == 403
    assert client_of(office.admin).get("/admin/people").status_code == 200


def test_a_host_that_is_not_ours_is_refused(office: Office, app: Flask) -> None:
    assert app.test_client().get("/sign-in", base_url="http://evil.example").status_code == 400


@pytest.mark.parametrize("path", ["/", "/nowhere", "/sign-in", "/healthz"])
def test_every_kind_of_answer_carries_the_headers(office: Office, client_of: Browser, path: str) -> None:
    headers = client_of(office.clerk).get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "'unsafe-inline'" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Werkzeug" not in headers.get("Server", "")


def test_built_assets_may_be_kept_for_ever(office: Office, app: Flask) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("app.css")  # type: ignore[operator]
    answer = app.test_client().get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    answer.close()


def test_an_unchanged_session_writes_nothing(office: Office, client_of: Browser) -> None:
    client = client_of(office.clerk)
    assert "Set-Cookie" not in client.get("/").headers
