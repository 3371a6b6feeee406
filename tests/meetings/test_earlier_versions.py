"""Earlier versions of a paper: whoever reads the paper looks at them, with the same rights."""

from collections.abc import Callable, Collection
from typing import Any

import pytest
from flask.testing import FlaskClient

from intranet.core.errors import NotFound
from intranet.people.models import User
from intranet.records import page_facts
from intranet.records.models import File
from meetings.services import comparing, distributing, earlier, packs, papers
from meetings.services.annotating import sync
from tests.meetings.conftest import Sitting
from tests.meetings.test_replacing import NEW, NEWER, OLD, now, replace, under
from tests.uploads import staged_file

Client = Callable[[User], FlaskClient]


@pytest.fixture
def paper(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> File:
    """A paper of the meeting, replaced once; one mark of the delegate stayed on the first version."""
    monkeypatch.setattr(comparing, "records_of", lambda path: tuple(page_facts.read(path)))
    staged = staged_file(sitting.secretary, OLD.data, "To trinh 318.pdf")
    key = papers.attach_paper(sitting.secretary, sitting.id, None, staged)
    sync(sitting.delegate, sitting.id, [under(OLD.words["c", 5], 1, 1, now(key))], {})
    replace(sitting, now(key), NEW)
    return now(key)


def address(sitting: Sitting, paper: File, no: int) -> str:
    return f"/meetings/{sitting.id}/papers/{paper.public_id}/versions/{no}"


def limit(
    sitting: Sitting, paper: File, *who: str, can: Collection[str] = (), is_marked: bool = False
) -> None:
    grants: list[dict[str, Any]] | None = [{"who": one, "can": list(can)} for one in who] or None
    distributing.set_rights(
        sitting.secretary, sitting.id, paper.public_id, grants=grants, online_only=False, is_marked=is_marked
    )


def test_every_version_is_looked_at_with_what_one_left_there_and_the_way_back(
    sitting: Sitting, paper: File, client_of: Client
) -> None:
    replace(sitting, paper, NEWER, "To trinh 318 cuoi.pdf")
    first, second, last = (
        earlier.look_at(sitting.delegate, sitting.id, paper.public_id, n) for n in (1, 2, 3)
    )
    assert [one.version.file.name for one in (first, second, last)] == [
        "To trinh 318.pdf",
        "To trinh 318 sua.pdf",
        "To trinh 318 cuoi.pdf",
    ]
    assert ([one["page"] for one in first.marks], second.marks, last.marks) == ([3], [], [])
    assert (first.version.changed, first.is_current, last.is_current) == ([2, 4], False, True)
    reader = client_of(sitting.delegate)
    page = reader.get(address(sitting, paper, 1)).text
    assert "Đang xem bản cũ, chỉ để đọc" in page
    assert "Bản 2 đổi trang 2, 4." in page
    assert "1 ghi chú của bạn còn ở bản này." in page
    assert f'href="/meetings/{sitting.id}/room#{paper.public_id}"' in page
    assert papers.url_of(first.version.file).replace("&", "&amp;") in page  # type: ignore[union-attr]
    assert "Đang xem bản cũ" not in reader.get(address(sitting, paper, 3)).text
    # What somebody else left there is nobody's business.
    assert "ghi chú của bạn" not in client_of(sitting.guest).get(address(sitting, paper, 1)).text
    agenda = reader.get(f"/meetings/{sitting.id}").text
    assert address(sitting, paper, 2) in agenda
    for no in (0, 4):
        with pytest.raises(NotFound):
            earlier.look_at(sitting.delegate, sitting.id, paper.public_id, no)
    papers.withdraw_paper(sitting.secretary, sitting.id, paper.public_id)
    assert reader.get(address(sitting, paper, 1)).status_code == 404


def test_a_device_keeps_the_version_before_for_whoever_may_keep_the_paper(
    sitting: Sitting, paper: File
) -> None:
    first = earlier.look_at(sitting.delegate, sitting.id, paper.public_id, 1).version.file
    pack = packs.pack_of(sitting.delegate, sitting.id)
    [old] = pack.told()["before"]
    assert (old["rev"], old["url"]) == (
        first.sha256,
        sitting.meeting.revisions[paper.public_id]["prev"]["url"],
    )
    assert (pack.bytes, [one.rev for one in pack.files]) == (pack.files[0].bytes, [paper.sha256])
    replace(sitting, paper, NEWER, "To trinh 318 cuoi.pdf")
    [old_now] = packs.pack_of(sitting.delegate, sitting.id).before
    assert old_now.rev == pack.files[0].rev
    limit(sitting, paper, "role:guest")
    assert packs.pack_of(sitting.delegate, sitting.id).before == []
    assert [one.rev for one in packs.pack_of(sitting.guest, sitting.id).before] == [old_now.rev]
    distributing.set_rights(sitting.secretary, sitting.id, paper.public_id, grants=None, online_only=True)
    assert packs.pack_of(sitting.guest, sitting.id).before == []


def test_a_version_has_the_rights_and_the_name_over_it_that_the_paper_has(
    sitting: Sitting, paper: File, client_of: Client
) -> None:
    limit(sitting, paper, "role:delegate", is_marked=True)
    page = client_of(sitting.delegate).get(address(sitting, paper, 1)).text
    assert f'data-said="{sitting.delegate.full_name}, ' in page
    assert "Tải bản này" not in page
    old = earlier.look_at(sitting.delegate, sitting.id, paper.public_id, 1).version.file
    assert client_of(sitting.delegate).get(old.url).status_code == 403
    guest = client_of(sitting.guest)
    assert guest.get(address(sitting, paper, 1)).status_code == 404
    assert guest.get(f"{old.url}?view=1").status_code == 404
    limit(sitting, paper, "role:delegate", can=["download"], is_marked=True)
    assert "Tải bản này" in client_of(sitting.delegate).get(address(sitting, paper, 1)).text
    taken = client_of(sitting.delegate).get(old.url).data
    assert taken.startswith(b"%PDF")
    assert taken != OLD.data
