"""The network is cut and the server stops: the room opens from the device, ink arrives once."""

import json
import re
import sqlite3
import zlib
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener, axe, until
from tests.browser.laying import post
from tests.browser.test_meeting_room import draw_with_pen, drawn, enter
from tests.browser.test_packs import KEPT
from tests.browser.test_room_votes import id_of
from tests.serving import Server

#: Everything a device has stored of the office, as text; bytes by their letters.
STORED = """
async () => {
  const letters = (value) => JSON.stringify(value, (_, one) => {
    if (one instanceof ArrayBuffer) return new TextDecoder('latin1').decode(one);
    if (ArrayBuffer.isView(one)) return new TextDecoder('latin1').decode(one);
    return one instanceof CryptoKey ? `key ${one.extractable}` : one;
  });
  let all = letters(Object.entries(sessionStorage)) + letters(Object.entries(localStorage));
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((ok) => {
      const r = indexedDB.open(name);
      r.onsuccess = () => ok(r.result);
    });
    for (const store of base.objectStoreNames)
      all += await new Promise((ok) => {
        const r = base.transaction(store).objectStore(store).getAll();
        r.onsuccess = () => ok(letters(r.result));
      });
    base.close();
  }
  for (const name of await caches.keys())
    for (const one of await (await caches.open(name)).keys()) all += one.url;
  return all;
}
"""
#: How many operations lie on this device and were not sent.
WAITING = """
async () => {
  let all = 0;
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('notes-')) continue;
    const base = await new Promise((ok) => {
      const r = indexedDB.open(name);
      r.onsuccess = () => ok(r.result);
    });
    all += await new Promise((ok) => {
      const r = base.transaction('outbox').objectStore('outbox').count();
      r.onsuccess = () => ok(r.result);
    });
    base.close();
  }
  return all;
}
"""
#: The key's last contact was more than a day ago.
AGE = """
() => new Promise((ok) => {
  const r = indexedDB.open('office-vault');
  r.onsuccess = () => {
    const keys = r.result.transaction('keys', 'readwrite').objectStore('keys');
    keys.getAll().onsuccess = ({ target }) => {
      const [held] = target.result;
      const day = 25 * 3600e3;
      keys.put({ ...held, contact: held.contact - day, until: held.until - day }).onsuccess = () => {
        r.result.close();
        ok();
      };
    };
  };
})
"""
#: The disk takes nothing more in one store; of the pieces of files those of one paper on the table are gone.
FULL = """
async (store) => {
  if (store === 'pieces') {
    const { files } = await (await fetch(`${location.pathname}/pack.json`)).json();
    const base = await new Promise((ok) => {
      const r = indexedDB.open('office-vault');
      r.onsuccess = () => ok(r.result);
    });
    await new Promise((ok) => {
      const pieces = base.transaction('pieces', 'readwrite').objectStore('pieces');
      pieces.getAllKeys().onsuccess = ({ target }) => {
        const one = target.result.find(([sha256]) => files.some((file) => file.sha256 === sha256));
        pieces.delete(one).onsuccess = () => ok();
      };
    });
    base.close();
  }
  for (const how of ['add', 'put']) {
    const real = IDBObjectStore.prototype[how];
    IDBObjectStore.prototype[how] = function (...given) {
      if (this.name === store) throw new DOMException('no room', 'QuotaExceededError');
      return real.apply(this, given);
    };
  }
}
"""
#: The server has two marks of whoever sits here.
ARRIVED = """
async () => {
  const { csrf, url } = {
    csrf: document.querySelector('meta[name=csrf-token]').content,
    url: location.pathname.replace('/meetings', '/api/v1/meetings').replace('/room', '/annotations/sync'),
  };
  const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrf };
  const answer = await fetch(url, { method: 'POST', headers, body: '{"ops": [], "have": {}}' });
  return (await answer.json()).ops.length >= 2;
}
"""
TITLE = "Phiên họp UBND tỉnh thường kỳ tháng này"


