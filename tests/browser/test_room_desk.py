"""What stands by whoever runs the room: taking back, the list of commands, keys, the running minutes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import Chair, enter
from tests.browser.test_room_floor import clear_floor, name_of
from tests.browser.test_room_members import ask


@pytest.fixture
def chair(open_as: Opener) -> Page:
    """The chair at his desk."""
    return enter(open_as("chutich"))


@pytest.fixture
def desk(open_as: Opener) -> Page:
    """The secretary at her console."""
    return enter(open_as("thuky"))


def on_floor(page: Page) -> str:
    """The item on the floor."""
    return page.locator("[data-agenda] .a.now b").inner_text()


def wait_for_speech(member: Page) -> None:
    """Ask to speak."""
    member.locator("[data-ask]").click()
    expect(member.locator("[data-ask]")).to_have_attribute("aria-pressed", "true")


def begin(page: Page, title: str) -> None:
    """Put this item on the floor, whatever it was before."""
    row = page.locator("[data-agenda] li", has_text=title)
    row.locator("button.a").click()
    row.locator(".m-start").click()
    reason, floor = page.locator("#again-r:visible"), page.locator("[data-agenda] .a.now b", has_text=title)
    expect(reason.or_(floor)).to_be_visible()
    if reason.count():
        reason.fill("Đại biểu đề nghị bàn lại")
        page.locator("#again button.p").click()
    expect(page.locator("[data-agenda] .a.now b")).to_have_text(title)


def test_the_next_item_is_begun_at_once_and_taken_back_with_one_press(chair: Page, open_as: Opener) -> None:
    member = enter(open_as("daibieu05"))
    before = on_floor(member)
    chair.locator("[data-do=next]").click()
    expect(member.locator("[data-agenda] .a.now b")).not_to_have_text(before)
    bar = chair.locator("[data-undo-bar]")
    expect(bar).to_contain_text("Đang bàn mục")
    assert axe(chair) == []
    bar.get_by_role("button", name="Hoàn tác").click()
    expect(bar).to_be_hidden()
    for page in (member, chair):
        expect(page.locator("[data-agenda] .a.now b")).to_have_text(before)
    chair.locator("[data-do=next]").click()
    expect(bar).to_be_visible()
    expect(bar).to_be_hidden(timeout=8_000)
    expect(member.locator("[data-agenda] .a.now b")).not_to_have_text(before)
    # Whoever came while nothing was there to read sees the first paper of the item that begins.
    now = on_floor(chair)
    begin(chair, "Thông qua chương trình phiên họp")
    enter(chair)
    expect(chair.locator("[data-none]")).to_be_visible()
    begin(chair, "Báo cáo kinh tế - xã hội tháng này")
    expect(chair.locator("[data-none]")).to_be_hidden()
    name = chair.locator(".docs a[aria-current] span")
    expect(name).to_have_attribute("title", "Báo cáo kinh tế - xã hội")
    # On a small screen every pen is in reach, and what is pressed is large enough.
    chair.set_viewport_size({"width": 1280, "height": 800})
    box, doc = chair.locator("[data-tools]").bounding_box(), chair.locator("#doc").bounding_box()
    assert box
    assert doc
    assert doc["y"] <= box["y"]
    assert box["y"] + box["height"] <= doc["y"] + doc["height"]
    small = "all => all.filter(one => one.offsetHeight && one.offsetHeight < 44).map(one => one.outerHTML)"
    assert chair.locator(".m-speech .b, .rh .b, .tools .b").evaluate_all(small) == []
    begin(chair, now)

    # A delegate's agenda stays narrow where it was folded; a press on an item opens it.
    rail, agenda = member.locator("[data-rail]"), member.locator("#agenda")
    rail.click()
    enter(member)
    assert (agenda.bounding_box() or {})["width"] == 64
    assert axe(member) == []
    member.locator("[data-agenda] .a").first.click()
    expect(rail).to_have_attribute("aria-pressed", "false")
    assert (agenda.bounding_box() or {})["width"] == 300


@pytest.mark.parametrize(("act", "said"), [("next", "Đang bàn mục"), ("item.suspend", "tạm gác")])
def test_the_secretary_takes_back_what_happened_to_the_item_on_the_floor(
    desk: Page, open_as: Opener, act: str, said: str
) -> None:
    member = enter(open_as("daibieu05"))
    before, since = on_floor(member), desk.locator(".a.now small").first.inner_text()
    desk.locator("#t-run").click()
    desk.locator(f"[data-do='{act}']").click()
    expect(desk.locator("[data-undo-bar]")).to_contain_text(said)
    expect(member.locator("[data-agenda] .a.now", has_text=before)).to_have_count(0)
    desk.locator("[data-undo-do]").click()
    expect(member.locator("[data-agenda] .a.now b")).to_have_text(before)
    expect(desk.locator(".a.now small").first).to_have_text(since)
    expect(desk.locator(".o-toast.warn")).to_have_count(0)


def test_whoever_was_called_by_mistake_waits_again_in_the_same_place(chair: Page, open_as: Opener) -> None:
    first, second = enter(open_as("daibieu05")), enter(open_as("daibieu06"))
    names = [name_of(page) for page in (first, second)]
    clear_floor(chair)
    for page in (first, second):
        wait_for_speech(page)
    expect(chair.locator("[data-queue] .qr")).to_have_count(2)
    chair.locator("[data-do=call]").click()
    expect(chair.locator(".spk [data-speech-name]")).to_have_text(names[0])
    chair.locator("[data-do=call]").click()
    expect(chair.locator(".spk [data-speech-name]")).to_have_text(names[1])
    chair.locator("[data-undo-do]").click()
    # Five commands, one after the other's answer.
    expect(chair.locator(".spk [data-speech-name]")).to_have_text(names[0], timeout=15_000)
    expect(chair.locator("[data-queue] .qr .t0")).to_have_text([names[1]])
    expect(first.locator("[data-clock]").first).to_have_text(re.compile(r"04:\d\d"))
    chair.locator("[data-speech-do=end]").click()
    expect(chair.locator("[data-undo-bar]")).to_be_hidden()
    ask(second, "queue.withdraw", rq=int(chair.locator("[data-rq]").get_attribute("data-rq") or 0))
    expect(chair.locator("[data-queue] .qr")).to_have_count(0)


def test_ctrl_k_finds_what_can_be_done_without_the_marks_of_letters(desk: Page) -> None:
    desk.locator("[data-do=pause]").focus()
    desk.keyboard.press("Control+k")
    field = desk.get_by_role("combobox", name="Tìm lệnh, mục họp, người dự, tài liệu")
    expect(field).to_be_focused()
    assert axe(desk) == []
    field.fill("thong bao trong")
    expect(desk.locator("[data-palette-list] li")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator("#notice")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Control+k")
    options = desk.locator("[data-palette-list] li")
    desk.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "pl-1")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.fill("không có lệnh này")
    expect(desk.locator("[data-palette-none]")).to_have_text("Không có gì khớp.")
    desk.keyboard.press("Enter")
    expect(field).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-do=pause]")).to_be_focused()


def test_a_person_found_by_name_is_corrected(desk: Page) -> None:
    name = desk.locator("[data-people] .t0").nth(4).text_content() or ""
    desk.keyboard.press("Control+k")
    desk.locator("[data-palette]").fill(name)
    desk.locator("[data-palette-list] li", has_text=name).last.click()
    expect(desk.get_by_role("heading", name=name)).to_be_visible()
    desk.keyboard.press("Escape")


def test_letters_are_shown_by_a_question_mark_and_b_darkens_the_screen(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Phím tắt")).to_contain_text("Mời người tiếp theo phát biểu")
    assert axe(desk) == []
    desk.keyboard.press("b")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog", name="Phím tắt")).to_be_hidden()
    expect(desk.locator("[data-blank]")).to_have_attribute("aria-pressed", "false")
    desk.keyboard.press("b")
    expect(desk.locator("[data-blank]")).to_have_attribute("aria-pressed", "true")
    desk.keyboard.press("b")
    expect(desk.locator("[data-blank]")).to_have_attribute("aria-pressed", "false")
    desk.locator("[data-arrange]").click()
    before = on_floor(desk)
    desk.locator("#add-t").press_sequentially("nbsv")
    expect(desk.locator("#add-t")).to_have_value("nbsv")
    assert on_floor(desk) == before
    expect(desk.locator("[data-blank]")).to_have_attribute("aria-pressed", "false")


def test_the_secretary_reads_and_prints_what_has_happened(desk: Page) -> None:
    expect(desk.locator("[data-minutes-panel]")).to_be_hidden()
    desk.get_by_role("tab", name="Biên bản").click()
    facts = desk.locator("[data-facts]")
    expect(facts).to_contain_text("Bắt đầu họp")
    expect(facts.locator("section.now")).to_contain_text(on_floor(desk))
    expect(facts.locator("section", has_text="Thành viên có mặt")).to_contain_text("có mặt")
    past = facts.locator("section", has_text="Mục 2.")
    for part in ("Bắt đầu bàn", "Trịnh Thị Mai Lan phát biểu", "03:53", "Đã xong"):
        expect(past).to_contain_text(part)
    expect(desk.locator("#doc")).to_be_hidden()
    # The summary of what is on the floor is typed here; one that cannot be saved stays, whatever item comes.
    summary = desk.locator("[data-summary]")
    expect(summary.get_by_role("heading")).to_contain_text("Tóm tắt mục")
    first = summary.get_by_role("heading").inner_text()
    summary.locator("[data-ed]").fill("Sở Tài chính giải trình.")
    expect(summary.locator("[data-saved]")).to_contain_text("Đã lưu")
    desk.route("**/commands", lambda asked: asked.abort())
    summary.locator("[data-ed]").fill("Sở Tài chính giải trình thêm.")
    expect(summary.locator("[data-saved]")).to_contain_text("giữ trên máy này")
    rows = desk.locator("[data-agenda] li")
    was = int(rows.filter(has=desk.locator(".a.now")).get_attribute("data-id") or 0)
    now = int(desk.locator("[data-agenda] li.m-planned").first.get_attribute("data-id") or 0)
    Chair(desk).ask("item.start", item=now, expect=was, outcome="suspended")
    expect(summary.locator("[data-sum-next]")).to_be_visible()
    expect(summary.get_by_role("heading")).to_have_text(first)
    desk.unroute("**/commands")
    summary.locator("[data-sum-next]").click()
    expect(summary.get_by_role("heading")).not_to_have_text(first)
    desk.locator("#t-min").focus()
    Chair(desk).ask("item.start", item=was, expect=now, outcome="suspended")
    expect(summary.get_by_role("heading")).to_have_text(first)
    expect(summary.locator("[data-ed]")).to_have_value("Sở Tài chính giải trình thêm.")
    assert axe(desk) == []
    desk.emulate_media(media="print")
    expect(facts).to_be_visible()
    for part in (".agenda", ".side0", ".rh", ".acts", "[data-print]"):
        expect(desk.locator(part).first).to_be_hidden()
    desk.emulate_media(media="screen")
    desk.get_by_role("tab", name="Biên bản").focus()
    for name, panel in (("Biểu quyết", "#p-vote"), ("Kết luận", "#p-concl"), ("Trình chiếu", "#doc")):
        desk.keyboard.press("ArrowRight")
        expect(desk.get_by_role("tab", name=name)).to_be_focused()
        expect(desk.locator(panel)).to_be_visible()
    expect(desk.locator("[data-minutes-panel]")).to_be_hidden()
    # A letter brings its tab forward.
    desk.keyboard.press("k")
    expect(desk.locator("#p-concl [data-sentence]")).to_be_focused()
    assert axe(desk) == []
    desk.keyboard.press("Alt+v")
    expect(desk.locator("#t-vote")).to_have_attribute("aria-selected", "true")
    expect(desk.locator("#vote-edit, #vote-open").locator("visible=true")).to_have_count(1)
    desk.keyboard.press("Escape")
    assert axe(desk) == []


def test_of_a_sitting_that_is_over_the_secretary_comes_to_the_minutes(desk: Page) -> None:
    desk.goto(desk.url.split("/meetings/")[0] + "/meetings?tab=past")
    desk.get_by_role("link", name="Phiên họp UBND tỉnh thường kỳ tháng trước").click()
    desk.get_by_role("link", name="Xem lại phòng họp").click()
    facts = desk.locator("[data-facts]")
    expect(facts).to_contain_text("Kết thúc họp")
    expect(facts.locator("section", has_text="Mục 3.")).to_contain_text("Tán thành 16/22 thành viên")
    expect(facts.locator("section", has_text="Thành viên có mặt")).to_contain_text("đến muộn")
    expect(facts.locator("section", has_text="Thành viên có mặt")).not_to_contain_text("vắng")
    # What came by itself took no focus, and what the server would refuse is not offered.
    expect(desk.get_by_role("tab", name="Biên bản")).not_to_be_focused()
    refused = ("do=vote", "do=next", "vp-new", "queue-lock", "arrange", "dialog=notice", "dialog=timer")
    for name in refused:
        expect(desk.locator(f"[data-{name}]")).to_be_disabled()
    assert axe(desk) == []
