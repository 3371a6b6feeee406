"""Packs as they come and go: cut off, damaged, too large, read again before the hour, taken away."""

import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Opener, axe, sign_in, until
from tests.browser.laying import lay, post
from tests.meetings.test_reading_copy import scattered
from tests.serving import Server
from tests.uploads import pdf_with

#: Seconds until a meeting's next hour.
AHEAD = 0.8
#: After so many milliseconds a page has looked at what it was told of.
TOLD_MS = 2_100
MEETING = "Họp Ban Chỉ huy Phòng thủ dân sự"
#: What is asked of files from now on, but for their beginnings; after ``left`` of those the line is cut;
#: ``spoils`` of their answers come with one wrong byte.
WATCH = """
() => {
  // What the server tells of by itself is looked at too, at any moment: it would be counted.
  document.addEventListener('desk:changed', (event) => event.stopImmediatePropagation(), true);
  const real = fetch;
  Object.assign(window, { asked: [], left: Infinity, spoils: 0, lastly: performance.now() });
  window.fetch = async (url, how = {}) => {
    window.lastly = performance.now();
    const range = how.headers?.Range ?? 'bytes=0-';
    if (range.startsWith('bytes=0-')) return real(url, how);
    if (window.asked.length >= window.left) throw new TypeError('cut');
    window.asked.push(range);
    const answer = await real(url, how);
    if (window.spoils < 1) return answer;
    window.spoils -= 1;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    bytes[7] ^= 1;
    return new Response(bytes, { status: 206 });
  };
}
"""
#: All packs are looked at, as every five minutes; the pack of a meeting as it is then.
LOOK = """
(mid) => new Promise((ok, no) => {
  setTimeout(() => no(new Error('the pack was not looked at')), 30_000);
  document.addEventListener('pack', function heard({ detail }) {
    if (detail.mid !== mid || !('pack' in detail)) return;
    document.removeEventListener('pack', heard);
    ok(detail.pack);
  });
  dispatchEvent(new Event('online'));
})
"""
#: What is kept here: how many pieces of each file, by its hash; and names of what is kept of meetings.
KEPT = """
async () => {
  const base = await new Promise((ok) => {
    const r = indexedDB.open('office-vault');
    r.onsuccess = () => ok(r.result);
  });
  const keys = (store) => new Promise((ok) => {
    const r = base.transaction(store).objectStore(store).getAllKeys();
    r.onsuccess = () => ok(r.result);
  });
  const count = {};
  for (const [sha256] of await keys('pieces')) count[sha256] = (count[sha256] ?? 0) + 1;
  const names = await keys('things');
  base.close();
  return { count, names };
}
"""
#: One byte of a kept piece is another one: the disk lied, or somebody was at it.
ROT = """
([sha256, n]) => new Promise((ok) => {
  const r = indexedDB.open('office-vault');
  r.onsuccess = () => {
    const pieces = r.result.transaction('pieces', 'readwrite').objectStore('pieces');
    pieces.get([sha256, n]).onsuccess = ({ target }) => {
      new Uint8Array(target.result.box)[100] ^= 1;
      pieces.put(target.result).onsuccess = () => { r.result.close(); ok(); };
    };
  };
})
"""
#: The hash of a file as a reader gets it.
SHOWN = """
async (url) => {
  const answer = await fetch(url);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await answer.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
"""


@pytest.fixture(scope="module")
def meeting(browser: Browser, server: Server) -> str:
    """A meeting that begins in two days, its address: three papers, one of them read from a copy."""
    with sqlite3.connect(server.data / "office.sqlite3") as opened:
        (key,) = opened.execute("select id from meeting where title = ?", (MEETING,)).fetchone()
    begins(server, key, 48 * 3600)
    context = browser.new_context(base_url=server.url)
    desk = context.new_page()
    sign_in(desk, "thuky", server.url)
    small = {f"{title}.pdf": pdf_with(title) for title in ("Bảng giá", "Thu hồi")}
    lay(desk, f"/meetings/{key}", {**small, "Bản đồ.pdf": scattered(kilobytes=126)})
    context.close()
    return f"/meetings/{key}"


def begins(server: Server, key: int | str, seconds: float) -> None:
    """The meeting begins so many seconds from now."""
    with sqlite3.connect(server.data / "office.sqlite3") as opened:
        at = "strftime('%Y-%m-%d %H:%M:%f000', julianday('now') + ? / 86400.0)"
        opened.execute(f"update meeting set starts_at = {at} where id = ?", (seconds, key))


def again(tablet: Page, said: str) -> None:
    """Have the pack read again; how it ends is said."""
    tablet.locator("[data-pack-again]").tap()
    expect(tablet.locator("[data-pack-word]")).to_contain_text(said, timeout=30_000)


