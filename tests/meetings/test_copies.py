"""What leaves the house: downloads and prints with name and time where asked, and the list of papers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from intranet.core import db
from intranet.core.errors import BadState, Forbidden
from intranet.people.models import User
from intranet.records import conversions, files, media, office_pdf, pdf
from intranet.records.models import Conversion, ConversionState, File
from intranet.records.views import READER
from meetings.models.paper import ORIGINAL
from meetings.services import distributing, originals, papers
from tests.meetings.conftest import Sitting, add_paper, journal_of
from tests.uploads import docx_with

Client = Callable[[User], FlaskClient]


def said(data: bytes, folder: Path) -> str:
    path = folder / "got.pdf"
    path.write_bytes(data)
    return pdf.all_text(path)[0]


def test_downloads_and_prints_carry_a_name_where_that_was_asked_for(
    sitting: Sitting, client_of: Client, tmp_path: Path, trail: Callable[[], list[str]]
) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    address, to_print = (
        f"/files/{paper.public_id}/a.pdf",
        f"/meetings/{sitting.id}/papers/{paper.public_id}/print",
    )
    plain = files.read(paper)
    guest = client_of(sitting.guest)
    assert guest.get(address).data == guest.get(to_print).data == plain
    grants = [
        {"who": "role:guest", "can": ["download", "print"]},
        {"who": "role:delegate", "can": ["download"]},
    ]
    distributing.set_rights(sitting.secretary, sitting.id, paper.public_id, grants=grants, is_marked=True)
    # What is opened beside the page reader can be kept as well.
    for answer in (guest.get(address), guest.get(to_print), guest.get(f"{address}?view=1")):
        assert "Trịnh Văn Khách, 08:30 13/11/2026" in said(answer.data, tmp_path)
    assert guest.get(f"{address}?view=1", headers={READER: "1"}).data == plain
    assert papers.paper_entry(paper, sitting.meeting)["mark"] is True
    delegate = client_of(sitting.delegate)
    assert sitting.delegate.full_name in said(delegate.get(address).data, tmp_path)
    assert delegate.get(to_print).status_code == 403
    assert files.read(paper) == plain
    assert trail().count("meeting.paper_printed") == 2


def test_the_office_document_behind_a_marked_paper_goes_to_nobody_else(
    sitting: Sitting, client_of: Client
) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    kept = files.keep(docx_with("Tờ trình"), "To trinh.docx", media.DOCX)
    with db.unit_of_work() as session:
        made = files.attach_kept(None, kept, sitting.meeting.ref, org_id=paper.org_id, role=ORIGINAL)
        session.add(
            Conversion(
                file_id=paper.id,
                source=kept.sha256,
                state=ConversionState.DONE,
                role=ORIGINAL,
                original_id=made.id,
                asked_at=paper.created_at,
            )
        )
        key = made.public_id
    guest, secretary = client_of(sitting.guest), client_of(sitting.secretary)
    assert guest.get(f"/files/{key}/a.docx").status_code == 200
    distributing.set_rights(sitting.secretary, sitting.id, paper.public_id, grants=None, is_marked=True)
    assert guest.get(f"/files/{key}/a.docx").status_code == 403
    assert secretary.get(f"/files/{key}/a.docx").data.startswith(b"PK")


def test_a_pdf_that_could_not_be_made_is_tried_again_when_asked(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch, client_of: Client
) -> None:
    mid, secretary = sitting.id, sitting.secretary
    kept = files.keep(docx_with("Tờ trình"), "To trinh.docx", media.DOCX)
    key = papers.add_made_paper(secretary, mid, None, kept)
    with monkeypatch.context() as bare:
        bare.setattr(office_pdf, "is_installed", lambda: False)
        assert conversions.convert_next()
    page = client_of(secretary).get(f"/meetings/{mid}/papers").text
    assert "Chuyển lại" in page
    with pytest.raises(Forbidden):
        originals.convert_again(sitting.guest, mid, key)
    answer = client_of(secretary).post(f"/meetings/{mid}/papers/{key}/convert", data={"back": "papers"})
    assert answer.status_code == 302
    with pytest.raises(BadState, match=r"paper\.not_failed"):
        originals.convert_again(secretary, mid, key)
    with db.scope():
        entry = next(one for found in papers.of_meeting(sitting.meeting).values() for one in found)
    assert (entry["conv"], "why" in entry) == ("queued", False)
    assert journal_of(mid) == ["file.added", "file.map", "file.map"]


def test_the_list_of_papers_names_what_this_person_may_read(
    sitting: Sitting, client_of: Client, tmp_path: Path
) -> None:
    first = add_paper(sitting.secretary, sitting, sitting.agenda[0])
    few = add_paper(sitting.secretary, sitting, None)
    with db.unit_of_work() as session:
        session.get_one(File, first.id).name = "Báo cáo thẩm định nguồn vốn và khả năng cân đối.pdf"
    distributing.set_rights(sitting.secretary, sitting.id, few.public_id, grants=[], online_only=True)
    lists = {
        who: said(client_of(who).get(f"/meetings/{sitting.id}/papers/list.pdf").data, tmp_path)
        for who in (sitting.secretary, sitting.guest)
    }
    for words in lists.values():
        assert "DANH MỤC TÀI LIỆU" in words
        assert "Mục 1. Điều chỉnh kế hoạch vốn" in words
        assert "Báo cáo thẩm định nguồn vốn" in words
    assert "To trinh 318" in lists[sitting.secretary]
    assert "chỉ một số người" in lists[sitting.secretary]
    assert "To trinh 318" not in lists[sitting.guest]
