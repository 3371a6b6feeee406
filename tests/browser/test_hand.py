"""The speed of a hand: keys from the drop to the number, keys for many rows, the help of every screen."""

import logging
import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import keys
from tests.browser.conftest import Opener, axe
from tests.browser.test_main_path import file, incoming

#: Where the help is asked for, by person.
SCREENS = {
    "vanthu": (
        "/",
        "/documents/incoming",
        "/documents/outgoing",
        "/documents/registers",
        "/search?q=báo",
        "/me",
    ),
    "chutich": ("/documents/inbox", "/tasks?tab=given", "/notices"),
    "quantri": ("/admin/people",),
}
#: Letters of elements on the page that are pressed by a key, also of acts on rows that are not chosen yet.
OWN = """() => [...document.querySelectorAll('[data-key]')]
  .filter((one) => /^[a-z]$/.test(one.dataset.key) && !one.closest('[hidden]:not([data-bulk])'))
  .map((one) => one.dataset.key)"""

log = logging.getLogger(__name__)
#: Files that were on their way before.
tried: set[str] = set()


def slowly(route: Route) -> None:
    """A file is longer on its way than the one before is read; the answer to each first try is lost."""
    time.sleep(0.4)
    key = route.request.headers["idempotency-key"]
    if key in tried:
        route.continue_()
        return
    tried.add(key)
    route.fetch()
    route.abort()


def ready(page: Page) -> None:
    """Its script has begun."""
    expect(page.locator("body[data-ready]")).to_be_attached()


def test_a_text_file_is_registered_in_twelve_keys_and_the_next_is_open_before_she_looks_up(
    open_as: Opener,
) -> None:
    clerk = open_as("vanthu.stc")
    keys.listen(clerk)
    clerk.goto("/documents/incoming/intake?drop")
    ready(clerk)
    clerk.route("**/intake/files", slowly)
    codes = ["7411/BTC-ĐT", "7412/BTC-NSNN", "7413/BTC-QLCS"]
    began = time.monotonic()
    clerk.set_input_files("#intake-files", [file(f"{n}.pdf", incoming(code)) for n, code in enumerate(codes)])
    # The first form opens by itself, once every file has arrived. Others wait on the desk; those dropped
    # stand below them in the order in which they were read.
    clerk.wait_for_url(re.compile(r"/intake/\d+$"))
    dropped = clerk.locator("#queue a", has_text=re.compile("741[123]/BTC"))
    expect(dropped).to_have_count(len(codes), timeout=60_000)
    order = sorted(codes, key=lambda code: "\n".join(dropped.all_inner_texts()).index(code))
    dropped.first.click()
    for code in order:
        # Nothing more is pressed until it is open, with the cursor in its form.
        expect(clerk.locator("#code")).to_have_value(code)
        ready(clerk)
        assert clerk.evaluate("() => document.activeElement.form?.id") == "intake-form"
        here, number = clerk.url, clerk.locator(".d-no b").inner_text()
        # Two fields are put right: a term, and one degree of urgency more.
        clerk.locator("#due_date").click()
        clerk.keyboard.type("2412")
        clerk.locator("#urgency").get_by_text("Khẩn", exact=True).click()
        if code == order[1]:
            # Without a network all stays as it was typed; the same key sends it when that is back.
            clerk.context.set_offline(True)
            clerk.keyboard.press("Control+Enter")
            expect(clerk.get_by_text("Mất kết nối tới máy chủ")).to_be_visible()
            clerk.context.set_offline(False)
        clerk.keyboard.press("Control+Enter")
        clerk.wait_for_url(lambda url, here=here: url != here)
        expect(clerk.get_by_text(f"Đã vào sổ số đến {number}")).to_be_visible()
        used = keys.pressed(clerk)
        keys.forget(clerk)
        log.info("%s: %s keys (%s), %.1f s", code, len(used), " ".join(used), time.monotonic() - began)
        assert 4 <= len(used) <= 12
        began = time.monotonic()
    clerk.goto("/documents/incoming")
    for code in codes:
        expect(clerk.locator("tr", has_text=code)).to_contain_text("24/12")


def test_forty_rows_are_put_before_a_leader_in_six_keys_and_taken_back_in_one(open_as: Opener) -> None:
    clerk = open_as("vanthu")
    keys.listen(clerk)
    clerk.goto("/documents/incoming")
    ready(clerk)
    clerk.keyboard.press("j")
    clerk.keyboard.press("x")
    clerk.locator("[data-check]").nth(39).click(modifiers=["Shift"])
    expect(clerk.locator("[data-bulk-n]")).to_have_text("40")
    clerk.keyboard.press("t")
    clerk.keyboard.press("ArrowDown")
    clerk.keyboard.press("Enter")
    clerk.wait_for_url("**bulk=*")
    used = keys.pressed(clerk)
    log.info("40 rows: %s keys (%s)", len(used), " ".join(used))
    assert 5 <= len(used) <= 6
    done = int(re.findall(r"Đã trình (\d+)", clerk.locator(".o-undo").inner_text())[0])
    refused = [line.split(":")[0].count(",") + 1 for line in clerk.locator(".d-told li").all_inner_texts()]
    assert done > 0
    assert len(refused) > 1
    assert done + sum(refused) == 40
    keys.forget(clerk)
    clerk.get_by_role("button", name="Hoàn tác").click()
    expect(clerk.locator(".d-told")).to_contain_text(f"Đã hoàn tác {done} văn bản")
    assert keys.pressed(clerk) == ["click"]


