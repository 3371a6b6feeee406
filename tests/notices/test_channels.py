"""What reaches whom by which channel: as the house has it, or as the person chose."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, Invalid
from intranet.core.refs import Ref
from intranet.notices import addresses, channels, outbox, outbox_sending, services
from intranet.notices.channel_models import MailAddress
from intranet.notices.outbox_models import Channel, Outbox, OutboxState
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office
from tests.notices.letters import Post, plug, write
from tests.tasks.making import give

Clients = Callable[[User], FlaskClient]
EMAIL = Channel.EMAIL


@pytest.fixture
def post(office: Office, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Mail that is carried nowhere, and the head of finance with an address."""
    db.database().settings = replace(db.database().settings, smtp_host="127.0.0.1", mail_from="a@b.vn")
    give_address(office.head)
    return plug(monkeypatch)


def give_address(person: User) -> None:
    """A confirmed address."""
    with db.unit_of_work() as session:
        session.merge(MailAddress(user_id=person.id, confirmed=f"{person.name}@anbinh.gov.vn", fails=0))


def written() -> list[str]:
    """Keys of what is in the outbox."""
    db.read_anew()
    return list(db.session().scalars(select(Outbox.key).order_by(Outbox.id)))


def test_a_notice_writes_its_letter_in_its_own_transaction_to_whoever_has_an_address(
    office: Office, post: Post
) -> None:
    give(office)
    assert outbox_sending.send_due(EMAIL) == 1
    assert post.carried[0][1] == "truongphong"
    assert post.carried[0][2].subject.startswith("Nguyễn Văn Bình giao bạn chủ trì “Rà soát vốn")
    assert post.carried[0][2].link.startswith("/notices/")


def test_a_notice_for_later_writes_its_letter_when_it_is_released_and_once(
    office: Office, post: Post
) -> None:
    give(office, release_after=10)
    assert written() == []
    clock.advance(timedelta(seconds=10))
    services.release_due()
    services.release_due()
    assert len(written()) == 1


def test_a_notice_taken_back_in_time_leaves_no_letter(office: Office, post: Post) -> None:
    task_id = give(office, release_after=10)
    with db.unit_of_work():
        services.withdraw(Ref("task", task_id))
    clock.advance(timedelta(seconds=10))
    services.release_due()
    assert written() == []


def test_a_letter_whose_record_may_not_be_read_any_more_is_not_sent(office: Office, post: Post) -> None:
    with db.unit_of_work():
        services.notify([office.head.id], "task.assigned", Ref("task", 999))
    assert outbox_sending.send_due(EMAIL) == 1
    assert post.carried == []
    assert db.session().scalars(select(Outbox.state)).all() == [OutboxState.DROPPED]


def test_each_person_chooses_for_each_event(office: Office, post: Post) -> None:
    assert channels.takers([office.head.id], "result", EMAIL) == []
    channels.choose(office.head, {("result", EMAIL)})
    assert channels.takers([office.head.id, office.officer.id], "result", EMAIL) == [office.head.id]
    give(office)
    assert written() == []
    assert services.unread(office.head.id) == 1


def test_a_letter_about_an_event_is_written_for_whoever_wants_such(office: Office, post: Post) -> None:
    desk = Ref("desk", office.head.id)
    assert channels.write_letter("digest", "digest:1", office.head.id, "Bản tin", "…", desk)
    assert not channels.write_letter("digest", "digest:1", office.head.id, "Bản tin", "…", desk)
    assert not channels.write_letter("digest", "digest:2", office.officer.id, "Bản tin", "…", desk)
    assert written() == ["digest:1"]


def test_without_a_mail_server_nothing_is_written_and_nothing_more_asked(office: Office) -> None:
    give_address(office.head)
    with count_queries() as sent:
        give(office)
    assert written() == []
    assert not [one for one in sent if "channel_choice" in one or "mail_address" in one]


def test_every_kind_of_notice_belongs_to_an_event_that_has_its_words(office: Office) -> None:
    assert channels.event_of("task.assigned") == "assigned"
    assert channels.event_of("document.to_sign") == "signing"
    assert channels.event_of("meeting.soon") == "meeting"
    assert channels.event_of("reminder.minus1") == "near_due"
    assert channels.event_of("reminder.plus1") == "overdue"
    assert channels.event_of("unknown.kind") == "other"


def code_of(person: User) -> str:
    """The code that was last sent."""
    row = addresses.of(person.id)
    assert row is not None
    assert row.asked is not None
    assert row.asked_at is not None
    return addresses.code(person.id, row.asked, row.asked_at)


def test_an_address_counts_once_the_code_that_was_sent_there_is_typed(office: Office, post: Post) -> None:
    addresses.ask(office.officer, " Trang@AnBinh.gov.vn ")
    outbox_sending.send_due(EMAIL)
    assert code_of(office.officer) in post.carried[0][2].subject
    assert addresses.confirmed(office.officer.id) is None
    with pytest.raises(Invalid, match=r"address\.code_wrong"):
        addresses.confirm(office.officer, "12345x")
    addresses.confirm(office.officer, f" {code_of(office.officer)} ")
    assert addresses.confirmed(office.officer.id) == "trang@anbinh.gov.vn"
    addresses.forget(office.officer)
    assert addresses.confirmed(office.officer.id) is None


