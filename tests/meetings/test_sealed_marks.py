"""Private marks lie sealed in the database, each person's under a key of their own; shared ones lie open."""

import json

import pytest
from sqlalchemy import text

from intranet.core import db, sealing
from intranet.records.models import File
from meetings.models.annotation import Annotation
from meetings.services import sealing_marks
from meetings.services.annotating import sync
from tests.meetings.conftest import Sitting, add_paper
from tests.meetings.marks import add

SECRET = "Đề nghị chưa thông qua"


def stored() -> dict[str, str]:
    """What the table itself holds of each mark, by id."""
    with db.scope():
        rows = db.session().execute(text("SELECT id, data FROM annotation"))
        return {
            key: data if isinstance(data, str) else json.dumps(data, ensure_ascii=False) for key, data in rows
        }


@pytest.fixture
def paper(sitting: Sitting) -> File:
    return add_paper(sitting.secretary, sitting, sitting.agenda[0])


def test_the_database_holds_no_word_of_a_private_mark_and_its_author_reads_it(
    sitting: Sitting, paper: File
) -> None:
    note = add(1, 1, paper.public_id, "note", d={"text": SECRET})
    shared = add(2, 2, paper.public_id, "note", layer="all", d={"text": "chung"}, source=note["id"])
    sync(sitting.delegate, sitting.id, [note, shared], {})
    held = stored()
    assert SECRET not in held[note["id"]]
    assert "note" not in held[note["id"]]
    assert "chung" in held[shared["id"]]
    told = {op["id"]: op["d"] for op in sync(sitting.delegate, sitting.id, [], {}).ops}
    assert told[note["id"]]["text"] == SECRET


def test_a_value_opens_for_its_owner_at_its_place_and_nowhere_else(sitting: Sitting) -> None:
    sealed = sealing.seal({"text": SECRET}, owner="user:1", place="annotation:1:a")
    assert sealed != sealing.seal({"text": SECRET}, owner="user:1", place="annotation:1:a")
    assert sealing.opened(sealed, owner="user:1", place="annotation:1:a") == {"text": SECRET}
    broken = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for value, owner, place in (
        (sealed, "user:2", "annotation:1:a"),
        (sealed, "user:1", "annotation:1:b"),
        (broken, "user:1", "annotation:1:a"),
        ("s1:", "user:1", "annotation:1:a"),
    ):
        with pytest.raises(sealing.CannotOpen):
            sealing.opened(value, owner=owner, place=place)


def test_marks_from_before_are_read_and_then_sealed(sitting: Sitting, paper: File) -> None:
    note = add(1, 1, paper.public_id, "note", d={"text": SECRET})
    sync(sitting.delegate, sitting.id, [note], {})
    with db.unit_of_work() as session:
        row = session.get_one(Annotation, (sitting.delegate.id, note["id"]))
        row.kept_data, row.is_open = row.data, True
    assert SECRET in json.loads(stored()[note["id"]])["text"]
    before = sync(sitting.delegate, sitting.id, [], {}).ops
    assert sealing_marks.seal_open() == 1
    assert SECRET not in stored()[note["id"]]
    assert sync(sitting.delegate, sitting.id, [], {}).ops == before
    assert sealing_marks.seal_open() == 0
