"""Many files dropped on an agenda: each at its item, the doubtful in the tray, the bad ones named."""

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.core import db, jobs
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people.models import User
from intranet.records import files, staging
from intranet.records.media import Verdict
from intranet.records.models import File, StagedState
from meetings.models.meeting import AgendaItem, ItemKind, Meeting, PendingPaper
from meetings.models.paper import TRAY
from meetings.services import papers, placing, presenting
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper, journal_of, pdf
from tests.uploads import pdf_with, staged_file


def on_table(sitting: Sitting) -> dict[int | None, list[str]]:
    """Names of the papers by item."""
    found: dict[int | None, list[str]] = {}
    with db.scope():
        for listed in papers.of_meeting(sitting.meeting).values():
            for entry in listed:
                file = db.session().scalars(select(File).where(File.public_id == entry["id"])).one()
                found.setdefault(papers.item_id_of(file), []).append(entry["n"])
    return found


def in_tray(sitting: Sitting) -> list[str]:
    with db.scope():
        return [one.public_id for one in placing.tray(sitting.meeting)]


def test_each_of_many_files_lands_and_a_bad_one_stops_none(sitting: Sitting) -> None:
    secretary, mid = sitting.secretary, sitting.id
    first, second = (item.id for item in sitting.agenda)
    names = [f"0{1 + n % 2}_Tờ trình {n}.pdf" for n in range(4)]
    names += ["Phan cap quan ly tai san.pdf", "Giấy tờ khác.pdf", "scan0001.pdf"]
    given = [(name, pdf_with(name)) for name in names]
    given.insert(3, ("02_TỐI MẬT.pdf", pdf_with("TỐI MẬT", "Kế hoạch")))
    sent = [staged_file(secretary, data, name) for name, data in given]
    told = [placing.drop(secretary, mid, one) for one in sent]
    counts = {state: [one.state for one in told].count(state) for state in ("placed", "tray", "refused")}
    assert counts == {"placed": 5, "tray": 2, "refused": 1}
    assert told[3].problem == "file.secret_mark"
    table = on_table(sitting)
    assert len(table[first]) == 2
    assert len(table[second]) == 3
    assert "Phan cap quan ly tai san" in table[second]
    assert len(in_tray(sitting)) == 2
    assert len(placing.refused(secretary, sitting.meeting)) == 1
    again = [placing.drop(secretary, mid, one) for one in sent]
    assert again == told
    assert on_table(sitting) == table
    placing.forget_refused(secretary, mid)
    assert db.session().scalar(select(func.count()).select_from(PendingPaper)) == 0


def checked(actor: User, name: str, verdict: Verdict | None = None) -> str:
    """An upload whose bytes were read, as the reading job leaves it."""
    upload = files.stage(actor, io.BytesIO(b"%PDF-1.7" + name.encode()), name)
    state = StagedState.READY if verdict is None else StagedState.REFUSED
    with db.unit_of_work():
        staging.conclude(staging.own_row(actor, upload.public_id, lock=True), state, verdict)
    return upload.public_id


def test_of_thirty_files_each_lands_at_its_item_and_what_is_left_is_placed(sitting: Sitting) -> None:
    secretary, mid = sitting.secretary, sitting.id
    with db.unit_of_work() as session:
        meeting = session.get_one(Meeting, mid)
        for place in range(2, 6):
            item = AgendaItem(title=f"Việc thứ {place}", kind=ItemKind.DECISION, position=place)
            meeting.agenda.append(item)
    ids = [item.id for item in sitting.agenda]
    forms = ("Mục {} - Báo cáo.pdf", "{:02}_Tờ trình.pdf", "{}. Phụ lục.pdf", "nd{} Biểu số liệu.pdf")
    numbered = [form.format(number) for form in forms for number in range(1, 7)]
    named = ["Phan cap quan ly tai san.pdf"]
    left = ["Giấy tờ khác.pdf", "scan0001.pdf", "scan0002.pdf", "3/TTr-STC.pdf"]
    sent = [checked(secretary, name) for name in (*numbered, *named, *left)]
    sent.insert(3, checked(secretary, "02_KH.pdf", Verdict("file.secret_mark", {"mark": "TỐI MẬT"})))
    told = [placing.drop(secretary, mid, one) for one in sent]
    counts = {state: [one.state for one in told].count(state) for state in ("placed", "tray", "refused")}
    assert (len(sent), counts) == (30, {"placed": 25, "tray": 4, "refused": 1})
    table = on_table(sitting)
    assert [len(table[key]) for key in ids] == [4, 5, 4, 4, 4, 4]
    for number, key in enumerate(ids, 1):
        assert {form.format(number).removesuffix(".pdf") for form in forms} <= set(table[key])
    assert "Phan cap quan ly tai san" in table[ids[1]]
    for place, key in enumerate(in_tray(sitting)):
        placing.move_paper(secretary, mid, key, ids[place])
    assert in_tray(sitting) == []
    assert [len(on_table(sitting)[key]) for key in ids] == [5, 6, 5, 5, 4, 4]


