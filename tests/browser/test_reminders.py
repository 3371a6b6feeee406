"""Reminders reach the person concerned once, also when the server was down at that hour."""

import sqlite3
import time
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.serving import Server

TITLE = "Chuẩn bị tài liệu phiên họp thường kỳ"


def next_reminder(server: Server) -> datetime:
    """The next hour at which the sample task's people are to be reminded (UTC)."""
    database = sqlite3.connect(server.data / "office.sqlite3")
    try:
        (planned,) = database.execute(
            "SELECT min(planned_at) FROM reminder JOIN task ON task.id = reminder.ref_id "
            "WHERE ref_kind = 'task' AND title = ? AND cancelled_at IS NULL AND planned_at > ?",
            (TITLE, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")),
        ).fetchone()
    finally:
        database.close()
    return datetime.fromisoformat(planned).replace(tzinfo=UTC)


def test_a_reminder_missed_while_the_server_was_down_comes_once(open_as: Opener, server: Server) -> None:
    due = next_reminder(server)
    server.stop()
    server.move_clock((due - datetime.now(UTC)).total_seconds() + 600)
    server.start()
    officer = open_as("chuyenvien")
    line = officer.locator("main li", has_text=TITLE).filter(has_text="hạn")
    for _ in range(20):
        officer.goto("/notices")
        if line.count():
            break
        time.sleep(0.5)
    expect(line).to_have_count(1)
    server.stop()
    server.start()
    time.sleep(3)
    officer.goto("/notices")
    expect(line).to_have_count(1)
