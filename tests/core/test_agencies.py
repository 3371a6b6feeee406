"""The net under what one agency owns alone: whatever way is taken to a row, another agency's stays unseen."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, delete, func, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    aliased,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)

from intranet.core import db
from intranet.core.db import OfOrg
from tests.factories import Office


class Own(DeclarativeBase):
    """Parent of this module's two tables, which no other test has."""

    metadata = MetaData()


Table("organisation", Own.metadata, Column("id", Integer, primary_key=True))


class Shelf(OfOrg, Own):
    """A record of one agency."""

    __tablename__ = "net_shelf"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list["Book"]] = relationship(back_populates="shelf")


class Book(OfOrg, Own):
    """A record that hangs on another one, perhaps of a neighbour."""

    __tablename__ = "net_book"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    shelf_id: Mapped[int] = mapped_column(ForeignKey("net_shelf.id"))
    shelf: Mapped[Shelf] = relationship(back_populates="books")


@pytest.fixture
def shelves(office: Office) -> Iterator[tuple[int, int]]:
    """Keys of a shelf of ours and a shelf of the neighbour, each with a book of ours and one of theirs."""
    Own.metadata.create_all(db.database().writer)
    keys = []
    with db.unit_of_work() as session:
        for org in (office.org, office.other):
            shelf = Shelf(org_id=org.id, name=org.short_name)
            session.add(shelf)
            session.flush()
            keys.append(shelf.id)
            for owner in (office.org, office.other):
                session.add(Book(org_id=owner.id, name=owner.short_name, shelf_id=shelf.id))
    yield keys[0], keys[1]
    db.session().rollback()
    Own.metadata.drop_all(db.database().writer, tables=[Book.__table__, Shelf.__table__])  # type: ignore[list-item]


def owners(rows: list[Shelf] | list[Book]) -> set[int]:
    """The agencies of some rows."""
    return {row.org_id for row in rows}


def test_lists_show_the_rows_of_the_scopes_agencies_alone(office: Office, shelves: tuple[int, int]) -> None:
    assert owners(list(db.session().scalars(select(Book)))) == {office.org.id}
    with db.scope({office.other.id}):
        assert owners(list(db.session().scalars(select(Book)))) == {office.other.id}
    with db.scope({office.org.id, office.other.id}):
        assert len(db.session().scalars(select(Book)).all()) == 4


def test_an_empty_set_shows_nothing(shelves: tuple[int, int]) -> None:
    with db.scope():
        assert db.session().scalars(select(Shelf)).all() == []
        assert db.session().get(Shelf, shelves[0]) is None
        assert db.session().scalar(select(func.count()).select_from(Shelf)) == 0


def test_a_row_of_the_neighbour_is_not_found_by_its_key(shelves: tuple[int, int]) -> None:
    assert db.session().get(Shelf, shelves[0]) is not None
    assert db.session().get(Shelf, shelves[1]) is None
    with pytest.raises(NoResultFound):
        db.session().get_one(Shelf, shelves[1])


def test_counts_joins_and_aliases_are_filtered(office: Office, shelves: tuple[int, int]) -> None:
    session = db.session()
    assert session.scalar(select(func.count()).select_from(Book)) == 2
    assert session.scalar(select(func.count(Book.id))) == 2
    pairs = session.execute(select(Book.org_id, Shelf.org_id).join(Book.shelf)).all()
    assert [tuple(pair) for pair in pairs] == [(office.org.id, office.org.id)]
    other = aliased(Book)
    assert set(session.scalars(select(other.org_id))) == {office.org.id}
    inside = select(Book.shelf_id).where(Book.org_id == office.other.id)
    assert session.scalars(select(Shelf).where(Shelf.id.in_(inside))).all() == []


def test_collections_are_filtered_however_they_are_loaded(office: Office, shelves: tuple[int, int]) -> None:
    ours = office.org.id
    for how in (None, selectinload(Shelf.books), joinedload(Shelf.books)):
        with db.scope({ours}):
            query = select(Shelf) if how is None else select(Shelf).options(how)
            shelf = db.session().scalars(query).unique().one()
            assert owners(shelf.books) == {ours}, how


def test_a_book_on_the_neighbours_shelf_does_not_lead_to_it(shelves: tuple[int, int]) -> None:
    book = db.session().scalars(select(Book).where(Book.shelf_id == shelves[1])).one()
    assert book.shelf is None


def test_changes_reach_the_rows_of_the_scopes_agencies_alone(
    office: Office, shelves: tuple[int, int]
) -> None:
    with db.unit_of_work() as session:
        session.execute(update(Book).values(name="đổi").execution_options(synchronize_session=False))
    with db.across_orgs("the test looks at both agencies"):
        assert set(db.session().execute(select(Book.org_id, Book.name)).all()) == {
            (office.org.id, "đổi"),
            (office.other.id, office.other.short_name),
        }
    with db.unit_of_work() as session:
        session.execute(delete(Book).execution_options(synchronize_session=False))
    with db.across_orgs("the test looks at both agencies"):
        assert owners(list(db.session().scalars(select(Book)))) == {office.other.id}


def test_opening_the_net_ends_with_its_block(shelves: tuple[int, int]) -> None:
    with db.across_orgs("the test looks at both agencies"):
        foreign = db.session().get(Shelf, shelves[1])
        assert foreign is not None
        assert len(foreign.books) == 2
    assert len(db.session().scalars(select(Shelf)).all()) == 1


def test_what_was_read_while_the_net_was_open_is_not_found_by_its_key_after(shelves: tuple[int, int]) -> None:
    with db.across_orgs("the test looks at both agencies"):
        foreign = db.session().get(Shelf, shelves[1])
    assert foreign is not None
    assert db.session().get(Shelf, shelves[1]) is None
    with pytest.raises(NoResultFound):
        db.session().get_one(Shelf, shelves[1])


def test_a_unit_of_work_begun_while_the_net_is_open_is_open_too(shelves: tuple[int, int]) -> None:
    with db.across_orgs("the test looks at both agencies"), db.unit_of_work() as session:
        assert len(session.scalars(select(Shelf)).all()) == 2
    with db.unit_of_work() as session:
        assert len(session.scalars(select(Shelf)).all()) == 1
        with db.across_orgs("the test looks at both agencies"), db.unit_of_work() as joined:
            assert joined is session
            assert len(joined.scalars(select(Shelf)).all()) == 2
        assert len(session.scalars(select(Shelf)).all()) == 1


def test_a_reading_begun_after_a_unit_of_work_has_the_net_of_the_scope(
    office: Office, shelves: tuple[int, int]
) -> None:
    with db.scope({office.org.id}):
        with db.unit_of_work(), db.across_orgs("the test looks at both agencies"):
            pass
        assert len(db.session().scalars(select(Shelf)).all()) == 1


def test_another_agency_for_the_length_of_a_block(office: Office, shelves: tuple[int, int]) -> None:
    with db.agencies({office.other.id}):
        assert owners(list(db.session().scalars(select(Shelf)))) == {office.other.id}
    assert owners(list(db.session().scalars(select(Shelf)))) == {office.org.id}


def test_the_agencies_set_later_count_for_what_is_open_already(
    office: Office, shelves: tuple[int, int]
) -> None:
    with db.scope():
        assert db.session().scalars(select(Shelf)).all() == []
        db.set_agencies({office.other.id})
        assert owners(list(db.session().scalars(select(Shelf)))) == {office.other.id}


def test_opening_the_net_without_a_reason_is_refused(office: Office) -> None:
    with pytest.raises(ValueError, match="reason"), db.across_orgs(""):
        pass
