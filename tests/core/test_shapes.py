"""Objects of rows are the session's own, as a query of objects would have made them."""

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from intranet.core import db
from intranet.core.shapes import Shape, ask
from intranet.exports.models import Export
from intranet.people.models import User
from tests.factories import Office

_person = Shape(User)
_ONE = select(*_person.columns).where(User.__table__.c.id == bindparam("person"))


def found(session: Session, person: int, *, anew: bool = False) -> User:
    (row,) = ask(session, _ONE, {"person": person})
    return _person.of(session, row, anew=anew)


def test_an_object_of_a_row_is_the_sessions_own_and_its_change_is_written(office: Office) -> None:
    with db.unit_of_work() as session:
        made = found(session, office.officer.id)
        assert made is session.get(User, office.officer.id)
        assert made not in session.dirty
        made.theme = "dark"
    with db.unit_of_work() as session:
        plain = session.get_one(User, office.officer.id)
        assert plain.theme == "dark"
        session.expunge_all()
        made = found(session, office.officer.id)
        names = [column.key for column in User.__table__.c]
        assert [getattr(made, name) for name in names] == [getattr(plain, name) for name in names]
        # What was not asked for is read when something asks for it.
        assert [post.id for post in made.posts] == [post.id for post in office.officer.posts]


def test_what_the_session_changed_is_written_before_rows_are_asked_for(office: Office) -> None:
    with db.unit_of_work() as session:
        known = session.get_one(User, office.officer.id)
        known.theme = "dark"
        assert found(session, known.id, anew=True) is known
        assert known.theme == "dark"


def test_a_row_fills_what_is_lacking_and_replaces_what_is_there_only_when_told(office: Office) -> None:
    with db.unit_of_work() as session:
        known = session.get_one(User, office.officer.id)
        (row,) = ask(session, _ONE, {"person": known.id})
        session.connection().execute(User.__table__.update().values(theme="dark"))
        (newer,) = ask(session, _ONE, {"person": known.id})
        assert _person.of(session, newer).theme == "light"
        assert _person.of(session, newer, anew=True).theme == "dark"
        session.expire(known)
        assert _person.of(session, row).theme == "light"


def test_records_that_an_agency_owns_alone_have_no_shape() -> None:
    with pytest.raises(TypeError, match="belongs to an agency"):
        Shape(Export)
