"""One document from the clerk's desk to a reply at another agency, through the screens, as users would."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from documents.formats.layout import OfficialText
from documents.formats.layout_docx import build_docx
from documents.formats.layout_pdf import build_pdf
from intranet.core.clock import OFFICE_ZONE
from tests.browser.conftest import PASSWORD, Opener

CODE = "7311/BTC-ĐT"
SUBJECT = "rà soát nhu cầu vốn của các dự án chuyển tiếp"


def incoming(code: str = CODE) -> bytes:
    """A letter of a ministry, typeset as the decree prescribes."""
    number, symbol = code.split("/")
    text = OfficialText(
        agency="Bộ Tài chính",
        number=number,
        symbol=symbol,
        place="Hà Nội",
        doc_date=datetime.now(OFFICE_ZONE).date() - timedelta(days=1),
        subject=SUBJECT,
        addressees=("Ủy ban nhân dân tỉnh An Bình",),
        body=("Đề nghị Quý Ủy ban rà soát, báo cáo nhu cầu vốn của các dự án chuyển tiếp.",),
        authority=("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"),
        signer_name="Trần Quốc Hưng",
        recipients=("Như trên",),
    )
    return build_pdf(text)


def second_version() -> bytes:
    """The officer's own Word file."""
    text = OfficialText(
        agency="Ủy ban nhân dân tỉnh An Bình",
        symbol="UBND-TH",
        place="An Bình",
        subject="báo cáo nhu cầu vốn",
        addressees=("Bộ Tài chính",),
        body=("Ủy ban nhân dân tỉnh báo cáo nhu cầu vốn như bảng kèm theo",),
        authority=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        signer_name="Nguyễn Văn Bình",
        recipients=("Như trên",),
    )
    return build_docx(text)


def file(name: str, data: bytes) -> dict[str, object]:
    """A file as the browser's chooser gives it."""
    kind = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
    return {"name": name, "mimeType": kind, "buffer": data}


def begin(clerk: Page) -> None:
    """The clerk signs in on the page for it, and is at her desk."""
    clerk.goto("/documents/incoming")
    clerk.fill("input[name=name]", "vanthu")
    clerk.fill("input[name=password]", PASSWORD)
    clerk.click("form button.p")
    clerk.wait_for_url("**/documents/incoming")


def register(clerk: Page) -> None:
    """The clerk drops files, one of them rubbish, and registers the letter by keyboard."""
    clerk.goto("/documents/incoming/intake")
    clerk.set_input_files(
        "#intake-files", [file("rong.pdf", b""), file("7311.pdf", incoming())], timeout=10_000
    )
    expect(clerk.locator("#queue .d-q.bad")).to_contain_text("rong.pdf")
    row = clerk.locator("#queue a", has_text=CODE)
    expect(row).to_be_visible(timeout=30_000)
    row.click()
    expect(clerk.locator("#code")).to_have_value(CODE)
    expect(clerk.locator("#issuer")).to_have_value("Bộ Tài chính")
    expect(clerk.locator("#subject")).to_have_value(re.compile(SUBJECT, re.IGNORECASE))
    expect(clerk.locator("#code")).to_have_class(re.compile("auto"))
    clerk.locator("#presented_to_id").select_option(label="Nguyễn Văn Bình, Chủ tịch UBND tỉnh")
    clerk.locator("#code").press("Control+Enter")
    expect(clerk.get_by_text(re.compile("số đến"))).to_be_visible()


def watch(clerk: Page) -> None:
    """The clerk leaves the registered document open; nobody has directed it yet."""
    clerk.goto("/documents/incoming")
    clerk.locator("tr", has_text=CODE).get_by_role("link").first.click()
    expect(clerk.locator("#panel")).to_be_visible()
    expect(clerk.locator("#panel")).not_to_contain_text("P. Tổng hợp")


def direct(leader: Page) -> None:
    """Three taps on a tablet: the card, the lead unit, "Giao"."""
    leader.goto("/documents/inbox")
    leader.locator(".o-lcard", has_text=CODE).tap()
    expect(leader.locator(".o-lcard[aria-current]")).to_contain_text(CODE)
    expect(leader.locator(".pdfViewer canvas")).to_be_visible()
    unit = leader.locator(".o-unit", has_text="P. Tổng hợp")
    unit.first.tap()
    expect(leader.locator("[data-sentence]")).to_contain_text("P. Tổng hợp")
    leader.locator("[data-go]").tap()
    expect(leader.locator(".o-undo")).to_be_visible()


def work(head: Page, officer: Page) -> None:
    """The head passes the task on; the officer reports in two taps."""
    head.get_by_role("link", name=re.compile(SUBJECT, re.IGNORECASE)).first.click()
    head.get_by_role("button", name="Phân công người thực hiện").click()
    sheet = head.locator("#act-sheet")
    sheet.locator(".ts-control input").fill("Trang")
    sheet.locator(".ts-dropdown .option", has_text="Phan Thu Trang").click()
    sheet.get_by_role("button", name="Phân công", exact=True).click()
    expect(head.locator("#task")).to_contain_text("Phan Thu Trang")
    officer.goto("/tasks")
    row = officer.locator(".o-mt", has_text=re.compile(SUBJECT, re.IGNORECASE))
    row.locator("button[value='50']").click()
    # The button is pressed before the server has heard of it; a reload now would take the words back.
    with officer.expect_response(lambda answer: answer.request.method == "POST"):
        row.get_by_role("button", name=re.compile("Gửi 50%")).click()
    expect(row.locator("button[value='50']")).to_have_attribute("aria-pressed", "true")
    officer.reload()
    expect(row.locator("button[value='50']")).to_have_attribute("aria-pressed", "true")


