"""The screen on the wall: it shows what is presented, who speaks and what was voted; no hand touches it."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import Chair, drawn, enter, open_first_paper, room_of

WALL = {"width": 1920, "height": 1080}
#: The smallest text of the screen, pixels on a screen 1920 wide.
LEAST_TEXT = 26
#: Where pictures of the screen are left, for whoever wants to look at them.
PICTURES = os.environ.get("OFFICE_PICTURES")

SMALLEST = """
() => {
  const texts = [...document.querySelectorAll('#screen *')].filter((one) => !one.closest('.pdfViewer')
    && one.checkVisibility() && [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const scale = (one) => (one.closest('svg') ? one.getScreenCTM().a : 1);
  return Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize) * scale(one)));
}
"""
OUTSIDE = """
() => [...document.querySelectorAll('#screen *')]
  .filter((one) => one.checkVisibility() && !one.closest('.pdfViewer, .r-scroll, .ptr, svg, .vh'))
  .filter((one) => {
    const { left, right, bottom, width } = one.getBoundingClientRect();
    return width && (right > innerWidth + 1 || bottom > innerHeight + 1 || left < -1);
  })
  .map((one) => one.className || one.tagName)
"""


@pytest.fixture
def wall(open_as: Opener) -> Page:
    """The computer at the wall, on which the secretary is signed in."""
    page = open_as("thuky")
    page.goto(room_of(page).removesuffix("/room"))
    page.set_viewport_size(WALL)  # type: ignore[arg-type]
    page.get_by_role("link", name="Màn chiếu").click()
    expect(page.locator("body[data-ready]"), page.inner_text("body")[:300]).to_be_attached()
    page.evaluate("() => { window.stays = 'here'; }")
    return page


@pytest.fixture
def chair(open_as: Opener) -> Chair:
    """The chair, whose commands need no page."""
    return Chair(open_as("chutich"))


def showing(wall: Page, name: str) -> None:
    """Wait for a kind of picture on the wall, look at it whole, and keep it if somebody wants to see it."""
    expect(wall.locator(f"#screen[data-show={name}]")).to_be_attached()
    expect(wall.locator("[data-on]:visible")).to_have_count(1)
    assert wall.evaluate(OUTSIDE) == []
    if name != "blank":
        assert round(wall.evaluate(SMALLEST), 1) >= LEAST_TEXT


def picture(wall: Page, name: str) -> None:
    """Leave a picture where somebody asked for it."""
    if PICTURES:
        wall.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def test_the_wall_turns_with_the_secretary_and_shows_what_she_sees(
    wall: Page, open_as: Opener, chair: Chair
) -> None:
    if wall.locator("#screen[data-show=speech]").count():
        chair.ask("speech.end")
    showing(wall, "idle")
    assert axe(wall) == []
    picture(wall, "idle")
    desk = enter(open_as("thuky"))
    tablet = enter(open_as("daibieu02", tablet=True))
    open_first_paper(desk)
    desk.locator("[data-do=show]").click()
    showing(wall, "page")
    expect(drawn(wall, 1)).to_be_visible()
    expect(wall.locator("[data-facts]")).to_contain_text("trang 1 / 4")
    desk.locator("[data-page-next]").click()
    expect(wall.locator("[data-facts]")).to_contain_text("trang 2 / 4")
    expect(drawn(wall, 2)).to_be_visible()
    assert axe(wall) == []

    # The page is 1500 pixels wide while it is seen whole, and as much wider as the secretary looks closer.
    width = "() => document.querySelector('.page').getBoundingClientRect().width"
    wall.wait_for_function(f"() => Math.abs(({width})() - 1498) < 12")
    before = tablet.evaluate(width)
    desk.locator("[data-in]").click()
    desk.locator("[data-in]").click()
    wall.wait_for_function(f"() => ({width})() > 1800")
    tablet.wait_for_function(f"() => ({width})() > {before * 1.15}")
    top = "() => document.querySelector('.r-scroll').getBoundingClientRect().top"
    desk.locator("[data-reader-host] .r-scroll").hover()
    desk.mouse.wheel(0, 400)
    moved = f"() => document.querySelector('.page').getBoundingClientRect().top < ({top})() - 150"
    wall.wait_for_function(moved)
    tablet.wait_for_function(moved)
    picture(wall, "page")

    # A scroll of one's own leaves following, one tap comes back; the wall stays with the secretary.
    expect(tablet.locator("[data-ribbon]")).to_be_hidden()
    held = tablet.locator("[data-reader-host] .r-scroll").evaluate("(one) => one.scrollTop")
    tablet.locator("[data-reader-host] .r-scroll").hover()
    tablet.mouse.wheel(0, -200)
    expect(tablet.locator("[data-ribbon]")).to_be_visible()
    desk.mouse.wheel(0, 100)
    tablet.locator("[data-ribbon]").tap()
    expect(tablet.locator("[data-ribbon]")).to_be_hidden()
    tablet.wait_for_function(f"() => document.querySelector('.r-scroll').scrollTop > {held}")

    # Who comes later sees the same.
    late = enter(open_as("daibieu01", tablet=True))
    expect(drawn(late, 2)).to_be_visible()
    late.wait_for_function(moved)

    # Where she points is seen, until she points no more; in the dark nothing is.
    desk.locator("[data-pointer]").click()
    desk.locator(".pdfViewer .page").hover()
    for step in range(4):
        desk.mouse.move(500 + 20 * step, 420)
    expect(wall.locator(".ptr")).to_be_visible()
    expect(tablet.locator(".ptr")).to_be_visible()
    picture(wall, "pointer")
    desk.locator("[data-pointer]").click()
    expect(wall.locator(".ptr")).to_be_hidden()

    # What she draws for everybody is on the wall while she draws it, until she wipes it away.
    desk.locator("[data-ink-more]").click()
    desk.locator("[data-ink-do=live]").click()
    ink = wall.locator(".page[data-page-number='2'] svg[data-live] path")
    desk.mouse.move(500, 420)
    desk.mouse.down()
    desk.mouse.move(620, 460, steps=6)
    expect(ink).to_have_count(1)
    desk.mouse.up()
    picture(wall, "ink")
    desk.locator("[data-ink-more]").click()
    desk.locator("[data-ink-do=live-clear]").click()
    expect(ink).to_have_count(0)
    desk.locator("[data-tool=pen]").click()
    desk.locator("[data-blank]").click()
    showing(wall, "blank")
    expect(wall.locator(".pj-h")).to_be_hidden()
    expect(desk.locator("[data-blank]")).to_have_attribute("aria-pressed", "true")
    desk.locator("[data-blank]").click()
    showing(wall, "page")
    desk.locator("[data-show-stop]").click()
    showing(wall, "idle")
    assert wall.evaluate("() => window.stays") == "here"


def state_of(chair: Chair) -> dict[str, Any]:
    """The room as the chair has it."""
    answer = chair.page.request.get(f"/api/v1/meetings/{chair.mid}/snapshot").json()
    state: dict[str, Any] = answer["state"]
    return state


def test_the_wall_shows_who_speaks_and_what_is_announced(wall: Page, chair: Chair) -> None:
    queue = state_of(chair)["queue"]
    running = queue["cur"]
    called = queue["wait"][0]
    chair.ask("speech.start", rq=called["rq"], limit_s=300, expect=running and running["rq"])
    showing(wall, "speech")
    expect(wall.locator("[data-who]")).to_have_text(called["n"])
    expect(wall.locator("[data-left]")).to_contain_text("04:")
    expect(wall.locator("[data-left-note]")).to_have_text("còn lại của 5 phút")
    expect(wall.locator("[data-waiting] li")).to_have_count(len(queue["wait"]) - 1)
    sent = chair.ask("notice.send", t="Mục 5: dự thảo Quyết định có bản mới", lvl="info")
    expect(wall.locator("[data-tick]")).to_contain_text("dự thảo Quyết định có bản mới")
    assert axe(wall) == []
    picture(wall, "speech")
    chair.ask("speech.pause")
    expect(wall.locator("[data-who-lab]")).to_contain_text("Tạm dừng")
    chair.ask("notice.clear", id=sent["id"])
    expect(wall.locator("[data-tick]")).to_be_hidden()
    chair.ask("speech.end")
    expect(wall.locator("#screen[data-show=speech]")).to_have_count(0)


def test_the_wall_shows_a_vote_from_its_question_to_its_verdict(
    wall: Page, open_as: Opener, chair: Chair
) -> None:
    question = "Thông qua phương án điều chỉnh kế hoạch vốn đầu tư công năm 2026 theo Tờ trình 318/TTr-STC"
    item = state_of(chair)["cur"]["item"]
    poll = chair.ask("vote.prepare", item=item, q=question, mode="open", show_count=True)["id"]
    expect(wall.locator("#screen[data-show=vote]")).to_have_count(0)
    chair.ask("vote.open", id=poll, secs=120)
    showing(wall, "vote")
    expect(wall.locator("[data-on=vote] [data-vote-q]")).to_have_text(question)
    expect(wall.locator("[data-vote-left]")).to_contain_text("01:")
    for name, choice in (("daibieu01", "yes"), ("daibieu02", "yes"), ("daibieu03", "no")):
        Chair(open_as(name), chair.mid).ask("vote.cast", id=poll, choice=[choice])
    expect(wall.locator("[data-cast]")).to_have_text("3")
    assert axe(wall) == []
    picture(wall, "vote")
    chair.ask("vote.close", id=poll)
    expect(wall.locator("[data-rule]")).to_contain_text("chờ công bố kết quả")
    # What nobody may know yet is not in the page, whatever is drawn.
    assert wall.locator("[data-result]").inner_html() == ""
    chair.ask("vote.publish", id=poll)
    showing(wall, "result")
    expect(wall.locator("[data-result] .verdict")).to_have_text("Không được thông qua")
    expect(wall.locator("[data-result] .sum .y dd")).to_have_text("2")
    assert axe(wall) == []
    picture(wall, "result")
    # It stands after a reload too, and goes when a page is presented.
    wall.reload()
    showing(wall, "result")
    desk = enter(open_as("thuky"))
    open_first_paper(desk)
    desk.locator("[data-do=show]").click()
    showing(wall, "page")
    desk.locator("[data-show-stop]").click()
