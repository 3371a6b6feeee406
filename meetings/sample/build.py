"""The meetings of the sample office, played through the services that the pages call."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from intranet.core import clock
from intranet.core.labels import label
from intranet.notices.workdays import is_working_day
from intranet.people.models import User
from intranet.people.sample import PEOPLE, SampleOffice
from intranet.records import files
from intranet.records.media import PDF
from intranet.records.typeset import Face, Run, Sheet
from meetings.models.floor import PresenceState, SpeechKind
from meetings.models.meeting import ItemKind, PartRole
from meetings.rules.ballot_paper import Paper
from meetings.rules.tally import THREE, Method
from meetings.sample.sittings import PAPER_PARAGRAPHS, SITTINGS, Item, Sitting
from meetings.services import (
    attending,
    ballots,
    chairing,
    life,
    papers,
    participants,
    planning,
    speaking,
    voting,
)

#: Parts of a paper, so that it has a few pages to turn.
_PARTS = ("Sự cần thiết", "Tình hình thực hiện", "Phương án đề xuất", "Tiến độ và tổ chức thực hiện")
#: How far the meeting that is live now has come: items done, then one on the floor.
_LIVE_DONE = 2
#: Delegates who have not come to it.
_MISSING = 3


def build(office: SampleOffice, echo: Callable[[str], None]) -> None:
    """Fill the calendar of the sample office: past meetings, one live now, coming ones."""
    echo(f"{len(SITTINGS)} meetings with their papers ...")
    now = clock.now()
    kept: dict[str, files.Kept] = {}
    for sitting in SITTINGS:
        for item in sitting.items:
            for title in item.papers:
                if title not in kept:
                    kept[title] = files.keep(_paper(title), f"{title}.pdf", PDF, pages=len(_PARTS))
    for sitting in SITTINGS:
        _Played(office, sitting, now, kept).play()


class _Played:
    """One meeting on its way from the draft to the room."""

    def __init__(
        self, office: SampleOffice, sitting: Sitting, now: datetime, kept: dict[str, files.Kept]
    ) -> None:
        self.office, self.sitting, self.now, self.kept = office, sitting, now, kept
        if sitting.state == "live":
            minutes = sum(item.minutes for item in sitting.items[:_LIVE_DONE]) + 7
            self.starts = now - timedelta(minutes=minutes)
        else:
            day = _working_day(clock.local(now).date(), sitting.day)
            self.starts = clock.at_office(day, sitting.hour)

    def play(self) -> None:
        """Prepare it, then go as far as its state says."""
        self._stand(min(self.starts - timedelta(days=4), self.now - timedelta(hours=2)))
        secretary, chair = self.office.person("thuky"), self.office.person("chutich")
        delegates = [person.id for person in self._delegates()]
        meeting_id = planning.create_meeting(
            secretary,
            title=self.sitting.title,
            starts_at=self.starts,
            place=self.sitting.place,
            chair_id=chair.id,
            delegate_ids=[*delegates, self.office.person("chanhvanphong").id],
        )
        participants.invite(secretary, meeting_id, [self.office.person("truongphong").id], PartRole.GUEST)
        items = [self._add(meeting_id, item) for item in self.sitting.items]
        if self.sitting.state == "draft":
            return
        life.publish_meeting(secretary, meeting_id)
        if self.sitting.state in {"live", "ended"}:
            self._hold(meeting_id, items)

    def _add(self, meeting_id: int, item: Item) -> int:
        secretary = self.office.person("thuky")
        item_id = planning.add_item(
            secretary,
            meeting_id,
            title=item.title,
            kind=ItemKind(item.kind),
            budget_min=item.minutes,
            owner_id=self.office.person(item.owner).id,
        )
        for title in item.papers:
            papers.add_made_paper(secretary, meeting_id, item_id, self.kept[title])
        return item_id

    def _hold(self, meeting_id: int, items: list[int]) -> None:
        secretary = self.office.person("thuky")
        is_live = self.sitting.state == "live"
        at, before = self.starts, None
        self._stand(at)
        self._check_in(meeting_id, is_whole=not is_live)
        life.start_meeting(secretary, meeting_id)
        for n, item_id in enumerate(items):
            if is_live and n > _LIVE_DONE:
                self._prepare_vote(meeting_id, items[n], self.sitting.items[n])
                self._take_the_floor(meeting_id)
                return
            self._stand(at)
            chairing.start_item(secretary, meeting_id, item_id, expect=before)
            before = item_id
            if n == 1 and not is_live:
                attending.set_presence(self.office.person("chanhvanphong"), meeting_id, PresenceState.IN)
            self._discuss(meeting_id, item_id, self.sitting.items[n], at)
            at += timedelta(minutes=self.sitting.items[n].minutes + (n % 3 - 1) * 2)
        self._stand(at)
        life.end_meeting(secretary, meeting_id, confirm=True)

    def _discuss(self, meeting_id: int, item_id: int, item: Item, at: datetime) -> None:
        """Each speaks who has something to say; then it is voted on."""
        secretary, chair = self.office.person("thuky"), self.office.person("chutich")
        for name, seconds in item.said:
            at += timedelta(minutes=2)
            self._stand(at)
            request = speaking.ask(self.office.person(name), meeting_id)
            speaking.start_speech(secretary, meeting_id, request, expect=None)
            at += timedelta(seconds=seconds)
            self._stand(at)
            speaking.end_speech(secretary, meeting_id)
        poll = self._prepare_vote(meeting_id, item_id, item)
        if poll is None:
            return
        self._stand(at + timedelta(minutes=5))
        voting.open_vote(chair, meeting_id, poll)
        there = [chair, *self._delegates()[:-_MISSING]]
        if item.mode == "hand":
            for counter in (secretary, chair):
                voting.count_hands(counter, meeting_id, poll, {"yes": len(there) - 1, "no": 0, "none": 1})
        else:
            for n, voter in enumerate(there):
                ballots.cast_ballot(voter, meeting_id, poll, [{6: "no", 11: "none"}.get(n, "yes")])
        self._stand(at + timedelta(minutes=6))
        voting.close_vote(chair, meeting_id, poll)
        voting.publish_vote(chair, meeting_id, poll)

    def _prepare_vote(self, meeting_id: int, item_id: int, item: Item) -> int | None:
        if not item.question:
            return None
        options = {key: label(f"vote.option.{key}") for key in THREE}
        paper = Paper(item.question, item.mode, Method.THREE, options)
        return voting.prepare_vote(self.office.person("thuky"), meeting_id, item_id, paper)

    def _take_the_floor(self, meeting_id: int) -> None:
        """One speaks, two wait."""
        speaker, second, third = self._delegates()[:3]
        self._stand(self.now - timedelta(minutes=4))
        first = speaking.ask(speaker, meeting_id, note="Nguồn vốn bổ sung cho ba dự án")
        speaking.ask(second, meeting_id, SpeechKind.QUESTION)
        self._stand(self.now - timedelta(seconds=95))
        speaking.ask(third, meeting_id)
        speaking.start_speech(self.office.person("thuky"), meeting_id, first, expect=None)

    def _check_in(self, meeting_id: int, *, is_whole: bool) -> None:
        """Most are there, one from afar; of a sitting that is over it is known who was not.

        :param is_whole: the list is complete.
        """
        for n, person in enumerate([self.office.person("chutich"), *self._delegates()[:-_MISSING]]):
            state = PresenceState.REMOTE if n == 2 else PresenceState.IN
            attending.set_presence(person, meeting_id, state)
        for person in self._delegates()[-_MISSING:] if is_whole else []:
            secretary = self.office.person("thuky")
            attending.set_presence(secretary, meeting_id, PresenceState.ABSENT, person=person.id)

    def _delegates(self) -> list[User]:
        return [self.office.person(one.name) for one in PEOPLE if one.name.startswith("daibieu")]

    def _stand(self, at: datetime) -> None:
        clock.freeze(min(at, self.now))


def _working_day(today: date, away: int) -> date:
    """The working day so many away from today, before it when negative."""
    day, step = today, timedelta(days=1 if away > 0 else -1)
    left = abs(away)
    while left or not is_working_day(day):
        day += step
        left -= bool(left) and is_working_day(day)
    return day


def _paper(title: str) -> bytes:
    sheet = Sheet(title=title, author="UBND tỉnh An Bình")
    for n, part in enumerate(_PARTS):
        if n:
            sheet.new_page()
        else:
            _head(sheet, title)
        sheet.paragraph([Run(f"Phần {n + 1}. {part}", Face.BOLD)], 14, align="left", after=10)
        for words in PAPER_PARAGRAPHS:
            sheet.paragraph([Run(words.format(title=title))], 14, first_indent=28, spacing=1.3, after=8)
    return sheet.finish()


def _head(sheet: Sheet, title: str) -> None:
    middle = (sheet.left + sheet.right) / 2
    left, right = sheet.left + 85, sheet.right - 120
    sheet.text("UBND TỈNH AN BÌNH", left, sheet.y, 13, Face.BOLD, align="center")
    sheet.text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right, sheet.y, 12, Face.BOLD, align="center")
    sheet.text("Độc lập - Tự do - Hạnh phúc", right, sheet.y - 17, 13, Face.BOLD, align="center")
    sheet.rule(right - 78, right + 78, sheet.y - 22)
    sheet.text("TÀI LIỆU HỌP", middle, sheet.y - 70, 14, Face.BOLD, align="center")
    sheet.text(title, middle, sheet.y - 90, 14, Face.BOLD, align="center")
    sheet.y -= 125