def test_the_whole_page_is_chosen_by_one_key_and_stays_so_when_the_list_is_read_again(
    open_as: Opener,
) -> None:
    clerk = open_as("vanthu")
    clerk.goto("/documents/incoming")
    ready(clerk)
    rows = clerk.locator("[data-check]").count()
    clerk.keyboard.press("a")
    expect(clerk.locator("[data-bulk-n]")).to_have_text(str(rows))
    clerk.keyboard.press("j")
    clerk.keyboard.press("x")
    expect(clerk.locator("[data-bulk-n]")).to_have_text(str(rows - 1))
    # Somebody presents one of them meanwhile: the list is read again.
    other = open_as("chanhvanphong")
    other.goto("/documents/incoming?tab=to_present")
    number = other.locator("td.so").first.inner_text()
    other.locator("[data-check]").first.check()
    other.keyboard.press("t")
    other.keyboard.press("Enter")
    other.wait_for_url("**bulk=*")
    expect(clerk.locator("tr", has=clerk.locator(f"td.so:text-is('{number}')"))).to_contain_text(
        "Chờ chỉ đạo"
    )
    expect(clerk.locator("[data-bulk-n]")).to_have_text(str(rows - 1))
    clerk.keyboard.press("Escape")
    expect(clerk.locator("[data-bulk]")).to_be_hidden()


@pytest.mark.parametrize("person", SCREENS)
def test_the_help_of_every_screen_lists_what_works_there_and_gives_the_focus_back(
    person: str, open_as: Opener
) -> None:
    page = open_as(person)
    for place in SCREENS[person]:
        page.goto(place)
        ready(page)
        opener = page.locator("a.brand")
        opener.focus()
        page.keyboard.press("?")
        sheet = page.locator("dialog#keys[open]")
        expect(sheet).to_be_visible()
        listed = sheet.locator("div:not([hidden]) > dt").all_inner_texts()
        wanted = {"Esc", "?", "/", "g b"}
        if page.locator("table[data-rows] tbody a").count():
            wanted |= {"J K", "O"}
        if page.locator("[data-check]").count():
            wanted |= {"X", "A"}
        wanted |= {text.upper() for text in page.evaluate(OWN)}
        for letter, path in (("d", "/documents/incoming"), ("i", "/documents/outgoing"), ("m", "/meetings")):
            if page.locator(f".side a[href='{path}'], .side a[href='{path}/']").count():
                wanted.add(f"g {letter}")
        assert wanted <= set(listed), (place, wanted - set(listed))
        assert set(listed) - wanted <= {"g t", "g l", "Ctrl ↵", "Alt ↓"}, (place, listed)
        page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        assert page.evaluate("() => document.activeElement.className") == "brand"


def test_the_keys_of_the_help_do_what_it_says_and_can_be_switched_off(open_as: Opener) -> None:
    page = open_as("vanthu")
    page.goto("/")
    ready(page)
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/documents/incoming")
    ready(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    row = page.locator("table[data-rows] tbody tr").first
    expect(row.locator("td.ty a")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/documents/incoming/\d+"))
    ready(page)
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/documents/outgoing")
    ready(page)
    # By the menu of the person, without a key of one sign: the focus comes back there.
    menu = page.get_by_role("button", name="Mở bảng cá nhân")
    menu.focus()
    page.keyboard.press("Enter")
    help_ = page.get_by_role("button", name=re.compile("Phím tắt"))
    help_.focus()
    page.keyboard.press("Enter")
    sheet = page.locator("dialog#keys[open]")
    expect(sheet).to_be_visible()
    assert axe(page) == []
    sheet.get_by_label("Dùng phím một chữ").uncheck()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(sheet).to_have_count(0)
    expect(menu).to_be_focused()


def test_columns_are_chosen_on_the_screen(open_as: Opener) -> None:
    clerk = open_as("vanthu")
    clerk.goto("/documents/incoming")
    ready(clerk)
    clerk.get_by_role("button", name="Cột", exact=True).click()
    panel = clerk.locator("#columns")
    expect(panel).to_be_visible()
    assert axe(clerk) == []
    panel.get_by_role("button", name="Đưa Hạn lên trước").press("Enter")
    expect(panel.get_by_role("button", name="Đưa Hạn lên trước")).to_be_focused()
    panel.get_by_role("checkbox", name="Người ký").check()
    panel.get_by_role("checkbox", name="Hạn").uncheck()
    panel.get_by_role("button", name="Áp dụng").click()
    expect(clerk.get_by_role("columnheader", name="Người ký")).to_be_visible()
    expect(clerk.get_by_role("columnheader", name="Hạn")).to_have_count(0)
    again = open_as("vanthu")
    again.goto("/documents/incoming")
    expect(again.get_by_role("columnheader", name="Người ký")).to_be_visible()
    again.get_by_role("button", name="Cột", exact=True).click()
    again.get_by_role("button", name="Về mặc định").click()
    expect(again.get_by_role("columnheader", name="Hạn")).to_be_visible()


def test_an_older_undo_cannot_be_pressed_while_a_newer_act_waits_for_its_answer(open_as: Opener) -> None:
    leader = open_as("chutich", tablet=True)
    leader.goto("/documents/inbox")
    ready(leader)
    leader.locator(".o-unit").first.tap()
    leader.locator("[data-go]").tap()
    expect(leader.locator(".o-undo")).to_be_visible()
    ready(leader)
    leader.locator(".o-unit").first.tap()
    # The answer to the second does not come; its page stays.
    leader.route("**/direct", lambda route: route.fetch() and route.abort("aborted"))
    leader.locator("[data-go]").tap()
    expect(leader.locator(".o-undo[inert]")).to_be_attached()
    # It was done all the same: whoever looks again can take back the newer one.
    leader.unroute("**/direct")
    first = leader.locator(".o-undo form").get_attribute("action")
    leader.goto("/documents/inbox")
    expect(leader.locator(".o-undo")).to_be_visible()
    assert leader.locator(".o-undo form").get_attribute("action") != first
