"""The live line of a page: given up to a newer page of its device, taken up again, ended with the session."""

import re
import time

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Opener
from tests.serving import Server


def on(page: Page) -> None:
    """Its line is up."""
    expect(page.locator("body[data-net=on]")).to_be_attached()


def test_a_third_page_of_a_device_takes_the_line_of_the_first_until_that_is_looked_at(
    open_as: Opener,
) -> None:
    first = open_as("chuyenvien")
    pages = [first, first.context.new_page(), first.context.new_page()]
    for page in pages:
        page.goto("/notices")
        on(page)
    expect(first.locator("body[data-net=off]")).to_be_attached()
    on(pages[2])
    first.evaluate("() => { window.stays = 'here'; dispatchEvent(new Event('focus')); }")
    on(first)
    expect(pages[1].locator("body[data-net=off]")).to_be_attached()
    assert first.evaluate("() => window.stays") == "here"


def test_a_page_whose_session_is_ended_elsewhere_asks_to_sign_in_and_leads_back(open_as: Opener) -> None:
    left = open_as("chuyenvien")
    left.goto("/tasks?tab=co")
    on(left)
    here = open_as("chuyenvien")
    here.goto("/me")
    here.get_by_role("button", name="Đăng xuất mọi thiết bị khác").click()
    here.locator("dialog[open] button.p").click()
    left.wait_for_url(re.compile(r"/sign-in\?next="), timeout=15_000)
    left.fill("input[name=name]", "chuyenvien")
    left.fill("input[name=password]", "matkhau-mau-2026")
    left.click("form button.p")
    left.wait_for_url(re.compile(r"/tasks\?tab=co"))
    on(here)


def test_a_line_that_is_being_let_in_is_not_asked_for_again_and_what_is_too_long_for_it_is_fetched(
    open_as: Opener,
) -> None:
    page = open_as("thuky")
    asked: list[str | bytes] = []
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))

    def slow(line: WebSocketRoute) -> None:
        """What the page says reaches the server at once; the server lets its lines in a second late."""
        server = line.connect_to_server()

        def to_server(said: str | bytes) -> None:
            asked.append(said)
            # As if the page held nothing.
            server.send(re.sub(r'"last":{"cls":\d+}', '"last":{}', str(said)))

        def to_page(said: str | bytes) -> None:
            if str(said).startswith("40/meetings"):
                page.wait_for_timeout(1000)
            line.send(re.sub(r'"state":{.*},"clients":\d+}\]$', '"k":"welcome"}]', str(said)))

        line.on_message(to_server)
        server.on_message(to_page)

    page.route_web_socket(re.compile("/socket.io/"), slow)
    page.goto("/meetings")
    page.locator("a[href$='/room']").first.click()
    page.wait_for_url("**/room")
    for _ in range(8):
        page.evaluate("() => { dispatchEvent(new Event('focus')); dispatchEvent(new Event('online')); }")
        page.wait_for_timeout(200)
    expect(page.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")
    page.wait_for_timeout(1500)
    assert [said for said in asked if str(said).startswith("40/meetings")] == ["40/meetings,"]
    assert [one for one in fetched if "/snapshot?as=" in one]


#: Remembers when the server said goodbye, and the tries to come back since.
TRIES = """
window.tries = [];
const Real = WebSocket;
WebSocket = class extends Real { constructor(...said) { super(...said); tries.push(Date.now()); } };
document.addEventListener('desk:bye', () => { tries.length = 0; window.byeAt = Date.now(); });
"""


def test_a_stop_waits_for_nobody_who_asks_over_http_and_each_line_comes_back_at_a_moment_of_its_own(
    open_as: Opener, server: Server
) -> None:
    page = open_as("thuky")
    page.add_init_script(TRIES)
    # What is fetched for later would be waited for.
    page.context.route("**/pack.json", lambda route: route.abort())
    page.goto("/meetings")
    on(page)
    room = page.locator("a[href$='/room']").first.get_attribute("href") or ""
    said: list[str] = []
    inside = page.context.new_page()
    inside.on("websocket", lambda line: line.on("framereceived", lambda frame: said.append(str(frame))))
    inside.goto(room)
    expect(inside.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")
    page.evaluate("() => { Math.random = () => 0.9; }")
    mid = room.split("/")[2]
    page.evaluate(
        """async (mid) => {
          const {v} = await (await fetch(`/api/v1/meetings/${mid}/snapshot`)).json();
          const waits = fetch(`/api/v1/meetings/${mid}/events?since=${v}&wait=25`);
          waits.then((answer) => { window.answered = answer.status; });
        }""",
        mid,
    )
    time.sleep(0.5)
    assert page.evaluate("() => window.answered") is None
    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began
    server.start()
    assert took < 10
    assert page.evaluate("() => window.answered") == 200
    on(page)
    # Of three seconds nine tenths.
    assert page.evaluate("() => tries[0] - byeAt") >= 2600
    expect(inside.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")
    byes = [frame for frame in said if '["bye"' in frame]
    assert sorted(frame.split(",")[0] for frame in byes) == ["42/desk", "42/meetings"]
    for frame in byes:
        assert '"code":"stopping","retry_ms":3000' in frame
