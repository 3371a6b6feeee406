"""The desk as its people have it: figures that follow, fields in full, targets for a finger."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

#: Pages with everything that is pressed on a desk, by who sees most of it.
PLACES = {
    "vanthu": (
        "/",
        "/documents/incoming/intake",
        "/documents/incoming",
        "/documents/outgoing",
        "/documents/registers",
        "/documents/numbers",
        "/exports/",
        "/search?q=báo+cáo",
    ),
    "chutich": ("/", "/documents/inbox", "/documents/signing", "/tasks?tab=given"),
    "quantri": ("/admin/agencies", "/admin/people", "/documents/registers/settings"),
}

#: What is pressed and smaller than 44 px. A target may reach beyond its own box, or be the label around it.
SMALL = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((one) => one.type !== 'hidden' && !one.closest('[hidden], .vh, .skip, .ts-wrapper'))
  .filter((one) => !one.closest('[popover]:not(:popover-open), dialog:not([open])'))
  .filter((one) => !one.matches('.ts-hidden-accessible'))
  .map((one) => [one, one.closest('label') ?? one])
  .filter(([one, target]) => {
    const { width, height } = target.getBoundingClientRect(), after = getComputedStyle(one, '::after');
    const reach = after.position === 'absolute' && after.content !== 'none';
    const w = Math.max(width, reach ? parseFloat(after.width) : 0);
    const h = Math.max(height, reach ? parseFloat(after.height) : 0);
    const isText = getComputedStyle(one).display === 'inline' && one.closest('p');
    return width && height && !isText && (w < 43.5 || h < 43.5);
  })
  .map(([one]) => `${one.tagName} ${one.textContent.trim() || one.name} ${one.className}`)"""

#: Selects that show less than the words chosen.
CLIPPED = """() => [...document.querySelectorAll('#intake-form select.in')].filter((one) => {
  const style = getComputedStyle(one), pen = document.createElement('canvas').getContext('2d');
  pen.font = style.font;
  const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(one.selectedOptions[0].text).width > room + 1;
}).map((one) => one.name)"""


def figure(page: Page, words: str) -> int:
    """The number over some words at the head of the desk."""
    return int(page.locator(".kp a", has_text=words).locator("b").inner_text())


def test_figures_on_the_desk_and_in_the_menu_follow_what_happens_elsewhere(open_as: Opener) -> None:
    desk, elsewhere, board = open_as("vanthu"), open_as("vanthu"), open_as("vanthu")
    desk.goto("/")
    board.goto("/boards/clerk")
    counted = board.locator(".bd-k a", has_text="Chưa trình").locator("b")
    waiting = int(counted.inner_text())
    before = figure(desk, "Chờ trình")
    entry = desk.locator("nav.side a", has_text="Văn bản đến").locator(".n")
    expect(entry).to_have_text(str(before))
    elsewhere.goto("/documents/incoming?tab=to_present")
    elsewhere.locator("td.ty a").first.click()
    elsewhere.wait_for_url("**/documents/incoming/*")
    expect(elsewhere.locator("body[data-ready]")).to_be_attached()
    elsewhere.get_by_role("button", name="Trình lãnh đạo").click()
    elsewhere.locator("dialog[open]").get_by_role("button", name="Trình", exact=True).click()
    expect(elsewhere.locator("#strip")).to_contain_text("Chờ chỉ đạo")
    expect(desk.locator(".kp a", has_text="Chờ trình").locator("b")).to_have_text(str(before - 1))
    expect(entry).to_have_text(str(before - 1))
    # A board brings its own script: read again with its page, it is still taken in.
    expect(counted).to_have_text(str(waiting - 1))
    expect(board.locator(".bd-plot canvas").first).to_be_visible()


def test_the_form_of_what_comes_in_shows_what_its_fields_hold(open_as: Opener) -> None:
    clerk = open_as("vanthu")
    clerk.goto("/documents/incoming/intake")
    subject = clerk.locator("textarea#subject")
    box = subject.bounding_box()
    assert box is not None
    assert box["height"] >= 50
    assert clerk.evaluate(CLIPPED) == []


@pytest.mark.parametrize("person", PLACES)
def test_every_target_on_a_tablet_is_large_enough_for_a_finger(person: str, open_as: Opener) -> None:
    page = open_as(person, tablet=True)
    small = {}
    for place in PLACES[person]:
        page.goto(place)
        expect(page.locator("body[data-ready]")).to_be_attached()
        found = page.evaluate(SMALL)
        if found:
            small[place] = found
    assert small == {}


#: A folder is dropped on the desk: two papers, one of them in a folder of its own, and a picture.
DROP_FOLDER = """() => {
  const file = (name) => ({ name, isDirectory: false, file: (give) => give(new File(['%PDF-1.4'], name)) });
  const folder = (name, inside) => ({ name, isDirectory: true, createReader() {
    const rest = [inside, []];
    return { readEntries: (give) => give(rest.shift()) };
  } });
  const whole = folder('lo-sang', [file('10.pdf'), folder('them', [file('2.pdf')]), file('anh.gif')]);
  const event = new Event('drop', { bubbles: true, cancelable: true });
  event.dataTransfer = { files: [], items: [{ webkitGetAsEntry: () => whole }] };
  document.querySelector('[data-drop]').dispatchEvent(event);
}"""


def test_a_folder_is_dropped_whole_and_each_of_its_papers_tells_how_far_it_is(open_as: Opener) -> None:
    clerk = open_as("vanthu")
    clerk.goto("/documents/incoming/intake")
    expect(clerk.locator("body[data-ready]")).to_be_attached()
    clerk.evaluate(DROP_FOLDER)
    expect(clerk.locator("[data-files] li b")).to_have_text(["10.pdf", "2.pdf"])
    expect(clerk.locator("[data-files] li small").first).not_to_have_text("")
    expect(clerk.get_by_text(".pdf,.docx")).to_be_visible()


def test_the_head_of_the_registers_and_the_end_of_a_filter_bar_keep_their_places(open_as: Opener) -> None:
    clerk = open_as("vanthu")
    clerk.goto("/documents/registers")
    title = clerk.locator(".o-head h1").bounding_box()
    assert title is not None
    assert title["height"] < 40
    clerk.goto("/documents/incoming?q=báo+cáo")
    columns = clerk.get_by_role("button", name="Cột", exact=True).bounding_box()
    clear = clerk.get_by_role("link", name="Lưu bộ lọc").bounding_box()
    assert columns is not None
    assert clear is not None
    assert columns["x"] + columns["width"] > 1240
    assert abs(columns["y"] + columns["height"] / 2 - clear["y"] - clear["height"] / 2) < 4


def test_a_paper_is_entered_and_given_back_by_keys_alone(open_as: Opener) -> None:
    clerk = open_as("vanthu")
    clerk.goto("/documents/incoming/intake")
    expect(clerk.locator("body[data-ready]")).to_be_attached()
    clerk.evaluate("() => document.activeElement.blur()")
    clerk.keyboard.press("b")
    expect(clerk.get_by_text("Văn bản giấy, chưa có tệp")).to_be_visible()
    expect(clerk.locator("body[data-ready]")).to_be_attached()
    clerk.get_by_role("button", name="Trả lại").press("Enter")
    reason = clerk.locator("dialog[open] textarea")
    reason.fill("Gửi nhầm cơ quan, không thuộc thẩm quyền")
    reason.press("Control+Enter")
    expect(clerk.get_by_text("Đã trả lại văn bản.")).to_be_visible()