def packed(page: Page) -> Page:
    """Wait on the page of the meeting until its papers are on this device, then go into the room."""
    page.goto("/meetings")
    page.locator("tr", has_text=TITLE).locator("td.ty a").click()
    page.wait_for_url(re.compile(r"/meetings/\d+$"), wait_until="load")
    page.locator("[data-pack-again]").tap()
    expect(page.locator("[data-pack-word]")).to_contain_text("Mở được khi mất mạng", timeout=30_000)
    enter(page)
    expect(drawn(page, 1)).to_be_visible()
    return page


def read_as_scans(server: Server) -> None:
    """Let every paper be a scan on whose second page these words were read."""
    said = [[], [{"t": "Chữ trên bản quét", "box": [70, 700, 300, 715]}]]
    with sqlite3.connect(server.data / "office.sqlite3") as opened:
        opened.execute(
            "insert into scan (sha256, state, pages, done, tries, data, asked_at)"
            " select distinct sha256, 'done', 4, 4, 1, ?, '2026-01-01' from file",
            (zlib.compress(json.dumps(said).encode()),),
        )


def draw(page: Page) -> None:
    """One stroke of the pen on the page that is open."""
    box = page.locator(".pdfViewer .page[data-loaded]").first.bounding_box()
    assert box is not None
    if page.locator("[data-tool=pen]").get_attribute("aria-pressed") == "false":
        page.locator("[data-tool=pen]").tap()
    expect(page.locator("[data-tool=pen]")).to_have_attribute("aria-pressed", "true")
    draw_with_pen(page.context.new_cdp_session(page), {**box})


def marks(page: Page) -> list[dict[str, Any]]:
    """What the server has of this person's marks: additions, by the id of the stroke."""
    url = re.sub(r"/meetings/(\d+)/room", r"/api/v1/meetings/\1/annotations/sync", page.url)
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    origin = "/".join(page.url.split("/")[:3])
    answer = page.request.post(
        url, data={"ops": [], "have": {}}, headers={"X-CSRFToken": token, "Origin": origin}
    ).json()
    return [op for op in answer["ops"] if op["op"] == "add"]


def test_a_room_opens_without_network_and_server_and_ink_arrives_once_from_two_devices(
    open_as: Opener, server: Server
) -> None:
    read_as_scans(server)
    one, two = packed(open_as("daibieu05", tablet=True)), packed(open_as("daibieu05", tablet=True))
    here: Callable[[], set[str]] = lambda: {op["id"] for op in marks(one)}  # noqa: E731
    before = here()
    for tablet in (one, two):
        tablet.context.set_offline(True)
    server.stop()
    try:
        for tablet in (one, two):
            tablet.goto(one.url)
            expect(tablet.locator("body[data-ready]")).to_be_attached()
            expect(drawn(tablet, 1)).to_be_visible()
            expect(tablet.locator("[data-room-word]")).to_contain_text("Đang đọc bản lưu lúc")
        one.locator("[data-page-next]").tap()
        expect(drawn(one, 2)).to_be_visible()
        one.locator("[data-page-back]").tap()
        expect(drawn(one, 1)).to_be_visible()
        one.locator("[data-reading]").tap()
        one.locator("#read-tab-words").tap()
        one.locator("#read-q").fill("ke hoach")
        expect(one.locator("[data-read-hits] li").first).to_be_visible()
        # Of a scan its words are looked for as they were read.
        one.locator("#read-q").fill("chu tren ban quet")
        expect(one.locator("[data-read-hits] li")).to_have_text([re.compile("Trang 2")])
        one.locator("#reading [data-read=shut]").tap()
        one.locator("[data-page-back]").tap()
        expect(drawn(one, 1)).to_be_visible()
        for tablet in (one, two):
            draw(tablet)
            draw(tablet)
            expect(tablet.locator("[data-room-word]")).to_contain_text("chưa gửi 2 ghi chú")
        assert axe(one) == []
        # A delegate's wish to speak waits; what is for now alone is refused at once.
        expect(one.locator("[data-ask]")).to_be_enabled()
        one.locator("[data-ask]").tap()
        expect(one.get_by_text("Đã ghi lại đề nghị phát biểu")).to_be_visible()
        # The size of text that is chosen now is there before anything is drawn of the page kept earlier.
        one.locator("[data-text-size]").tap()
        expect(one.locator("html[data-text='125']")).to_be_attached()
        one.add_init_script(
            "addEventListener('readystatechange', () => {"
            " window.first = document.documentElement.dataset.text }, { capture: true, once: true })"
        )
        one.reload()
        expect(one.locator("[data-room-word]")).to_contain_text("chưa gửi 2 ghi chú")
        assert one.evaluate("() => window.first") == "125"
        one.goto("/meetings")
        expect(one.get_by_role("link", name=TITLE)).to_be_visible()
        assert axe(one) == []
        one.get_by_role("link", name=TITLE).click()
        expect(one.locator(".ink path, .pdfViewer svg path").first).to_be_attached()
    finally:
        server.start()
    for tablet in (one, two):
        tablet.context.set_offline(False)
        expect(tablet.locator("[data-room-word]")).to_have_text("Đã lưu ghi chú")
    expect(one.locator("[data-ask-word]")).to_contain_text("Đang chờ")
    assert len(here() - before) == 4
    assert {op["page"] for op in marks(one) if op["id"] not in before} == {1}


