"""Marks taken along as a file: whose they are, of what, and for whom."""

import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import docx
import pikepdf
import pytest
from flask.testing import FlaskClient

from intranet.core import clock
from intranet.core.errors import Forbidden, Invalid, NotFound, TooMany
from intranet.people.models import User
from intranet.records.models import File
from meetings.services import exporting
from meetings.services.annotating import sync
from meetings.services.exporting import Shape, Taken, Which, take_all, take_along
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper
from tests.meetings.marks import add


@pytest.fixture
def paper(sitting: Sitting) -> File:
    """A paper of three pages."""
    return add_paper(sitting.secretary, sitting, sitting.agenda[0])


@pytest.fixture
def marked(sitting: Sitting, paper: File) -> File:
    """The paper with private notes of two people, and one of the chair's shared with all."""
    words = [(sitting.delegate, "riêng của đại biểu", 2), (sitting.chair, "riêng của chủ tọa", 1)]
    for person, text, page in words:
        sync(person, sitting.id, [add(1, 1, paper.public_id, "note", d={"text": text}, page=page)], {})
    shared = add(
        2, 2, paper.public_id, "note", layer="all", d={"text": "chủ tọa chia sẻ"}, source=f"{1:026d}"
    )
    sync(sitting.chair, sitting.id, [shared], {})
    return paper


def notes(taken: Taken) -> list[tuple[int, str, str]]:
    """Page, author and words of the notes in a PDF."""
    with pikepdf.open(io.BytesIO(taken.data)) as document:
        return [
            (number, str(one.T), str(one.Contents))
            for number, page in enumerate(document.pages, 1)
            for one in page.obj.get("/Annots", [])
        ]


def test_whoever_takes_marks_along_gets_their_own_and_what_was_shared_with_them(
    sitting: Sitting, marked: File
) -> None:
    def taken(person: User, which: Which) -> list[tuple[int, str, str]]:
        return notes(take_along(person, sitting.id, marked.public_id, Shape.ANNOTATED, which))

    mine = (2, sitting.delegate.full_name, "riêng của đại biểu")
    theirs = (1, sitting.chair.full_name, "chủ tọa chia sẻ")
    assert taken(sitting.delegate, Which.MINE) == [mine]
    assert taken(sitting.delegate, Which.SHARED) == [theirs]
    assert taken(sitting.delegate, Which.BOTH) == [theirs, mine]
    assert taken(sitting.secretary, Which.BOTH) == [theirs]
    # Of one's own shared copy the private mark is there already.
    assert taken(sitting.chair, Which.BOTH) == [(1, sitting.chair.full_name, "riêng của chủ tọa")]
    with pytest.raises(Invalid, match=r"annotation.none_here"):
        taken(sitting.secretary, Which.MINE)


def test_both_versions_of_a_note_are_taken_along(sitting: Sitting, paper: File, trail: Any) -> None:
    file = paper.public_id
    first, second = ({"text": text} for text in ("bản một", "bản hai"))
    ops = [add(1, 1, file, "note", d=first), add(1, 2, file, "note", "0" * 25 + "B", op="set", d=second)]
    sync(sitting.delegate, sitting.id, ops, {})
    taken = take_along(sitting.delegate, sitting.id, file, Shape.ANNOTATED, Which.MINE)
    assert [text for _, _, text in notes(taken)] == ["bản hai", "(bản trùng) bản một"]
    assert taken.name == "To trinh 318 - ghi chú.pdf"
    flat = take_along(sitting.delegate, sitting.id, file, Shape.FLAT, Which.MINE)
    assert flat.name == "To trinh 318 - ghi chú in liền.pdf"


def test_the_list_in_word_has_pages_kinds_quotations_and_words(sitting: Sitting, marked: File) -> None:
    file = marked.public_id
    ops = [add(3, 3, file, "highlight"), add(4, 4, file), add(5, 5, file)]
    sync(sitting.delegate, sitting.id, ops, {})
    taken = take_along(sitting.delegate, sitting.id, file, Shape.LIST, Which.BOTH)
    lines = [one.text for one in docx.Document(io.BytesIO(taken.data)).paragraphs]
    assert lines[0] == "Ghi chú"
    assert lines[3:] == [
        "Trang 1",
        f"Ghi chú ({sitting.chair.full_name}): chủ tọa chia sẻ",
        "Tô chữ: “Trang 1”",
        "Nét vẽ: 2",
        "Trang 2",
        "Ghi chú: riêng của đại biểu",
    ]


def test_a_stranger_takes_nothing_along(sitting: Sitting, marked: File, office: Office) -> None:
    with pytest.raises(NotFound):
        take_along(office.stranger, sitting.id, marked.public_id, Shape.LIST, Which.BOTH)
    with pytest.raises(NotFound):
        take_along(sitting.delegate, sitting.id, "f" * 32, Shape.LIST, Which.BOTH)


def test_so_many_files_a_minute_and_then_a_pause_for_this_person_alone(
    sitting: Sitting, marked: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_FILES", 2)
    taken = partial(take_along, meeting_id=sitting.id, public_id=marked.public_id, shape=Shape.LIST)
    for _ in range(2):
        taken(sitting.delegate, which=Which.BOTH)
    with pytest.raises(TooMany, match=r"rate.too_many") as refusal:
        taken(sitting.delegate, which=Which.BOTH)
    assert 50 < refusal.value.data["wait"] <= 61
    taken(sitting.chair, which=Which.BOTH)
    clock.advance(timedelta(seconds=61))
    taken(sitting.delegate, which=Which.BOTH)


def test_all_of_ones_own_notes_are_one_list_paper_by_paper(sitting: Sitting, marked: File) -> None:
    other = add_paper(sitting.secretary, sitting, sitting.agenda[1])
    sync(sitting.delegate, sitting.id, [add(2, 2, other.public_id, "note", d={"text": "hỏi lại"})], {})
    taken = take_all(sitting.delegate, sitting.id)
    said = [one.text for one in docx.Document(io.BytesIO(taken.data)).paragraphs]
    assert [one for one in said if "riêng" in one or "hỏi" in one] == [
        "Ghi chú: riêng của đại biểu",
        "Ghi chú: hỏi lại",
    ]
    assert said.count("To trinh 318") == 2
    with pytest.raises(Invalid, match=r"annotation\.none_here"):
        take_all(sitting.secretary, sitting.id)


def test_guests_read_their_notes_in_the_room_and_take_none_along(
    sitting: Sitting, paper: File, client_of: Callable[[User], FlaskClient]
) -> None:
    note = add(1, 1, paper.public_id, "note", d={"text": "khách ghi"})
    sync(sitting.guest, sitting.id, [note], {})
    assert [op["d"]["text"] for op in sync(sitting.guest, sitting.id, [], {}).ops] == ["khách ghi"]
    for which in Which:
        with pytest.raises(Forbidden, match=r"annotation\.guest"):
            take_along(sitting.guest, sitting.id, paper.public_id, Shape.LIST, which)
    with pytest.raises(Forbidden, match=r"annotation\.guest"):
        take_all(sitting.guest, sitting.id)
    offered = [
        "data-export=" in client_of(one).get(f"/meetings/{sitting.id}/room").text
        for one in (sitting.guest, sitting.delegate)
    ]
    assert offered == [False, True]
