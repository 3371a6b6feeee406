"""Minutes in the browser: typed and saved, two texts side by side, a sentence becomes a task, approved."""

import re
import zipfile

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener, axe, until
from tests.browser.test_meeting_room import Chair, enter, room_of
from tests.browser.test_packs import KEPT
from tests.browser.test_room_floor import name_of
from tests.browser.test_room_taps import counted

HELD = "Phiên họp UBND tỉnh thường kỳ tháng trước"
SENTENCE = "Sở Xây dựng rà soát tiến độ từng dự án, báo cáo UBND tỉnh trước ngày 30/12."

# The letter is struck in the moment of closing, while the focus still stands in the dialog: its id.
CLOSED_AND_K = """() => {
  document.querySelector('#conclude [data-close]').click();
  const held = document.activeElement;
  held.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyK', bubbles: true }));
  return held.closest('dialog')?.id;
}"""


def minutes_of(page: Page, title: str) -> Page:
    """The minutes of a meeting that was held, by the way that people take."""
    page.goto("/meetings?tab=past")
    page.get_by_role("link", name=title).click()
    page.get_by_role("link", name="Biên bản").click()
    expect(page.get_by_role("heading", name="Biên bản", exact=True)).to_be_visible()
    return page


def test_minutes_are_typed_saved_judged_and_carried_away(open_as: Opener) -> None:
    desk = minutes_of(open_as("thuky"), HELD)
    assert axe(desk) == []
    # An anchor scrolls the page's own part; the frame with the search stays where it is.
    desk.goto(f"{desk.url}#h-end")
    expect(desk.locator("#h-end")).to_be_in_viewport()
    assert desk.evaluate("scrollY") == 0
    block = desk.locator("[data-block^='opinions:']").first
    field = block.locator("[data-ed]")
    field.fill(f"Thư ký ghi ý kiến.\n{SENTENCE}")
    expect(block.locator("[data-saved]")).to_contain_text("Đã lưu")

    # The same page elsewhere writes first: both texts are shown, a reload keeps what was typed.
    other = desk.context.new_page()
    other.goto(desk.url)
    again = other.locator(f"#{block.get_attribute('id')}")
    expect(again.locator("[data-ed]")).to_have_value(f"Thư ký ghi ý kiến.\n{SENTENCE}")
    desk.route("**/commands", lambda asked: asked.abort())
    field.fill(f"Viết khi mất mạng.\n{SENTENCE}")
    expect(block.locator("[data-saved]")).to_contain_text("giữ trên máy này")
    again.locator("[data-ed]").fill("Bản của máy khác.")
    expect(again.locator("[data-saved]")).to_contain_text("Đã lưu")
    desk.on("dialog", lambda asked: asked.accept())
    desk.reload()
    expect(block.locator("[data-theirs]")).to_have_text("Bản của máy khác.")
    expect(block.locator("[data-mine]")).to_contain_text("Viết khi mất mạng.")
    assert axe(desk) == []
    desk.unroute("**/commands")
    block.get_by_role("button", name="Giữ bản của tôi").click()
    expect(again.locator("[data-ed]")).to_have_value(f"Viết khi mất mạng.\n{SENTENCE}")
    other.close()

    # One tap on the sentence, one on the button.
    counted(desk)
    field.click(position={"x": 120, "y": 40})
    pop = block.locator("[data-pop]")
    expect(pop.locator("[data-pop-text]")).to_have_text(SENTENCE)
    expect(pop.locator("[data-pop-due]")).to_have_value(re.compile(r"^30/12/\d{4}$"))
    assert axe(desk) == []
    pop.locator("[data-pop-give]").click()
    expect(desk.get_by_text("Đã ghi, chờ chủ tọa xác nhận.")).to_be_visible()
    assert desk.evaluate("() => window.taps") == 2
    expect(desk.locator("#fresh-waiting")).to_contain_text("Sở Xây dựng rà soát")
    desk.get_by_role("button", name="Trình chủ tọa").click()
    expect(desk.get_by_text("Đang chờ chủ tọa duyệt.")).to_be_visible()

    chair = minutes_of(open_as("chutich", tablet=True), HELD)
    chair.get_by_role("button", name="Xác nhận và giao việc").tap()
    expect(chair.locator(".mn-c", has_text="rà soát tiến độ")).to_contain_text("NV-")
    chair.get_by_role("button", name="Duyệt biên bản").tap()
    chair.locator("dialog[open] .b.p, dialog[open] .b.bad").tap()
    expect(chair.get_by_text("Biên bản không sửa được nữa")).to_be_visible()
    assert axe(chair) == []
    with chair.expect_download() as coming:
        chair.get_by_role("link", name="Tải Word").tap()
    with zipfile.ZipFile(coming.value.path()) as archive:
        words = archive.read("word/document.xml").decode()
    assert "BIÊN BẢN" in words
    assert "Viết khi mất mạng." in words