def test_what_is_still_being_checked_is_remembered_and_lands_later(sitting: Sitting) -> None:
    upload = files.stage(sitting.secretary, io.BytesIO(pdf()), "Mục 2.pdf")
    assert placing.drop(sitting.secretary, sitting.id, upload.public_id).state == "checking"
    assert on_table(sitting) == {}
    jobs.run_due()
    assert papers.settle(sitting.secretary, sitting.id) == 0
    assert on_table(sitting) == {sitting.agenda[1].id: ["Mục 2"]}


def test_the_same_bytes_are_not_put_on_the_table_twice(sitting: Sitting) -> None:
    data = pdf_with("Một tờ trình")
    one, two = (staged_file(sitting.secretary, data, name) for name in ("Mục 1.pdf", "Mục 2.pdf"))
    first, second = (placing.drop(sitting.secretary, sitting.id, staged) for staged in (one, two))
    assert first.item_id == second.item_id == sitting.agenda[0].id
    assert on_table(sitting) == {sitting.agenda[0].id: ["Mục 1"]}


def test_from_the_tray_a_file_comes_to_the_table_or_goes(sitting: Sitting, office: Office) -> None:
    secretary, mid = sitting.secretary, sitting.id
    for name in ("scan1.pdf", "scan2.pdf"):
        placing.drop(secretary, mid, staged_file(secretary, pdf_with(name), name))
    one, two = in_tray(sitting)
    assert journal_of(mid) == []
    with db.scope(), pytest.raises(NotFound):
        files.get(sitting.guest, one)
    placing.move_paper(secretary, mid, one, sitting.agenda[0].id)
    placing.throw_away(secretary, mid, two)
    assert in_tray(sitting) == []
    assert on_table(sitting) == {sitting.agenda[0].id: ["scan1"]}
    assert journal_of(mid) == ["file.added"]
    with db.scope():
        assert files.get(sitting.guest, one).role == "paper"
    with pytest.raises(NotFound):
        placing.throw_away(secretary, mid, one)


def test_a_paper_moves_to_another_item_and_keeps_its_identity(sitting: Sitting) -> None:
    secretary, mid = sitting.secretary, sitting.id
    first, second = sitting.agenda
    key = add_paper(secretary, sitting, first).public_id
    for item in (second.id, None, first.id):
        placing.move_paper(secretary, mid, key, item)
        assert on_table(sitting) == {item: ["To trinh 318"]}
    placing.move_paper(secretary, mid, key, first.id)
    assert journal_of(mid) == ["file.added", *["file.withdrawn", "file.added"] * 3]
    presenting.start_presenting(sitting.chair, mid, key, 1)
    with pytest.raises(BadState, match=r"meeting\.presented"):
        placing.move_paper(secretary, mid, key, second.id)


def test_whoever_prepares_a_meeting_reads_its_papers_and_its_tray_in_a_page_of_the_house(
    sitting: Sitting, office: Office, client_of: Callable[[User], FlaskClient]
) -> None:
    paper = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    placing.drop(sitting.secretary, sitting.id, staged_file(sitting.secretary, pdf(2), "scan1.pdf"))
    (waiting,) = placing.tray(sitting.meeting)
    plan = client_of(sitting.secretary).get(f"/meetings/{sitting.id}").get_data(as_text=True)
    for file in (paper, waiting):
        address = f"/meetings/{sitting.id}/papers/{file.public_id}/read"
        assert f'href="{address}"' in plan
        page = client_of(sitting.secretary).get(address).get_data(as_text=True)
        assert f'data-url="{papers.url_of(file)}"'.replace("&", "&amp;") in page
        assert client_of(sitting.delegate).get(address).status_code == 403
    elsewhere = f"/meetings/{sitting.id}/papers/{'0' * 32}/read"
    assert client_of(sitting.secretary).get(elsewhere).status_code == 404


def test_only_who_prepares_the_meeting_places_papers(sitting: Sitting, office: Office) -> None:
    key = add_paper(sitting.secretary, sitting, None).public_id
    acts: list[Callable[[User], object]] = [
        lambda who: placing.drop(who, sitting.id, "0" * 32),
        lambda who: placing.move_paper(who, sitting.id, key, sitting.agenda[0].id),
        lambda who: placing.throw_away(who, sitting.id, key),
    ]
    for act in acts:
        for person, problem in ((sitting.delegate, Forbidden), (office.stranger, NotFound)):
            with pytest.raises(problem):
                act(person)
    with pytest.raises((NotFound, Invalid)):
        placing.move_paper(sitting.secretary, sitting.id, key, 10**6)
    assert files.of(sitting.meeting.ref, TRAY) == []
