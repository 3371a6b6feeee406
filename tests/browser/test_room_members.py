"""The consent block is adopted in two taps, without what a member objects to."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import enter

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


def test_what_nobody_objects_to_is_adopted_in_two_taps(open_as: Opener) -> None:
    chair = enter(open_as("chutich"))
    member = enter(open_as("daibieu03", tablet=True))
    easy = ask(chair, "item.add", title="Thông qua biên bản kỳ trước", budget=5, kind="consent")["item"]
    hard = ask(chair, "item.add", title="Thông qua danh sách khen thưởng", budget=5, kind="consent")["item"]
    ask(member, "position.set", item=hard, pos="object", text="Danh sách thiếu đơn vị")
    panel = chair.locator("[data-consent-panel]")
    expect(panel).to_contain_text("Cần bàn")
    expect(panel).to_contain_text("Chưa ai phản đối")
    assert axe(chair) == []
    chair.locator("[data-consent-adopt]").click()
    chair.get_by_role("dialog").get_by_role("button", name="Thông qua 1 mục").click()
    for page in (chair, member):
        expect(page.locator(f"[data-agenda] [data-id='{easy}']")).to_contain_text("Đã xong")
        expect(page.locator(f"[data-agenda] [data-id='{hard}']")).not_to_contain_text("Đã xong")
    assert "Danh sách thiếu đơn vị" not in member.content()
