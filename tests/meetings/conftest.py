"""A small sitting for tests of the room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from intranet.core import clock, db
from intranet.people.models import Role, User
from intranet.records import files
from intranet.records.audit import history
from intranet.records.models import File
from intranet.records.typeset import Face, Sheet
from meetings.models.journal import JournalLine
from meetings.models.meeting import AgendaItem, ItemKind, Meeting, MeetingState, Participant, PartRole
from meetings.services import papers, room
from tests.factories import Office, make_user


@dataclass
class Sitting:
    """A meeting in session: chair, secretary, two delegates, a guest; two items, none on the floor."""

    id: int
    chair: User
    secretary: User
    delegate: User
    guest: User

    @property
    def meeting(self) -> Meeting:
        """The meeting as it stands now."""
        return db.session().get_one(Meeting, self.id, populate_existing=True)

    @property
    def agenda(self) -> list[AgendaItem]:
        """Its items in order."""
        return list(self.meeting.agenda)

    @property
    def current_item_id(self) -> int | None:
        """What is on the floor."""
        return self.meeting.current_item_id

    @property
    def everybody(self) -> list[User]:
        """Everybody who takes part."""
        return [self.chair, self.secretary, self.delegate, self.guest]


def make_sitting(office: Office, guest: User, state: MeetingState = MeetingState.LIVE) -> Sitting:
    """A meeting in the given state, nothing in its journal yet."""
    now = clock.now()
    with db.unit_of_work() as session:
        meeting = Meeting(
            org_id=office.org.id,
            title="Phiên họp thường kỳ tháng 11",
            starts_at=now + timedelta(hours=1),
            place="Phòng họp số 1",
            state=state,
            heads={},
            v=0,
            created_by_id=office.officer.id,
            created_at=now,
            published_at=None if state is MeetingState.DRAFT else now,
            started_at=now if state is MeetingState.LIVE else None,
        )
        roles = {
            office.leader: PartRole.CHAIR,
            office.officer: PartRole.SECRETARY,
            office.head: PartRole.DELEGATE,
            guest: PartRole.GUEST,
        }
        meeting.participants = [
            Participant(user_id=user.id, role=role, position=place)
            for place, (user, role) in enumerate(roles.items())
        ]
        meeting.agenda = [
            AgendaItem(
                title=title, kind=ItemKind.DECISION, budget_min=20, owner_id=office.head.id, position=place
            )
            for place, title in enumerate(("Điều chỉnh kế hoạch vốn", "Phân cấp quản lý tài sản công"))
        ]
        session.add(meeting)
        session.flush()
        key = meeting.id
    return Sitting(key, office.leader, office.officer, office.head, guest)


def pdf(pages: int = 3) -> bytes:
    """A PDF of so many pages."""
    sheet = Sheet(title="Tài liệu họp")
    for number in range(1, pages + 1):
        if number > 1:
            sheet.new_page()
        sheet.text(f"Trang {number}", 100, 700, 14, Face.REGULAR)
    return sheet.finish()


def add_paper(actor: User, sitting: Sitting, item: AgendaItem | None, pages: int = 3) -> File:
    """A PDF on the table."""
    kept = files.keep(pdf(pages), "To trinh 318.pdf", "application/pdf", pages=pages)
    made = papers.add_made_paper(actor, sitting.id, None if item is None else item.id, kept)
    return db.session().scalars(select(File).where(File.public_id == made)).one()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Meetings of another test have the same ids."""
    room.forget_snapshots()


@pytest.fixture
def guest(office: Office) -> User:
    """A person of another agency."""
    unit = office.other_leader.posts[0].unit
    return make_user("khach", "Trịnh Văn Khách", unit, "Khách", Role.OFFICER)


@pytest.fixture
def sitting(office: Office, guest: User) -> Sitting:
    """A meeting in session."""
    return make_sitting(office, guest)


@pytest.fixture
def draft(office: Office, guest: User) -> Sitting:
    """A meeting being prepared."""
    return make_sitting(office, guest, MeetingState.DRAFT)


@pytest.fixture
def trail(sitting: Sitting) -> Callable[[], list[str]]:
    """What the audit log says of the sitting, oldest first."""
    return lambda: [line.act for line in reversed(history(sitting.meeting.ref))]


def journal_of(meeting_id: int) -> list[str]:
    """Kinds of the journal's lines, in order."""
    from_journal = select(JournalLine.kind).where(JournalLine.meeting_id == meeting_id)
    return list(db.session().scalars(from_journal.order_by(JournalLine.v)))
