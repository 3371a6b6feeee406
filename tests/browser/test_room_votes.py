"""A vote from its writing to its result: the chair's desk, a delegate's tablet, a guest who only looks on."""

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe
from tests.browser.test_meeting_room import enter
from tests.browser.test_room_floor import FAST, name_of
from tests.browser.test_room_members import ask
from tests.serving import Server

ADOPTED = re.compile("Được thông qua|Không được thông qua")


@pytest.fixture
def chair(open_as: Opener) -> Page:
    """The chair at his desk, with no vote under way."""
    page = enter(open_as("chutich"))
    finish(page)
    return page


@pytest.fixture
def tablet(open_as: Opener) -> Page:
    """The tablet of a delegate who is there."""
    page = enter(open_as("daibieu02", tablet=True))
    check_in(page)
    return page


def allow(server: Server, rule: str, value: int) -> None:
    """Let the rules under which the sample's meetings sit, and will, say so."""
    with sqlite3.connect(server.data / "office.sqlite3") as opened:
        opened.execute(f"update body set {rule} = ?", (value,))
        told = f"update meeting set rules = json_set(rules, '$.{rule}', json(?)) where rules is not null"
        opened.execute(told, ("true" if rule == "may_change" else str(value),))


def finish(chair: Page) -> None:
    """Close and publish what an earlier test left."""
    chair.locator("[data-do=vote]").wait_for()
    for word in ("Kết thúc biểu quyết", "Công bố kết quả"):
        if chair.locator("[data-word-of=vote]").inner_text() == word:
            chair.locator("[data-do=vote]").click()
            expect(chair.locator("[data-word-of=vote]")).not_to_have_text(word)


def prepare(chair: Page, question: str, mode: str = "Biểu quyết công khai") -> None:
    """Write a question about the item on the floor."""
    chair.locator("[data-vp-new]").click()
    chair.locator("#ve-q").fill(question)
    chair.get_by_label(mode).check()
    chair.get_by_role("button", name="Lưu, chờ mở").click()
    expect(chair.locator("[data-vp] .qv")).to_have_text(question)


def open_vote(chair: Page) -> None:
    """Two taps: the rule and the quorum are read between them."""
    chair.locator("[data-vp] [data-key=open]").click()
    dialog = chair.locator("#vote-open")
    expect(dialog.locator("[data-opening-rule]")).to_contain_text("Thông qua khi", ignore_case=True)
    expect(dialog.locator("[data-opening-quorum]")).to_contain_text("có mặt")
    dialog.get_by_role("button", name="Mở biểu quyết").click()
    expect(chair.locator("[data-vp-state]")).to_have_text("đang mở")


def hold(chair: Page, question: str, mode: str = "Biểu quyết công khai") -> None:
    """Write a question down and open it."""
    prepare(chair, question, mode)
    open_vote(chair)