def test_a_pack_that_is_cut_off_goes_on_and_what_is_damaged_is_brought_anew_and_never_shown(
    open_as: Opener, server: Server, meeting: str
) -> None:
    mid = int(meeting.split("/")[-1])
    tablet = open_as("daibieu02", tablet=True)
    asked: Callable[[], list[str]] = lambda: sorted(tablet.evaluate("asked"))  # noqa: E731
    files = tablet.request.get(f"{meeting}/pack.json").json()["files"]
    [heavy] = [one for one in files if one["name"] == "Bản đồ"]
    pieces = [f"bytes={n << 20}-{min(heavy['bytes'], (n + 1) << 20) - 1}" for n in range(1, 8)]
    tablet.goto(meeting)
    tablet.evaluate(WATCH)
    tablet.wait_for_timeout(TOLD_MS)
    again(tablet, "Mở được khi mất mạng")
    tablet.evaluate(LOOK, mid)
    assert asked() == pieces
    # What the page looks at by itself when it comes may be slower than all this: it would be counted.
    until(tablet, "() => performance.now() - window.lastly > 2000")
    # What comes damaged is asked for once more; what does so again is not kept, and said.
    tablet.evaluate(ROT, [heavy["sha256"], 1])
    tablet.evaluate("() => { Object.assign(window, { spoils: Infinity, asked: [] }); }")
    again(tablet, "1 tài liệu tải về không khớp với bản trên máy chủ")
    expect(tablet.locator("[data-pack-lacks] li")).to_contain_text(["Bản đồ"])
    assert asked() == sorted([pieces[0], *pieces])
    assert heavy["sha256"] not in tablet.evaluate(KEPT)["count"]

    tablet.evaluate("() => { Object.assign(window, { left: 2, spoils: 0, asked: [] }); }")
    again(tablet, "Khi có mạng sẽ tải tiếp từ chỗ dừng")
    assert axe(tablet) == []
    came = asked()
    assert len(came) == 2
    tablet.evaluate("() => { Object.assign(window, { left: Infinity, asked: [] }); }")
    pack = tablet.evaluate(LOOK, mid)
    assert sorted([*came, *asked()]) == pieces
    assert pack["problem"] is None
    expect(tablet.locator("[data-pack-word]")).to_contain_text("Mở được khi mất mạng")

    # At its hours before the meeting all of it is read again; what went bad on the device comes anew, alone.
    checked = pack["checked"]
    for hour, n in ((24 * 3600, 1), (2 * 3600, 2), (15 * 60, 3)):
        tablet.evaluate("() => { window.asked = []; }")
        tablet.evaluate(ROT, [heavy["sha256"], n])
        begins(server, mid, hour + AHEAD)
        assert tablet.evaluate(LOOK, mid)["checked"] == checked
        tablet.wait_for_timeout(AHEAD * 1000 + 50)
        pack = tablet.evaluate(LOOK, mid)
        assert pack["checked"] > checked
        assert asked() == [pieces[n - 1]]
        checked = pack["checked"]
    # Between them a reader gets what is true all the same: from the network, and the piece comes anew.
    tablet.evaluate(ROT, [heavy["sha256"], 2])
    assert tablet.evaluate(SHOWN, heavy["url"]) == heavy["sha256"]
    tablet.evaluate("() => { window.asked = []; }")
    assert tablet.evaluate(LOOK, mid)["problem"] is None
    assert asked() == [pieces[1]]
    # So does all of it when a paper comes or goes.
    tablet.evaluate(ROT, [heavy["sha256"], 3])
    tablet.evaluate("() => { window.asked = []; }")
    [other] = [one for one in files if one["name"] == "Bảng giá"]
    post(open_as("thuky"), meeting, f"files/{other['file']}/withdraw")
    assert tablet.evaluate(LOOK, mid)["rev"] != pack["rev"]
    assert asked() == [pieces[2]]


def test_a_tablet_without_room_for_all_papers_keeps_what_fits_and_says_the_rest(
    open_as: Opener, server: Server, meeting: str
) -> None:
    tablet = open_as("daibieu04", tablet=True)
    pack = tablet.request.get(f"{meeting}/pack.json").json()
    [heavy] = [one for one in pack["files"] if one["name"] == "Bản đồ"]
    small = {one["sha256"] for one in pack["files"] if one["name"] != "Bản đồ"}
    parts = sum(len(tablet.request.get(address).body()) for address in pack["shell"])
    quota, origin = tablet.context.new_cdp_session(tablet).send, {"origin": server.url}
    # Less than that paper needs alone: of the other parts the browser takes note in its own time.
    tablet.goto(meeting)
    quota("Storage.overrideQuotaForOrigin", {**origin, "quotaSize": parts + 2**21})
    again(tablet, "Máy đã đầy: còn 1 tài liệu chưa lưu được, cần thêm 7,")
    expect(tablet.locator("[data-pack-lacks] li")).to_contain_text(["Bản đồ"])
    kept = set(tablet.evaluate(KEPT)["count"])
    assert small <= kept
    assert heavy["sha256"] not in kept
    quota("Storage.overrideQuotaForOrigin", origin)
    again(tablet, "Mở được khi mất mạng")


def test_a_paper_withdrawn_leaves_a_tablet_at_once_and_a_lost_right_when_it_is_heard_again(
    open_as: Opener, meeting: str
) -> None:
    desk, mid = open_as("thuky"), meeting.split("/")[-1]
    tablet = open_as("daibieu05", tablet=True)
    tablet.goto(meeting)
    again(tablet, "Mở được khi mất mạng")
    files = tablet.request.get(f"{meeting}/pack.json").json()["files"]
    ours = {one["sha256"] for one in files}
    [gone] = [one for one in files if one["name"] == "Thu hồi"]
    kept: Callable[[], set[str]] = lambda: ours & set(tablet.evaluate(KEPT)["count"])  # noqa: E731
    assert kept() == ours
    expect(tablet.locator("body[data-net=on]")).to_be_attached()
    post(desk, meeting, f"files/{gone['file']}/withdraw")
    until(tablet, f"async () => !(await ({KEPT})()).count['{gone['sha256']}']")
    assert kept() == ours - {gone["sha256"]}

    who = tablet.locator("[data-keeper]").get_attribute("data-keeper")
    tablet.context.set_offline(True)
    post(desk, meeting, f"participants/{who}/remove")
    assert f"pack:{mid}" in tablet.evaluate(KEPT)["names"]
    tablet.context.set_offline(False)
    until(tablet, f"async () => !(await ({KEPT})()).names.some((one) => one.endsWith(':{mid}'))")
    assert kept() == set()