def reply(officer: Page, head: Page) -> str:
    """The officer drafts a reply from the document and uploads a second version; returns the draft's path."""
    officer.goto("/tasks")
    officer.get_by_role("link", name=re.compile(SUBJECT, re.IGNORECASE)).first.click()
    officer.get_by_role("link", name=CODE).first.click()
    officer.get_by_role("link", name="Soạn trả lời").click()
    officer.locator("#signer_id").select_option(label="Nguyễn Văn Bình, Chủ tịch UBND tỉnh")
    officer.locator("#recipients").fill("Như trên\nSở Tài chính tỉnh An Bình")
    words = "Ủy ban nhân dân tỉnh đã rà soát và báo cáo như sau:\n1. Nhu cầu vốn là 286,4 tỷ đồng."
    officer.locator("#body").fill(words)
    officer.get_by_role("button", name=re.compile("Tạo dự thảo")).click()
    officer.wait_for_url(re.compile(r"/documents/drafts/\d+"))
    expect(officer.locator(".pdfViewer canvas")).to_be_visible()
    officer.get_by_role("button", name="Tải lên", exact=True).click()
    dialog = officer.locator("dialog[open]")
    dialog.locator("input[type=file]").set_input_files(file("ban-2.docx", second_version()))
    expect(dialog.locator("input[name=file_id]")).to_have_count(1, timeout=20_000)
    dialog.locator("#note").fill("Bổ sung số liệu")
    dialog.get_by_role("button", name=re.compile("Tải lên|Lưu")).click()
    expect(officer.locator("#versions")).to_contain_text("Bản 2")
    officer.get_by_role("button", name=re.compile("Trình duyệt")).click()
    expect(officer.locator("#strip")).to_contain_text("Chờ đơn vị duyệt")
    return officer.url


def approve(open_as: Opener, draft: str) -> None:
    """Head, office head and leader approve one after the other."""
    head = open_as("truongphong")
    head.goto(draft)
    head.get_by_role("button", name="Duyệt nội dung").click()
    layout = open_as("chanhvanphong")
    layout.goto(draft)
    for box in layout.locator("input[name=ticks]").all():
        box.check()
    layout.get_by_role("button", name=re.compile("Thể thức đạt")).click()
    leader = open_as("chutich", tablet=True)
    leader.goto(draft)
    leader.get_by_role("button", name="Đã ký bản giấy").tap()
    dialog = leader.locator("dialog[open]")
    dialog.locator("textarea[name=reason]").fill("Bản giấy đã ký, đang quét")
    dialog.get_by_role("button", name="Ghi nhận đã ký").tap()
    expect(leader.locator("#strip")).to_contain_text("Đã ký")


def issue(clerk: Page, draft: str) -> None:
    """The clerk grants number and date, records the seal and sends it to the agency of finance."""
    clerk.goto(draft)
    clerk.get_by_role("button", name=re.compile("Cấp số")).click()
    expect(clerk.locator("#strip .o-no1")).to_be_visible()
    clerk.once("dialog", lambda asked: asked.accept())
    clerk.get_by_role("button", name="Đã đóng dấu").click()
    confirm(clerk)
    expect(clerk.get_by_role("button", name=re.compile("Phát hành")).first).to_be_visible()
    clerk.get_by_label("Sở Tài chính tỉnh An Bình").check()
    clerk.get_by_role("button", name=re.compile("Phát hành")).last.click()
    expect(clerk.locator("#strip")).to_contain_text("Đã phát hành", timeout=20_000)


def confirm(page: Page) -> None:
    """Answer yes where the page asks in a dialog of its own."""
    asked = page.locator("dialog[open] button.p")
    if asked.count():
        asked.first.click()


def receive(clerk: Page) -> None:
    """At the other agency it waits to be registered."""
    clerk.goto("/documents/incoming/intake")
    expect(clerk.locator("#queue")).to_contain_text("UBND-TH")


def expect_done(clerk: Page) -> None:
    """The first document is done: its reply was issued."""
    clerk.goto("/documents/incoming")
    expect(clerk.locator("tr", has_text=CODE)).to_contain_text("Hoàn thành")


def test_a_document_goes_from_the_drop_to_a_reply_at_another_agency(open_as: Opener) -> None:
    clerk = open_as(None)
    begin(clerk)
    register(clerk)

    head = open_as("truongphong")
    head.goto("/tasks")
    expect(head.get_by_text(SUBJECT)).to_have_count(0)
    watch(clerk)
    leader = open_as("chutich", tablet=True)
    direct(leader)
    # Nobody sees the task while it can be undone; then it comes by itself.
    assert head.get_by_text(SUBJECT).count() == 0
    task = head.get_by_role("link", name=re.compile(SUBJECT, re.IGNORECASE))
    expect(task.first).to_be_visible(timeout=20_000)
    # Every part of the clerk's open page has read itself again, the last as well.
    expect(clerk.locator("#strip")).to_contain_text("Đã giao")
    expect(clerk.locator("#panel")).to_contain_text("P. Tổng hợp")
    work(head, open_as("chuyenvien"))

    officer = open_as("chuyenvien")
    draft = reply(officer, head)
    approve(open_as, draft)
    issue(clerk, draft)
    receive(open_as("vanthu.stc"))
    expect_done(clerk)
