"""A tablet dies and another takes its place: the code in two taps, the room as it was, the old one locked."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import enter
from tests.browser.test_room_floor import clear_floor, name_of
from tests.browser.test_room_members import ask
from tests.browser.test_room_taps import counted, taps


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
    old.get_by_label("Mã 6 chữ số").fill("12 34")
    old.get_by_role("button", name="Tiếp tục").tap()
    expect(old.locator(".o-err")).to_contain_text("Mã gồm 6 chữ số")
    expect(old.get_by_label("Mã 6 chữ số")).to_have_value("12 34")

    new.get_by_role("button", name="Trả máy").tap()
    new.wait_for_url("**/sign-in")