def test_a_code_is_good_for_half_an_hour_and_five_tries_and_until_the_next(
    office: Office, post: Post
) -> None:
    addresses.ask(office.officer, "a@anbinh.gov.vn")
    first = code_of(office.officer)
    for _ in range(addresses.MOST_FAILS):
        with pytest.raises(Invalid):
            addresses.confirm(office.officer, "x")
    with pytest.raises(BadState, match=r"address\.code_spent"):
        addresses.confirm(office.officer, first)
    clock.advance(timedelta(seconds=1))
    addresses.ask(office.officer, "a@anbinh.gov.vn")
    with pytest.raises(Invalid):
        addresses.confirm(office.officer, first)
    clock.advance(timedelta(minutes=31))
    with pytest.raises(BadState, match=r"address\.code_old"):
        addresses.confirm(office.officer, code_of(office.officer))


@pytest.mark.pages
def test_a_wrong_address_is_refused_beside_its_field_with_what_was_typed(
    office: Office, post: Post, client_of: Clients
) -> None:
    client = client_of(office.officer)
    for typed in (
        "trang",
        "trang@anbinh",
        "trang@anbinh.gov.vn\r\nBcc: x@y.vn",
        "a b@anbinh.gov.vn",
        "ế@a.vn",
    ):
        answer = client.post("/notices/channels/address", data={"address": typed})
        assert answer.status_code == 422
        assert "Địa chỉ thư chưa đúng" in answer.text
    assert 'value="ế@a.vn"' in answer.text
    db.database().settings = replace(db.database().settings, mail_domains=("anbinh.gov.vn",))
    answer = client.post("/notices/channels/address", data={"address": "trang@thurieng.vn"})
    assert "Chỉ gửi được thư đến địa chỉ của cơ quan: anbinh.gov.vn" in answer.text
    assert client.post("/notices/channels/address", data={"address": "t@so.anbinh.gov.vn"}).status_code == 302
    page = client.get("/notices/channels").text
    assert "Mã đã gửi đến t@so.anbinh.gov.vn" in page
    answer = client.post("/notices/channels/address/confirm", data={"code": "1"})
    assert (answer.status_code, "Mã không đúng" in answer.text) == (422, True)


@pytest.mark.pages
def test_the_choice_is_kept_and_shown_again(office: Office, post: Post, client_of: Clients) -> None:
    client = client_of(office.head)
    page = client.get("/notices/channels").text
    assert 'value="assigned:email" checked' in page
    on = ["result:email", "meeting:push", "nonsense:email", "result:pigeon"]
    assert client.post("/notices/channels", data={"on": on}).status_code == 302
    page = client.get("/notices/channels").text
    assert re.findall(r'name="on" value="(\S+)" checked', page) == ["result:email", "meeting:push"]


@pytest.mark.pages
def test_administrators_see_why_letters_are_stuck_but_not_what_they_say(
    office: Office, post: Post, client_of: Clients
) -> None:
    def refuse(_letter: outbox.Claimed) -> None:
        raise outbox_sending.Refused("550 <b>không có</b> hộp thư")

    post.fails = refuse
    client = client_of(office.admin)
    assert "Không có thư nào bị từ chối" in client.get("/admin/outbox").text
    write(office.head, subject="Chuyện của riêng người nhận")
    outbox_sending.send_due(EMAIL)
    with count_queries() as few:
        page = client.get("/admin/outbox").text
    assert "550 &lt;b&gt;không có&lt;/b&gt; hộp thư" in page
    assert "Chuyện của riêng" not in page
    for n in range(60):
        write(office.head, key=f"more {n}")
    outbox_sending.send_due(EMAIL, most=100)
    with count_queries() as many:
        page = client.get("/admin/outbox").text
    assert len(many) == len(few)
    assert "Cũ hơn" in page
    post.fails = lambda _letter: None
    assert client.post("/admin/outbox/again").status_code == 302
    assert outbox_sending.send_due(EMAIL, most=100) == 61
    assert client.post("/admin/outbox/again", data={"letter": "1"}).status_code == 404
    assert client_of(office.head).get("/admin/outbox").status_code == 403


@pytest.mark.pages
def test_an_administrator_stops_and_starts_sending(office: Office, post: Post, client_of: Clients) -> None:
    client = client_of(office.admin)
    client.post("/admin/outbox/switch", data={"to": "off"})
    write(office.head)
    assert outbox_sending.send_due(EMAIL) == 0
    assert "Đang ngừng gửi" in client.get("/admin/outbox").text
    client.post("/admin/outbox/switch", data={"to": "on"})
    assert outbox_sending.send_due(EMAIL) == 1
