"""Papers published: a numbered issue, told once to whom it is for, and marked until it has been looked at."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records.models import Blob
from meetings.rules.paper_changes import MB, changes_of, numbered
from meetings.services import distributing, papers, placing, publishing
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper


def told(kind: str = "meeting.papers") -> list[int]:
    """Whom notices of a kind were written for."""
    with db.scope():
        return sorted(db.session().scalars(select(Notice.user_id).where(Notice.kind == kind)))


def fresh(person: User, sitting: Sitting) -> set[str]:
    with db.scope():
        return set(publishing.fresh_for(person, sitting.meeting))


_TABLES = st.dictionaries(
    st.sampled_from("abcde"),
    st.fixed_dictionaries({"rev": st.sampled_from("xyz"), "item": st.sampled_from([None, 1])}),
)


@given(st.lists(_TABLES, min_size=1, max_size=5))
def test_each_version_keeps_the_number_of_the_issue_in_which_it_came(
    tables: list[dict[str, dict[str, str]]],
) -> None:
    before = None
    for no, now in enumerate(tables, 1):
        changes = changes_of(before, now)
        issue = numbered(before, now, no)
        assert {key for key, one in issue.items() if one["no"] == no} == {*changes.new, *changes.changed}
        assert set(changes.gone) == set(before or {}) - set(now)
        assert not changes_of(issue, now).is_any
        before = issue


def test_an_issue_is_told_to_whom_it_is_for_and_only_when_something_changed(sitting: Sitting) -> None:
    secretary, mid = sitting.secretary, sitting.id
    with pytest.raises(BadState, match=r"papers\.nothing_new"):
        publishing.publish_papers(secretary, mid)
    common = add_paper(secretary, sitting, None)
    few = add_paper(secretary, sitting, sitting.agenda[1])
    publishing.publish_papers(secretary, mid)
    assert told() == sorted(one.id for one in (sitting.chair, sitting.delegate, sitting.guest))
    distributing.set_rights(secretary, mid, few.public_id, grants=[{"who": "role:delegate", "can": []}])
    with pytest.raises(BadState, match=r"papers\.nothing_new"):
        publishing.publish_papers(secretary, mid)
    placing.move_paper(secretary, mid, few.public_id, None)
    assert publishing.publish_papers(secretary, mid) == 2
    assert told().count(sitting.guest.id) == 1
    assert told().count(sitting.delegate.id) == 2
    papers.withdraw_paper(secretary, mid, common.public_id)
    with db.scope():
        assert publishing.draft_of(sitting.meeting).changes.gone == (common.public_id,)


def test_what_is_new_is_marked_until_the_next_look(sitting: Sitting) -> None:
    secretary, mid, guest = sitting.secretary, sitting.id, sitting.guest
    one = add_paper(secretary, sitting, None).public_id
    assert fresh(guest, sitting) == set()
    publishing.publish_papers(secretary, mid)
    assert fresh(guest, sitting) == {one}
    publishing.note_look(guest.id, mid)
    assert fresh(guest, sitting) == {one}
    clock.advance(timedelta(hours=1))
    publishing.note_look(guest.id, mid)
    assert fresh(guest, sitting) == set()
    two = add_paper(secretary, sitting, None).public_id
    assert fresh(guest, sitting) == set()
    publishing.publish_papers(secretary, mid)
    assert fresh(guest, sitting) == {two}
    publishing.mark_all_seen(guest, mid)
    assert fresh(guest, sitting) == set()
    assert fresh(sitting.delegate, sitting) == {one, two}


def test_too_heavy_papers_are_named_and_not_published(sitting: Sitting) -> None:
    paper = add_paper(sitting.secretary, sitting, None)
    for size, locked in ((160 * MB, None), (201 * MB, "papers.too_heavy")):
        with db.unit_of_work() as session:
            session.get_one(Blob, paper.sha256).size = size
        with db.scope():
            draft = publishing.draft_of(sitting.meeting)
        assert (draft.heavy, draft.locked) == ((("To trinh 318", size),), locked)
    with pytest.raises(Invalid, match=r"papers\.too_heavy") as refused:
        publishing.publish_papers(sitting.secretary, sitting.id)
    assert refused.value.data["names"] == "To trinh 318 (201 MB)"


def test_only_who_prepares_a_published_meeting_publishes_its_papers(
    sitting: Sitting, draft: Sitting, office: Office
) -> None:
    for person, problem in ((sitting.delegate, Forbidden), (office.stranger, NotFound)):
        with pytest.raises(problem):
            publishing.publish_papers(person, sitting.id)
    add_paper(draft.secretary, draft, None)
    with pytest.raises(BadState, match=r"papers\.meeting_unpublished"):
        publishing.publish_papers(draft.secretary, draft.id)


@pytest.mark.pages
def test_papers_of_an_unpublished_meeting_say_where_it_is_published(
    draft: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    add_paper(draft.secretary, draft, None)
    page = client_of(draft.secretary).get(f"/meetings/{draft.id}/papers").text
    assert f'href="/meetings/{draft.id}#h-miss"' in page
    assert "Đã có 1 tài liệu" in page


@pytest.mark.pages
def test_ticked_readers_beside_everybody_are_refused_and_kept(
    sitting: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    key = add_paper(sitting.secretary, sitting, None).public_id
    secretary, address = client_of(sitting.secretary), f"/meetings/{sitting.id}/papers/{key}/rights"
    sent = {"who": "all", "read": ["role:delegate"], "online_only": "1"}
    answer = secretary.post(address, data=sent)
    assert answer.status_code == 422
    for kept in ('name="read" value="role:delegate" checked', 'name="online_only" value="1" checked'):
        assert kept in answer.text
    assert 'value="all" checked aria-invalid="true" aria-describedby="who-e"' in answer.text
    assert 'id="who-e"' in answer.text
    assert 'value="role:delegate" checked' not in secretary.get(address).text
    assert secretary.post(address, data={"who": "all", "online_only": "1"}).status_code == 302


@pytest.mark.pages
def test_the_pages_of_distribution_work_as_plain_forms(
    sitting: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    key = add_paper(sitting.secretary, sitting, None).public_id
    secretary, base = client_of(sitting.secretary), f"/meetings/{sitting.id}/papers"
    assert "To trinh 318" in secretary.get(base).text
    moved = secretary.post(f"{base}/{key}/move", data={"item": str(sitting.agenda[0].id), "back": "papers"})
    assert moved.status_code == 302
    given = {"who": "few", "read": [f"user:{sitting.guest.id}"], "print": ["role:delegate"], "is_marked": "1"}
    assert secretary.post(f"{base}/{key}/rights", data=given).status_code == 302
    page = secretary.get(base).text
    assert sitting.guest.full_name in page
    assert "bản tải, in có tên và giờ" in page
    assert 'value="role:delegate" checked' in secretary.get(f"{base}/{key}/rights").text
    assert secretary.post(f"{base}/publish").status_code == 302
    assert secretary.post(f"{base}/publish").status_code == 422
    guest = client_of(sitting.guest)
    assert "Mới</b>" in guest.get(f"/meetings/{sitting.id}").text
    assert guest.post(f"{base}/seen").status_code == 302
    assert "Mới</b>" not in guest.get(f"/meetings/{sitting.id}").text
    assert guest.get(base).status_code == 403