def recorded(page: Page, choice: str | None = None) -> None:
    """The ballot is said to be recorded, with the choice if it is one by name and without if it is secret."""
    expect(page.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")
    if choice is not None:
        expect(page.locator("[data-vote-done]")).to_contain_text(choice)
        return
    for word in ("Lựa chọn", "Tán thành"):
        expect(page.locator("[data-vote-done]")).not_to_contain_text(word)


def check_in(page: Page) -> None:
    """Be there."""
    if page.locator("[data-att]").get_attribute("aria-pressed") == "false":
        page.locator("[data-att]").click()
    expect(page.locator("[data-att]")).to_have_attribute("aria-pressed", "true")


def id_of(page: Page) -> int:
    """The id of whoever is signed in here."""
    return int(page.locator("#room").get_attribute("data-user") or 0)


def cast(tablet: Page, option: str) -> None:
    """Two taps: choose, send."""
    tablet.locator(".opt", has_text=re.compile(f"^{option}$")).tap()
    tablet.locator("[data-vote-cast]").tap()
    expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu")


def test_a_vote_takes_two_taps_to_open_two_to_cast_one_to_close_one_to_publish(
    chair: Page, tablet: Page, open_as: Opener
) -> None:
    other = enter(open_as("daibieu03"))
    chair.locator("[data-vp-new]").click()
    expect(chair.locator("#ve-q")).to_have_value(re.compile("^Thông qua nội dung: "))
    expect(chair.locator("[data-vote-rule-words]")).to_contain_text("Thông qua khi quá nửa")
    chair.keyboard.press("Escape")
    prepare(chair, "Thông qua phương án điều chỉnh vốn")
    assert "Thông qua phương án điều chỉnh vốn" not in tablet.content()

    open_vote(chair)
    expect(tablet.locator("#vc")).to_be_visible()
    expect(tablet.locator("[data-alert]")).to_have_text("Biểu quyết mở: Thông qua phương án điều chỉnh vốn")
    expect(tablet.locator("#vq")).to_be_focused()
    expect(tablet.locator("[data-vote-cast]")).to_be_disabled()
    for option in tablet.locator(".opt").all():
        box = option.bounding_box()
        assert box is not None
        assert box["height"] >= 96
    cast(tablet, "Tán thành")
    recorded(tablet, "Tán thành")
    tablet.reload()
    recorded(tablet, "Tán thành")
    expect(other.locator("#vc")).to_be_visible()

    chair.locator("[data-vp] [data-key=close]").click()
    expect(tablet.locator(".done0")).to_contain_text("Đã kết thúc biểu quyết")
    expect(other.locator(".done0 + *, .done0")).to_contain_text("không gửi phiếu")
    expect(chair.locator("[data-vp] .verdict")).to_have_text(ADOPTED)
    assert tablet.locator(".verdict").count() == 0
    chair.locator("[data-vp] [data-key=publish]").click()
    for page in (tablet, other, chair):
        expect(page.locator(".verdict:visible")).to_have_text(ADOPTED)
        expect(page.locator(".why:visible")).not_to_be_empty()
    expect(tablet.locator("[data-vote-mine]")).to_have_text("Phiếu của tôi: Tán thành")
    tablet.locator("[data-vote-back]").tap()
    expect(tablet.locator("#vc")).to_be_hidden()
    # What came of it stands at its item, for everybody; all of it is one tap away.
    for page in (chair, other):
        expect(page.locator("[data-agenda] .m-res").last).to_contain_text(
            re.compile("thông qua.*Tán thành 1")
        )
    expect(tablet.locator(".now1 [data-now-result]")).to_contain_text("Tán thành 1")
    other.locator("[data-vote-back]").click()
    other.locator("[data-agenda] .m-res").last.click()
    expect(other.locator("#vq")).to_have_text("Thông qua phương án điều chỉnh vốn")


def test_a_ballot_folds_to_a_strip_and_escape_never_casts(chair: Page, open_as: Opener) -> None:
    page = enter(open_as("daibieu03"))
    hold(chair, "Thông qua danh mục dự án")
    expect(page.locator("#vq")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.get_by_role("radio", name=re.compile("^Không tán thành: Thông qua danh mục")).focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-vote-cast]")).to_have_text("Gửi phiếu: Không tán thành")
    page.keyboard.press("Escape")
    expect(page.locator("#vc")).to_be_hidden()
    strip = page.locator("[data-vote-unfold]")
    expect(strip).to_contain_text("Biểu quyết đang mở: Thông qua danh mục dự án")
    expect(strip).to_be_focused()
    page.keyboard.press("Escape")
    expect(strip).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#vq")).to_be_focused()
    expect(page.locator("[data-vote-cast]")).to_have_text("Gửi phiếu: Không tán thành")
    finish(chair)


def test_the_keyboard_alone_casts_a_vote(chair: Page, open_as: Opener) -> None:
    page = enter(open_as("daibieu04"))
    hold(chair, "Thông qua nghị quyết")
    expect(page.locator("#vq")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-vote-cast]")).to_have_text("Gửi phiếu: Không tán thành")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(page.locator("[data-vote-cast]")).to_be_focused()
    page.keyboard.press("Enter")
    recorded(page, "Tán thành")
    finish(chair)


def test_a_secret_choice_is_shown_nowhere_once_sent(chair: Page, tablet: Page) -> None:
    hold(chair, "Bầu trưởng ban thẩm tra", "Bỏ phiếu kín")
    expect(tablet.locator("[data-vote-mode]")).to_have_text("Bỏ phiếu kín")
    cast(tablet, "Tán thành")
    recorded(tablet)
    assert tablet.locator("[data-vote-opts] input:checked").count() == 0
    tablet.reload()
    recorded(tablet)
    finish(chair)


def test_without_a_connection_a_secret_ballot_says_that_it_cannot_be_sent(chair: Page, tablet: Page) -> None:
    hold(chair, "Bầu phó ban thẩm tra", "Bỏ phiếu kín")
    tablet.locator(".opt").first.tap()
    expect(tablet.locator("[data-vote-cast]")).to_be_enabled()
    tablet.context.set_offline(True)
    tablet.evaluate("() => dispatchEvent(new Event('offline'))")
    expect(tablet.locator("[data-vote-hint]")).to_contain_text("chưa bỏ phiếu kín được", timeout=15_000)
    expect(tablet.locator("[data-vote-cast]")).to_be_disabled()
    tablet.context.set_offline(False)
    expect(tablet.locator("[data-vote-cast]")).to_be_enabled(timeout=20_000)
    tablet.locator("[data-vote-cast]").tap()
    recorded(tablet)
    finish(chair)


def test_a_ballot_by_name_that_comes_after_the_closing_says_so(chair: Page, tablet: Page) -> None:
    hold(chair, "Thông qua quyết toán năm", "Biểu quyết ghi danh")
    tablet.locator(".opt").first.tap()
    tablet.context.set_offline(True)
    tablet.evaluate("() => dispatchEvent(new Event('offline'))")
    tablet.locator("[data-vote-cast]").tap()
    late = "phiếu chỉ được tính nếu tới trước khi kết thúc biểu quyết"
    expect(tablet.locator("[data-vote-hint]")).to_contain_text(late)
    finish(chair)
    tablet.context.set_offline(False)
    mine = tablet.locator("[data-vote-mine]")
    expect(mine).to_contain_text("Phiếu của đồng chí không được tính", timeout=20_000)
    expect(tablet.locator(".verdict")).to_be_visible()
    assert axe(tablet) == []


def test_a_prepared_vote_is_edited_and_an_open_one_voided_with_its_reason(chair: Page, tablet: Page) -> None:
    tablet.add_init_script(FAST)
    tablet.reload()
    prepare(chair, "Thông qua chương trình")
    chair.locator("[data-vp] [data-key=edit]").click()
    chair.locator("#ve-r").select_option(label="Thông qua khi từ hai phần ba tổng số thành viên tán thành")
    chair.locator("#ve-s").select_option(index=1)
    chair.get_by_role("button", name="Lưu, chờ mở").click()
    expect(chair.locator("[data-vp]")).to_contain_text("từ hai phần ba tổng số thành viên")
    open_vote(chair)
    expect(tablet.locator("[data-vote-rule]")).to_contain_text("từ hai phần ba tổng số thành viên")
    # By this tablet's own clock it would have been over before it began.
    expect(tablet.locator("[data-vote-clock]")).to_have_text(re.compile(r"00:[1-5]\d|0[1-9]:\d\d"))
    cast(tablet, "Tán thành")
    chair.locator("[data-vp] [data-key=void]").click()
    chair.locator("#vv-r").fill("Ghi nhầm nội dung")
    chair.get_by_role("button", name="Hủy biểu quyết").click()
    expect(tablet.locator(".verdict")).to_have_text("Đã hủy")
    expect(tablet.locator("[data-vote-done] .why")).to_contain_text("Ghi nhầm nội dung")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ballot_and_its_result_are_usable_by_everybody(chair: Page, tablet: Page, theme: str) -> None:
    for page in (chair, tablet):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    chair.locator("[data-vp-new]").click()
    assert axe(chair) == []
    chair.keyboard.press("Escape")
    prepare(chair, f"Thông qua báo cáo, giao diện {theme}")
    assert axe(chair) == []
    open_vote(chair)
    expect(tablet.locator("#vc")).to_be_visible()
    tablet.locator(".opt").first.tap()
    for page in (chair, tablet):
        assert axe(page) == []
    tablet.locator("[data-vote-cast]").tap()
    finish(chair)
    expect(tablet.locator(".verdict")).to_be_visible()
    for page in (chair, tablet):
        assert axe(page) == []


def test_the_chair_lets_a_member_vote_who_came_late(chair: Page, open_as: Opener) -> None:
    late = enter(open_as("daibieu07", tablet=True))
    ask(late, "att.set", st="out")
    hold(chair, "Thông qua tờ trình bổ sung", "Biểu quyết ghi danh")
    expect(late.locator("[data-vote-unfold]")).to_be_visible()
    late.locator("[data-att]").tap()
    chair.get_by_role("button", name=f"Cho {name_of(late)} biểu quyết").click()
    expect(late.locator("#vq")).to_have_text("Thông qua tờ trình bổ sung")
    cast(late, "Không tán thành")
    expect(chair.get_by_role("button", name=re.compile("^Cho .* biểu quyết$"))).to_have_count(0)
    finish(chair)


def test_a_member_gives_the_ballot_of_one_who_is_away(
    chair: Page, tablet: Page, open_as: Opener, server: Server
) -> None:
    allow(server, "proxy_limit", 1)
    away = enter(open_as("daibieu08"))
    name = name_of(away)
    ask(away, "att.set", st="out")
    chair.reload()
    chair.locator("[data-vp-new]").click()
    chair.locator("#ve-q").fill("Thông qua quy chế")
    chair.get_by_label("Biểu quyết ghi danh").check()
    chair.get_by_role("button", name="Thêm ủy quyền").click()
    chair.get_by_label("Người ủy quyền").select_option(label=f"{name} (vắng)")
    chair.get_by_role("button", name="Lưu, chờ mở").click()
    expect(chair.locator("[data-vote-fault]")).to_contain_text("chọn đủ hai người")
    chair.get_by_label("Người bỏ phiếu thay").select_option(label=name_of(tablet))
    assert axe(chair) == []
    chair.get_by_role("button", name="Lưu, chờ mở").click()
    chair.locator("[data-vp] [data-key=edit]").click()
    chair.locator("#ve-q").fill("Thông qua quy chế phối hợp")
    expect(chair.get_by_label("Người ủy quyền")).to_have_value(str(id_of(away)))
    chair.get_by_role("button", name="Lưu, chờ mở").click()
    expect(chair.locator("[data-vp] .qv")).to_have_text("Thông qua quy chế phối hợp")
    expect(chair.locator("[data-vp]")).to_contain_text(f"{name_of(tablet)} bỏ phiếu thay {name}")
    open_vote(chair)
    cast(tablet, "Tán thành")
    tablet.get_by_role("button", name=f"Bỏ phiếu thay {name}").tap()
    expect(tablet.locator("[data-vote-for]")).to_have_text(f"Bỏ phiếu thay {name}")
    assert axe(tablet) == []
    cast(tablet, "Không tán thành")
    recorded(tablet, "Tán thành")
    expect(tablet.locator("[data-vote-owed] button")).to_have_count(0)
    tablet.reload()
    recorded(tablet, "Tán thành")
    expect(tablet.locator("[data-vote-owed] button")).to_have_count(0)
    finish(chair)
    expect(chair.locator("[data-vp] .sum .n dd")).to_have_text("1")


def test_the_code_of_a_secret_ballot_is_found_among_those_counted(
    chair: Page, tablet: Page, open_as: Opener
) -> None:
    other = enter(open_as("daibieu03"))
    check_in(other)
    hold(chair, "Bầu thư ký kỳ họp", "Bỏ phiếu kín")
    cast(tablet, "Tán thành")
    row = tablet.locator("[data-vote-done] .kv > div", has_text="Mã biên nhận")
    code = row.locator("dd").inner_text()
    assert re.fullmatch("[A-Z2-7]{5} [A-Z2-7]{5}", code)
    vote = int(chair.locator("#vote-open").get_attribute("data-id") or 0)
    for page in (chair, other):
        ask(page, "vote.cast", id=vote, choice=["no"])
    finish(chair)
    expect(tablet.locator("[data-receipt]")).to_have_text(
        f"Mã biên nhận {code} có trong danh sách phiếu đã kiểm."
    )
    tablet.get_by_text("Mã biên nhận của 3 phiếu đã kiểm").tap()
    expect(tablet.locator(".m-codes")).to_contain_text(code)
    expect(chair.locator(".m-codes")).to_have_count(0)


def test_only_a_result_published_while_one_is_there_is_shown(chair: Page, tablet: Page) -> None:
    hold(chair, "Thông qua lịch họp")
    expect(tablet.locator("#vc")).to_be_visible()
    chair.locator("[data-vp] [data-key=close]").click()
    expect(tablet.locator(".done0")).to_contain_text("Đã kết thúc biểu quyết")
    tablet.reload()
    expect(tablet.locator("body[data-ready]")).to_be_attached()
    expect(tablet.locator("#vc")).to_be_hidden()
    chair.locator("[data-vp] [data-key=publish]").click()
    expect(tablet.locator("#vq")).to_have_text("Thông qua lịch họp")
    expect(tablet.locator("#vc .verdict")).to_have_text(ADOPTED)
    tablet.reload()
    expect(tablet.locator("body[data-ready]")).to_be_attached()
    ask(chair, "notice.send", t="Sau lịch họp", lvl="info", for_s=60)
    expect(tablet.locator(".m-notice", has_text="Sau lịch họp")).to_be_visible()
    expect(tablet.locator("#vc")).to_be_hidden()


def test_a_ballot_by_name_that_could_not_be_sent_is_sent_after_a_reload_once(
    chair: Page, tablet: Page
) -> None:
    tablet.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    tablet.route("**/commands", lambda route: route.abort())
    asked: list[str] = []
    tablet.on("request", lambda request: asked.append(request.post_data or ""))
    tablet.reload()
    hold(chair, "Thông qua báo cáo tài chính", "Biểu quyết ghi danh")
    tablet.reload()
    tablet.locator(".opt").first.tap()
    tablet.locator("[data-vote-cast]").tap()
    expect(tablet.locator("[data-vote-cast]")).to_have_text("Đang gửi phiếu…")
    assert "vote.cast" not in "".join(asked)
    kept = tablet.evaluate("JSON.stringify(sessionStorage)")
    tablet.reload()
    expect(tablet.locator("[data-vote-cast]")).to_have_text("Đang gửi phiếu…")
    tablet.unroute("**/commands")
    expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu", timeout=25_000)
    sent = [one for one in asked if "vote.cast" in one]
    assert len(sent) == 1
    cid = re.search(r'"cid":"(\w+)"', sent[0])
    assert cid is not None
    assert cid[1] in kept
    expect(chair.locator(".m-run b")).to_have_text("1")
    assert "yes" not in tablet.evaluate("JSON.stringify(sessionStorage)")
    finish(chair)


def test_in_a_roll_call_that_allows_it_a_ballot_is_changed_or_left_as_it_is(
    chair: Page, tablet: Page, server: Server
) -> None:
    hold(chair, "Thông qua biên bản", "Biểu quyết ghi danh")
    cast(tablet, "Tán thành")
    expect(tablet.get_by_role("button", name="Đổi phiếu")).to_be_hidden()
    finish(chair)
    allow(server, "may_change", 1)
    hold(chair, "Thông qua danh mục đầu tư", "Biểu quyết ghi danh")
    tablet.locator(".opt").first.tap()
    expect(tablet.locator("[data-vote-hint]")).to_contain_text("còn đổi được")
    tablet.locator("[data-vote-cast]").tap()
    recorded(tablet, "Tán thành")
    tablet.reload()
    recorded(tablet, "Tán thành")
    tablet.get_by_role("button", name="Đổi phiếu").tap()
    expect(tablet.locator("#vq")).to_be_focused()
    expect(tablet.locator("[data-vote-hint]")).to_contain_text("Phiếu đang ghi: Tán thành")
    expect(tablet.locator("[data-vote-cast]")).to_be_disabled()
    assert axe(tablet) == []
    tablet.get_by_role("button", name="Giữ nguyên phiếu đã gửi").tap()
    recorded(tablet, "Tán thành")
    tablet.get_by_role("button", name="Đổi phiếu").tap()
    tablet.locator(".opt").nth(1).tap()
    tablet.get_by_role("button", name="Đổi thành: Không tán thành").tap()
    expect(tablet.locator(".done0")).to_contain_text("Đã ghi nhận phiếu đổi")
    expect(tablet.locator("[data-vote-done] .kv > div", has_text="Lựa chọn")).to_contain_text(
        "Không tán thành"
    )
    tablet.get_by_role("button", name="Đổi phiếu").tap()
    tablet.locator(".opt").nth(2).tap()
    chair.locator("[data-vp] [data-key=close]").click()
    expect(tablet.locator(".done0")).to_contain_text("Đã kết thúc biểu quyết")
    expect(tablet.locator("[data-vote-mine]")).to_have_text("Phiếu của tôi: Không tán thành")
    chair.locator("[data-vp] [data-key=publish]").click()
    expect(chair.locator("[data-vp] .sum .n dd")).to_have_text("1")


def test_a_ballot_whose_script_comes_late_is_there_all_the_same(chair: Page, open_as: Opener) -> None:
    tablet = open_as("daibieu03", tablet=True)
    # Also when it is asked for again, under another name.
    script = re.compile(r"/c/ballot-[^/]*\.js")
    tablet.route(script, lambda route: route.abort())
    check_in(enter(tablet))
    hold(chair, "Thông qua lịch làm việc")
    with tablet.expect_request(script):
        tablet.reload()
    expect(tablet.locator("[data-show-page]")).to_be_attached()
    expect(tablet.locator("#vc")).to_be_hidden()
    tablet.unroute(script)
    expect(tablet.locator("#vq")).to_have_text("Thông qua lịch làm việc")
    cast(tablet, "Tán thành")
    finish(chair)
