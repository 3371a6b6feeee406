"""A tablet dies and another takes its place: the code in two taps, the room as it was, the old one locked."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import draw_with_pen, enter, open_first_paper
from tests.browser.test_room_floor import clear_floor, name_of
from tests.browser.test_room_members import ask
from tests.browser.test_room_taps import counted, taps
from tests.browser.test_room_votes import cast, check_in, finish, hold, id_of, recorded


def test_another_tablet_takes_the_place_of_one_and_the_old_one_locks(open_as: Opener) -> None:
    desk = counted(enter(open_as("thuky")))
    clear_floor(enter(open_as("chutich")))
    old, new = enter(open_as("daibieu09", tablet=True)), open_as(None, tablet=True)
    name, mid = name_of(old), old.url.split("/")[-2]
    ask(old, "queue.ask")
    row = desk.locator("[data-people] li", has_text=name)
    desk.locator("#t-all").click()
    with taps(desk, 2):
        row.get_by_role("button").click()
        desk.locator("[data-choice=device]").click()
        expect(desk.locator("[data-dc-code]")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    code = desk.locator("[data-dc-code]").inner_text()
    assert axe(desk) == []

    digits = code.replace(" ", "")
    new.goto(f"/tablet/{mid}#{digits}")
    expect(new.get_by_role("heading", name="Có đúng là bạn không?")).to_be_visible()
    expect(new.locator(".m-tb-who")).to_contain_text(name)
    assert digits not in new.url
    assert axe(new) == []
    new.get_by_role("button", name="Đúng, vào phòng họp").tap()
    expect(new.locator("[data-ask-word]")).to_have_text("Đang chờ, thứ 1")

    expect(desk.get_by_text(f"{name} đã vào phòng họp bằng máy mới.")).to_be_visible()
    expect(desk.locator("#device-code")).to_be_hidden()
    expect(old.get_by_text("Máy này đã khóa")).to_be_visible()
    assert old.url.endswith(f"/tablet/{mid}")
    old.goto(f"/meetings/{mid}/room")
    expect(old.get_by_text("Máy này đã khóa")).to_be_visible()
    old.get_by_label("Mã 6 hoặc 8 chữ số").fill("12 34")
    old.get_by_role("button", name="Tiếp tục").tap()
    expect(old.locator(".o-err")).to_contain_text("Mã gồm 6 chữ số")
    expect(old.get_by_label("Mã 6 hoặc 8 chữ số")).to_have_value("12 34")

    new.get_by_role("button", name="Trả máy").tap()
    new.wait_for_url("**/sign-in")
    desk.goto(f"/meetings/{mid}/devices")
    expect(desk.locator("tr", has_text="đã xóa hết lúc")).to_contain_text(name)


def test_a_tablet_that_dies_in_a_vote_costs_neither_the_ballot_nor_a_mark(open_as: Opener) -> None:
    chair = enter(open_as("chutich"))
    finish(chair)
    old, new = enter(open_as("daibieu08", tablet=True)), open_as(None, tablet=True)
    check_in(old)
    mid, who = old.url.split("/")[-2], id_of(old)
    open_first_paper(old)
    box = old.locator(".pdfViewer .page[data-loaded]").first.bounding_box()
    assert box is not None
    old.locator("[data-tool=pen]").tap()
    draw_with_pen(old.context.new_cdp_session(old), {**box})
    mark = old.locator("svg.ink path")
    expect(mark).to_have_count(1)
    expect(old.locator("body[data-unsent='0']")).to_be_attached()
    drawn = mark.get_attribute("d")
    hold(chair, "Thông qua danh mục dự án", "Biểu quyết ghi danh")
    cast(old, "Tán thành")
    old.context.set_offline(True)

    desk = enter(open_as("thuky"))
    code = ask(desk, "device.code", p=who)["code"]
    new.goto(f"/tablet/{mid}")
    new.get_by_label("Mã 6 hoặc 8 chữ số").fill(code)
    new.get_by_role("button", name="Tiếp tục").tap()
    new.get_by_role("button", name="Đúng, vào phòng họp").tap()
    recorded(new, "Tán thành")
    expect(new.locator("[data-vote-cast]")).to_be_hidden()
    new.locator("[data-vote-back]").tap()
    open_first_paper(new)
    expect(new.locator("svg.ink path")).to_have_count(1)
    assert new.locator("svg.ink path").get_attribute("d") == drawn
    # What died comes back: it is locked, and neither its ballot nor its mark is there twice.
    old.context.set_offline(False)
    expect(old.get_by_text("Máy này đã khóa")).to_be_visible(timeout=20_000)
    finish(chair)
    expect(chair.locator("[data-vp] .sum .y dd")).to_have_text("1")
    expect(new.locator("svg.ink path")).to_have_count(1)


def test_a_secret_ballot_whose_answer_was_lost_is_not_called_uncounted(open_as: Opener) -> None:
    chair = enter(open_as("chutich"))
    finish(chair)
    page = open_as("daibieu02", tablet=True)
    page.clock.install()
    tablet, twin, third = enter(page), enter(open_as("daibieu02")), enter(open_as("daibieu03"))
    for one in (tablet, third):
        check_in(one)
    hold(chair, "Bầu trưởng ban kiểm phiếu", "Bỏ phiếu kín")
    tablet.locator(".opt").first.tap()
    expect(tablet.locator("[data-vote-cast]")).to_be_enabled()
    tablet.context.set_offline(True)
    tablet.locator("[data-vote-cast]").tap()
    # The server has the ballot, the tablet never hears of it and gives up.
    vote = int(chair.locator("#vote-open").get_attribute("data-id") or 0)
    for one in (twin, third, chair):
        ask(one, "vote.cast", id=vote, choice=["yes"])
    tablet.clock.fast_forward(25_000)
    expect(tablet.locator("[data-vote-hint]")).to_contain_text("chưa bỏ phiếu kín được")
    finish(chair)
    tablet.context.set_offline(False)
    expect(tablet.locator("[data-vote-mine]")).to_contain_text("được tính", timeout=20_000)
    expect(tablet.locator("[data-vote-mine]")).not_to_contain_text("không")