def test_what_a_device_keeps_is_sealed_and_ends_with_its_key(open_as: Opener) -> None:
    tablet = packed(open_as("daibieu06", tablet=True))
    draw(tablet)
    expect(tablet.locator("[data-ink-undo]")).to_be_enabled()
    expect(tablet.locator("body[data-unsent='0']")).to_be_attached()
    tablet.context.set_offline(True)
    draw(tablet)
    until(tablet, f"async () => (await ({WAITING})()) === 1")
    expect(tablet.locator("body[data-unsent='1']")).to_be_attached()
    stored = tablet.evaluate(STORED)
    assert "key false" in stored
    assert "key true" not in stored
    assert [word for word in (TITLE, "%PDF", '"pts"', "Điều chỉnh kế hoạch") if word in stored] == []

    tablet.evaluate(AGE)
    tablet.reload()
    expect(tablet.get_by_text("Máy này chưa có bản lưu nào mở được")).to_be_visible()
    ended = tablet.evaluate(STORED)
    assert "key false" not in ended
    assert TITLE not in ended
    # Whoever wrote it gets the same key again, and nothing that was written is lost.
    tablet.context.set_offline(False)
    enter(tablet)
    until(tablet, ARRIVED)
    assert len(marks(tablet)) == 2
    # In the room a withdrawn paper leaves the tablet at once, and all of it with the place at the table.
    room = tablet.url.removesuffix("/room")
    until(tablet, f"async () => Object.keys((await ({KEPT})()).count).length")
    files = tablet.request.get(f"{room}/pack.json").json()["files"]
    gone = files[-1]
    desk = open_as("thuky")
    post(desk, room, f"files/{gone['file']}/withdraw")
    until(tablet, f"async () => !(await ({KEPT})()).count['{gone['sha256']}']")
    post(desk, room, f"participants/{id_of(tablet)}/remove")
    until(
        tablet, f"async () => !(await ({KEPT})()).names.some((one) => one.endsWith(':{room.split('/')[-1]}'))"
    )
    assert not {one["sha256"] for one in files} & set(tablet.evaluate(KEPT)["count"])


