"""The consent block is adopted in two taps, without what a member objects to."""

import sqlite3
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import enter
from tests.serving import Server

#: Sends a command over HTTP, as a tablet does whose socket is blocked.
ASK = """async ([t, d]) => {
  const mid = JSON.parse(document.querySelector('#room').dataset.welcome).state.mid;
  const token = document.querySelector('meta[name=csrf-token]').content;
  const body = JSON.stringify({ k: 'cmd', cid: crypto.randomUUID(), t, d: { mid, ...d } });
  const headers = { 'content-type': 'application/json', 'x-csrftoken': token };
  return (await fetch(`/api/v1/meetings/${mid}/commands`, { method: 'POST', headers, body })).json();
}"""


def ask(page: Page, name: str, **d: Any) -> dict[str, Any]:
    """Ask the room for something; it must agree."""
    answer: dict[str, Any] = page.evaluate(ASK, [name, d])
    assert answer["ok"], answer
    return answer


def plan(server: Server, chair: Page, title: str) -> int:
    """An item of the consent block as if planned before the sitting; pages see it when they enter."""
    item: int = ask(chair, "item.add", title=title, budget=5, kind="consent")["item"]
    with sqlite3.connect(server.data / "office.sqlite3") as opened:
        opened.execute("update agenda_item set late_at = null where id = ?", (item,))
    return item


def object_to(member: Page, item: int, words: str) -> None:
    """A member objects in the room: a refusal stands beside the words, another page of theirs shows it."""
    other = member.context.new_page()
    other.goto(member.url)
    for page in (member, other):
        page.locator("[data-sheet=agenda]").click()
        page.locator(f"[data-key='item-{item}']").click()
    member.locator(f"[data-key='stand-{item}']").click()
    card = member.get_by_role("dialog")
    card.get_by_label("Không đồng ý").check()
    card.get_by_role("button", name="Gửi ý kiến").click()
    expect(card.get_by_role("alert")).to_have_text("Hãy ghi ý kiến.")
    assert axe(member) == []
    card.get_by_label("Nội dung ý kiến").fill(words)
    card.get_by_role("button", name="Gửi ý kiến").click()
    for page in (member, other):
        expect(page.locator(f"[data-key='stand-{item}']")).to_have_text("Ý kiến của tôi: không đồng ý")
    other.close()


def test_what_nobody_objects_to_is_adopted_in_two_taps(open_as: Opener, server: Server) -> None:
    chair = enter(open_as("chutich"))
    easy = plan(server, chair, "Thông qua biên bản kỳ trước")
    hard = plan(server, chair, "Thông qua danh sách khen thưởng")
    late = ask(chair, "item.add", title="Thông qua việc vừa bổ sung", budget=5, kind="consent")["item"]
    chair.reload()
    member = enter(open_as("daibieu03", tablet=True))
    object_to(member, hard, "Danh sách thiếu đơn vị")
    panel = chair.locator("[data-consent-panel]")
    expect(panel).to_contain_text("Cần bàn")
    expect(panel).to_contain_text("Chưa ai phản đối")
    expect(panel).to_contain_text("Mục bổ sung, chưa cho ý kiến")
    assert axe(chair) == []
    chair.locator("[data-consent-adopt]").click()
    chair.get_by_role("dialog").get_by_role("button", name="Thông qua 1 mục").click()
    for page in (chair, member):
        expect(page.locator(f"[data-agenda] [data-id='{easy}']")).to_contain_text("Đã xong")
        for item in (hard, late):
            expect(page.locator(f"[data-agenda] [data-id='{item}']")).not_to_contain_text("Đã xong")
    assert "Danh sách thiếu đơn vị" not in member.content()
