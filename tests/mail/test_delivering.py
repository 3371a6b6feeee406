"""Letters to a real mail server: over TLS, signed in, in Vietnamese; refusals told as what they are."""

import logging
from typing import Any

import pytest
from sqlalchemy import select

from intranet.core import db
from intranet.core.refs import Ref
from intranet.notices import outbox, outbox_sending, outbox_watch, services
from intranet.notices.outbox_models import Channel, Outbox, OutboxState
from mail.services import smtp
from tests.factories import Office
from tests.mail.conftest import Configure, give_address
from tests.notices.letters import row
from tests.postfix import DOMAIN, PASSWORD, USER, Postfix
from tests.tasks.making import give

EMAIL = Channel.EMAIL


def signed_in(server: Postfix, **more: Any) -> dict[str, Any]:
    """Settings that lead to the server, by STARTTLS unless told otherwise."""
    own = {
        "smtp_port": server.starttls,
        "smtp_ca": str(server.authority),
        "smtp_user": USER,
        "smtp_password": PASSWORD,
    }
    return own | more


def write(office: Office, key: str = "letter", to: str = "truongphong") -> None:
    """A letter to the head of finance, who reads at that box."""
    give_address(office.head, f"{to}@{DOMAIN}")
    outbox.write(
        EMAIL, key, office.head.id, f"Đôn đốc: Rà soát vốn ({key})", "Dòng một\nDòng hai", Ref("task", 1)
    )


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_letter_arrives_whole_over_tls_in_plain_text_and_html(
    tls: str, office: Office, post_office: Postfix, configure: Configure
) -> None:
    port = post_office.starttls if tls == "starttls" else post_office.tls
    configure(**signed_in(post_office, smtp_tls=tls, smtp_port=port))
    write(office, key=tls)
    assert outbox_sending.send_due(EMAIL) == 1
    assert row(tls).state is OutboxState.SENT
    [found] = post_office.read("truongphong", row(tls).message_id)
    assert found["Subject"] == f"Đôn đốc: Rà soát vốn ({tls})"
    assert found["To"] == f"Đỗ Thị Thanh Hà <truongphong@{DOMAIN}>"
    plain, html = found.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "Kính gửi Đỗ Thị Thanh Hà,\n\nDòng một\nDòng hai\n" in plain.get_content().replace("\r\n", "\n")
    assert "<p>Dòng hai</p>" in html.get_content()
    assert found["Auto-Submitted"] == "auto-generated"


def test_a_notice_leaves_as_a_letter_and_the_title_of_a_restricted_task_does_not(
    office: Office, post_office: Postfix, configure: Configure
) -> None:
    configure(**signed_in(post_office))
    give_address(office.head, f"chuyenvien@{DOMAIN}")
    give(office, title="Rà soát <vốn> & nợ")
    give(office, title="Chuyện kín", is_restricted=True)
    assert outbox_sending.send_due(EMAIL) == 2
    ids = db.session().scalars(select(Outbox.message_id)).all()
    both = post_office.read("chuyenvien", *ids)
    subjects = {str(one["Subject"]) for one in both}
    assert "Nguyễn Văn Bình giao bạn chủ trì “Rà soát <vốn> & nợ”, hạn 20/11/2026" in subjects
    assert any(subject.startswith("Giao việc, phân công: nhiệm vụ ") for subject in subjects)
    assert not any("Chuyện kín" in one.as_string() or "Chuyện kín" in str(one["Subject"]) for one in both)
    assert not any("kín" in part.get_content() for one in both for part in one.iter_parts())
    assert any("&lt;vốn&gt; &amp; nợ" in part.get_content() for one in both for part in one.iter_parts())


def test_a_full_box_is_later_and_an_unknown_one_a_dead_letter_in_the_servers_words(
    office: Office, post_office: Postfix, configure: Configure
) -> None:
    configure(**signed_in(post_office))
    write(office, key="busy", to="later")
    assert outbox_sending.send_due(EMAIL) == 1
    assert row("busy").state is OutboxState.QUEUED
    assert "451 4.7.1" in (row("busy").reason or "")
    write(office, key="gone", to="khongco")
    outbox_sending.send_due(EMAIL)
    assert row("gone").state is OutboxState.DEAD
    assert "550 5.1.1" in outbox_watch.dead_letters()[0][0].reason


def test_a_wrong_password_an_unknown_authority_or_no_server_loses_nothing(
    office: Office, post_office: Postfix, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write(office, key="kept")
    wrong = (
        {"smtp_password": "sai-mat-khau-cua-thu"},
        {"smtp_ca": None},
        {"smtp_user": None, "smtp_password": None},
        {"smtp_port": 1},
    )
    said = []
    for change in wrong:
        configure(**signed_in(post_office, **change))
        with db.unit_of_work() as session:
            session.get_one(Outbox, row("kept").id).next_try_at = row("kept").created_at
        assert outbox_sending.send_due(EMAIL) == 1
        said.append(row("kept").reason or "")
        assert row("kept").state in (OutboxState.QUEUED, OutboxState.DEAD)
        outbox_watch.send_again(None)
    assert "535" in said[0]
    assert "certificate" in said[1].lower()
    assert "554" in said[2]
    assert "refused" in said[3].lower()
    assert "sai-mat-khau" not in caplog.text + " ".join(said)
    configure(**signed_in(post_office))
    with db.unit_of_work() as session:
        session.get_one(Outbox, row("kept").id).next_try_at = row("kept").created_at
    outbox_sending.send_due(EMAIL)
    assert row("kept").state is OutboxState.SENT


def test_a_person_without_a_confirmed_address_gets_none(
    office: Office, post_office: Postfix, configure: Configure
) -> None:
    configure(**signed_in(post_office))
    give(office)
    assert outbox_sending.send_due(EMAIL) == 0
    assert services.unread(office.head.id) == 1


def test_letters_of_one_round_share_a_connection(
    office: Office, post_office: Postfix, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(**signed_in(post_office))
    connected = []
    real = smtp.Server._connect
    monkeypatch.setattr(smtp.Server, "_connect", lambda self: connected.append(1) or real(self))
    for n in range(3):
        write(office, key=f"round {n}")
    assert outbox_sending.send_due(EMAIL) == 3
    assert len(connected) == 1