def test_two_people_in_one_block_choose_between_their_words_and_lose_none(open_as: Opener) -> None:
    first = open_as("thuky")
    meeting = room_of(first).removesuffix("/room")
    first.goto(meeting)
    second = open_as("daibieu05")
    second.goto(f"{meeting}/room")
    role = first.get_by_label(f"Vai trò của {name_of(second)}", exact=True)
    with first.expect_response(lambda answer: answer.url.endswith("/role")):
        role.select_option("secretary")
    for page in (first, second):
        page.goto(f"{meeting}/minutes")

    def block(page: Page) -> Locator:
        return page.locator("[data-block=opening]")

    field, other = (block(page).locator("[data-ed]") for page in (first, second))
    field.fill("Chủ tọa khai mạc.")
    expect(block(second).locator("[data-who]")).to_contain_text("đang sửa")
    expect(other).to_have_value("Chủ tọa khai mạc.")
    # Both write on from the same words: the second one's are on the way while the first one's arrive.
    second.route("**/commands", lambda asked: asked.abort())
    other.fill("Chủ tọa khai mạc lúc 8 giờ.")
    expect(block(second).locator("[data-saved]")).to_contain_text("giữ trên máy này")
    field.fill("Chủ tọa khai mạc, đọc diễn văn.")
    field.blur()
    expect(block(first)).to_have_attribute("data-rev", "2")
    second.unroute("**/commands")
    other.blur()
    two = block(second).locator(".mn-two")
    expect(two.locator("[data-theirs]")).to_have_text("Chủ tọa khai mạc, đọc diễn văn.")
    expect(two.locator("[data-mine]")).to_have_text("Chủ tọa khai mạc lúc 8 giờ.")
    assert axe(second) == []
    two.get_by_role("button", name="Lấy bản kia").click()
    expect(other).to_have_value("Chủ tọa khai mạc, đọc diễn văn.")
    expect(two).to_have_count(0)
    # The first one writes on undisturbed, and what was given up is still to be read.
    field.fill("Chủ tọa khai mạc, đọc diễn văn. Thư ký điểm danh.")
    field.blur()
    expect(other).to_have_value("Chủ tọa khai mạc, đọc diễn văn. Thư ký điểm danh.")
    expect(block(first).locator(".mn-two")).to_have_count(0)
    second.reload()
    block(second).locator("[data-history] summary").click()
    expect(block(second).locator("[data-history-here] li")).to_have_count(5)
    expect(block(second).locator("[data-history-here]")).to_contain_text("Chủ tọa khai mạc lúc 8 giờ.")


def test_the_chair_concludes_in_the_room_and_a_doubt_is_asked(open_as: Opener) -> None:
    chair = enter(open_as("chutich"))
    chair.keyboard.press("k")
    dialog = chair.locator("#conclude")
    field = dialog.locator("[data-sentence]")
    field.fill("Giao Sở Tài chính và Sở Xây dựng lập phương án trước ngày 29/12.")
    give = dialog.locator("[data-pop-give]")
    expect(dialog.locator("[data-pop-doubt]")).to_contain_text("Hãy chọn chủ trì")
    expect(give).to_be_disabled()
    dialog.get_by_role("button", name="Sở Xây dựng", exact=True).click()
    expect(give).to_be_enabled()
    assert axe(chair) == []
    give.click()
    expect(chair.get_by_text("Đã giao việc.")).to_be_visible()
    expect(dialog.locator("[data-list]")).to_contain_text("Đã giao việc")
    # Without the network a conclusion is drafted; it is there when the network is back, after a reload too.
    chair.context.set_offline(True)
    dialog.locator("[data-close]").focus()
    assert chair.evaluate(CLOSED_AND_K) == "conclude"
    away = chair.locator("#conclude-away")
    away.locator("textarea").fill("Giao Sở Y tế báo cáo.")
    assert axe(chair) == []
    away.get_by_role("button", name="Giữ nháp").click()
    until(chair, f"async () => (await ({KEPT})()).names.some((one) => one.startsWith('concluding:'))")
    chair.context.set_offline(False)
    enter(chair)
    chair.keyboard.press("k")
    expect(field).to_have_value("Giao Sở Y tế báo cáo.")
    field.fill("")
    dialog.locator("[data-close]").click()

    # The tab of the minutes has it too, with what the secretary writes and with the breaks.
    chair.get_by_role("tab", name="Biên bản").click()
    panel = chair.locator("[data-minutes-panel]")
    expect(panel.locator("[data-list]")).to_contain_text("Đã giao việc")
    room = Chair(open_as("thuky"))
    room.ask("conclusion.give", text="Thống nhất chủ trương.", kind="conclusion")
    panel.get_by_role("button", name="Xác nhận").click()
    expect(panel.locator("[data-list] li").first).to_contain_text("Chủ tọa đã xác nhận")
    for act, said in (("meeting.pause", "Tạm nghỉ"), ("meeting.resume", "Họp tiếp")):
        room.ask(act)
        expect(panel.locator("[data-facts]")).to_contain_text(said)
    assert axe(chair) == []

    # On an upright tablet what lies under the page is chosen by tabs.
    chair.set_viewport_size({"width": 800, "height": 1280})
    expect(chair.locator("#s-queue")).to_be_visible()
    chair.get_by_role("tab", name="Chương trình").click()
    expect(chair.locator("[data-agenda] .a").first).to_be_visible()
    expect(chair.locator("#side")).to_be_hidden()
    chair.keyboard.press("k")
    expect(chair.locator("#p-concl [data-sentence]")).to_be_focused()
    expect(chair.locator("#p-concl [data-list]")).to_contain_text("Chủ tọa đã xác nhận")
    expect(chair.locator("#agenda")).to_be_hidden()
    assert axe(chair) == []