def test_whoever_signs_out_is_told_what_was_not_sent_and_leaves_nothing(open_as: Opener) -> None:
    tablet = packed(open_as("daibieu07", tablet=True))
    room = tablet.url
    tablet.context.set_offline(True)
    tablet.reload()
    expect(tablet.locator("[data-ask]")).to_be_enabled()
    tablet.locator("[data-ask]").tap()
    expect(tablet.get_by_text("Đã ghi lại đề nghị phát biểu")).to_be_visible()
    tablet.goto("/kept")
    tablet.context.set_offline(False)
    tablet.evaluate("() => { location.hash = 'leaving'; }")
    expect(tablet.get_by_text("Mọi ghi chú của bạn đã gửi xong")).to_be_visible()
    tablet.goto(room)
    expect(tablet.locator("[data-ask-word]")).to_contain_text("Đang chờ")
    expect(drawn(tablet, 1)).to_be_visible()
    tablet.context.route("**/annotations/sync", lambda route: route.abort())
    draw(tablet)
    until(tablet, f"async () => (await ({WAITING})()) === 1")
    expect(tablet.locator("body[data-unsent='1']")).to_be_attached()
    tablet.goto("/me")
    tablet.locator("form[data-sign-out]").evaluate("(form) => form.submit()")
    expect(tablet.get_by_text("Còn 1 ghi chú của bạn chưa gửi được")).to_be_visible()
    expect(tablet.get_by_text(f"{TITLE}: 1 ghi chú")).to_be_visible()
    expect(tablet.get_by_role("button", name="Đăng xuất, bỏ 1 ghi chú")).to_be_visible()
    assert axe(tablet) == []
    tablet.context.unroute("**/annotations/sync")
    tablet.get_by_role("button", name="Gửi lại").tap()
    expect(tablet.get_by_text("Mọi ghi chú của bạn đã gửi xong")).to_be_visible()
    tablet.get_by_role("button", name="Đăng xuất", exact=True).tap()
    tablet.wait_for_url("**/sign-in")
    tablet.goto("/sign-in")
    assert tablet.evaluate(STORED) == "[][]"


def test_a_full_tablet_says_what_it_could_not_keep_and_keeps_the_rest(open_as: Opener) -> None:
    tablet = packed(open_as("daibieu08", tablet=True))
    mid = int(tablet.url.split("/")[-2])
    # Of what is sent together one mark is not in its form: the other one arrives, and none is lost.
    spoilt: list[str] = []

    def spoil(route: Route) -> None:
        sent = route.request.post_data_json
        if sent["ops"] and not spoilt:
            spoilt.append(sent["ops"][0]["id"])
            sent["ops"][0]["d"]["w"] = 0
        route.continue_(post_data=json.dumps(sent))

    tablet.context.route("**/annotations/sync", spoil)
    before = {op["id"] for op in marks(tablet)}
    draw(tablet)
    draw(tablet)
    refused = tablet.get_by_text("Máy chủ chưa nhận 1 ghi chú; chúng vẫn được giữ trên máy này")
    expect(refused.first).to_be_visible()
    expect(tablet.locator("[data-room-word]")).to_have_text("Còn 1 ghi chú chưa gửi được")
    tablet.context.unroute("**/annotations/sync")
    [arrived] = {op["id"] for op in marks(tablet)} - before
    assert [arrived] != spoilt
    tablet.locator("[data-ink-list]").tap()
    expect(tablet.locator("#mark-list [data-marks-refused]")).to_contain_text("Máy chủ chưa nhận 1 ghi chú")
    assert axe(tablet) == []
    tablet.get_by_role("button", name="Gửi lại").tap()
    expect(tablet.locator("#mark-list [data-marks-refused]")).to_be_hidden()
    assert {op["id"] for op in marks(tablet)} - before == {arrived, *spoilt}
    tablet.reload()
    expect(tablet.locator("svg.ink path")).to_have_count(2)
    tablet.evaluate(FULL, "outbox")
    before = {op["id"] for op in marks(tablet)}
    draw(tablet)
    expect(tablet.get_by_text("Máy đã đầy nên nét vừa viết chưa được lưu trên máy")).to_be_visible()
    expect(tablet.locator("body[data-unsent='0']")).to_be_attached()
    assert len({op["id"] for op in marks(tablet)} - before) == 1
    # One paper's copy made room for the ink, unless it is back already; another one's is gone.
    tablet.goto(f"/meetings/{mid}")
    tablet.evaluate(FULL, "pieces")
    tablet.locator("[data-pack-again]").tap()
    expect(tablet.locator("[data-pack-word]")).to_contain_text(
        re.compile(r"Máy đã đầy: còn [12] tài liệu chưa lưu được")
    )
    expect(tablet.locator("[data-pack-lacks] li").first).to_be_visible()
    assert axe(tablet) == []
    desk = open_as("thuky")
    desk.goto(f"/meetings/{mid}/devices")
    expect(desk.locator(".m-tile.failed")).to_have_count(1)
    expect(desk.get_by_text("Máy đã đầy, cần thêm")).to_be_visible()
    assert axe(desk) == []
