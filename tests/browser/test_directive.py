"""A leader types what is to be done: words are underlined, questions answered, then it is given."""

from playwright.sync_api import expect

from tests.browser.conftest import Opener, axe


def test_a_typed_sentence_is_given_once_every_question_is_answered(open_as: Opener) -> None:
    leader = open_as("chutich", tablet=True)
    leader.goto("/documents/inbox")
    leader.get_by_role("button", name="Gõ ý kiến").click()
    text = "Giao Sở Y tế, Sở Tài chính rà soát, phối hợp sở xd, xong trong 5 ngày làm việc"
    leader.get_by_label("Ý kiến chỉ đạo").fill(text)
    heard = leader.get_by_role("group", name="Hiểu từ câu")
    expect(heard.get_by_role("button", name="Phối hợp Sở Xây dựng")).to_have_attribute("aria-pressed", "true")
    expect(leader.locator("[data-mirror] mark")).to_have_text(
        ["Sở Y tế", "Sở Tài chính", "sở xd", "trong 5 ngày làm việc"]
    )
    give = leader.get_by_role("button", name="Giao", exact=True)
    expect(give).to_be_disabled()
    assert axe(leader) == []
    heard.get_by_role("button", name="Sở Y tế").click()
    expect(give).to_be_enabled()
    give.click()
    expect(leader.locator(".o-undo")).to_contain_text("Đã giao Sở Y tế chủ trì")
    leader.get_by_role("button", name="Hoàn tác").click()
    expect(leader.locator(".o-undo")).to_have_count(0)

    # The form of a task is filled from the sentence, and waits for answers like the dock.
    leader.goto("/tasks/new")
    leader.get_by_label("Tên nhiệm vụ").fill("Rà soát quy hoạch")
    leader.get_by_label("Nội dung chỉ đạo").fill(
        "Giao Sở Tài chính chủ trì, phối hợp sở xd, Sở Du lịch, xong trước 01/11/2026"
    )
    helper = heard.get_by_role("button", name="Phối hợp Sở Xây dựng")
    expect(helper).to_have_attribute("aria-pressed", "true")
    expect(leader.locator("#lead option:checked")).to_have_text("Sở Tài chính")
    send = leader.get_by_role("button", name="Giao việc")
    send.click()
    expect(leader.get_by_text("Câu còn chỗ chưa rõ")).to_be_visible()
    helper.click()
    expect(leader.locator("#co option:checked")).to_have_count(0)
    assert axe(leader) == []
    heard.get_by_role("button", name="Chỉ giữ trong câu").click()
    heard.get_by_role("button", name="Giữ hạn đang chọn").click()
    send.click()
    expect(leader.locator(".o-undo")).to_contain_text("Đã giao Sở Tài chính")
    leader.get_by_role("button", name="Hoàn tác").click()
