"""What is filled in about the schedule, about rooms and about vehicles."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from intranet.core import clock
from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required, read_local
from intranet.core.labels import label
from intranet.notices.workdays import OFFICE_HOURS
from intranet.people import directory
from intranet.people.models import Unit, User
from intranet.schedule.catalogue import MOST_SEATS
from intranet.schedule.models import Entry, EntryKind, Resource, ResourceKind
from intranet.schedule.planning import Wish

#: How long something lasts that begins when the office hours are over.
_EVENING = timedelta(hours=2)
HOURS, MORNING, AFTERNOON, DAY = "hours", "morning", "afternoon", "day"
_PARTS = {
    MORNING: OFFICE_HOURS[0],
    AFTERNOON: OFFICE_HOURS[1],
    DAY: (OFFICE_HOURS[0][0], OFFICE_HOURS[1][1]),
}


def _key(given: Any) -> int | None:
    return int(given) if given not in (None, "", "None") else None


class ChecksField(SelectMultipleField):
    """People as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PeopleField(SelectMultipleField):
    """Several people, found by typing; what was chosen survives a refusal."""

    def __init__(self, text: Any, validators: Any = (), **kw: Any) -> None:
        super().__init__(text, validators, coerce=int, choices=[], validate_choice=False, **kw)


class EntryForm(OfficeForm):
    """An entry of the schedule."""

    title = LineField(_("Nội dung"), [Required(), Limit(300)])
    kind = RadioField(_("Loại"), default=EntryKind.EVENT.value)
    day = OfficeDateField(_("Ngày"), [Required()])
    last_date = OfficeDateField(_("Đến hết ngày"))
    part = RadioField(_("Thời gian"), default=HOURS)
    starts_time = LineField(_("Từ"))
    ends_time = LineField(_("Đến"))
    leader_ids = ChecksField(_("Lãnh đạo"), coerce=int)
    other_ids = PeopleField(_("Cán bộ cùng dự"))
    room_id = SelectField(_("Phòng họp"), coerce=_key)
    vehicle_id = SelectField(_("Xe"), coerce=_key)
    place = LineField(_("Địa điểm khác, ghi chú"), [Limit(200)])
    unit_id = SelectField(_("Đơn vị chuẩn bị"), coerce=_key)
    guests = LineField(_("Khách mời, thành phần khác"), [Limit(500)])
    is_restricted = BooleanField(_("Chỉ người trong cuộc thấy nội dung"))
    #: What stood there when the form was opened.
    version = HiddenField()

    _starts: datetime | None = None
    _ends: datetime | None = None

    def offer(
        self,
        leaders: Iterable[User],
        resources: Sequence[Resource],
        units: Iterable[Unit],
        entry: Entry | None,
    ) -> None:
        """Offer what can be chosen; what the entry has already may stay, in use or not."""
        kept = () if entry is None else (entry.room_id, entry.vehicle_id)
        self.kind.choices = [
            SelectChoice(one.value, label(f"schedule.kind.{one.value}")) for one in EntryKind
        ]
        self.part.choices = [
            SelectChoice(one, label(f"schedule.part.{one}")) for one in (HOURS, MORNING, AFTERNOON, DAY)
        ]
        self.leader_ids.choices = [SelectChoice(one.id, f"{one.full_name}, {one.title}") for one in leaders]
        for field, kind in ((self.room_id, ResourceKind.ROOM), (self.vehicle_id, ResourceKind.VEHICLE)):
            usable = [one for one in resources if one.kind is kind and (one.is_active or one.id in kept)]
            field.choices = [("", label("schedule.none")), *((one.id, _resource(one)) for one in usable)]
        self.unit_id.choices = [("", label("schedule.none")), *((one.id, one.name) for one in units)]

    def show(self, entry: Entry) -> None:
        """Fill in what the entry says now."""
        starts, ends = clock.local(entry.starts_at), clock.local(entry.ends_at)
        for name in ("title", "room_id", "vehicle_id", "place", "unit_id", "guests", "is_restricted"):
            self[name].data = getattr(entry, name)
        self.kind.data, self.version.data = entry.kind.value, str(entry.version)
        self.day.data, self.last_date.data = (
            starts.date(),
            ends.date() if ends.date() > starts.date() else None,
        )
        self.part.data = HOURS if entry.has_hours else _part(starts.time(), ends.time())
        if entry.has_hours:
            self.starts_time.data, self.ends_time.data = f"{starts:%H:%M}", f"{ends:%H:%M}"
        self.leader_ids.data, self.other_ids.data = entry.leader_ids, entry.other_ids

    def show_chosen(self) -> None:
        """Make options of the people chosen so far; the rest is fetched while typing."""
        found = directory.people(self.other_ids.data or []).values()
        self.other_ids.choices = [(one.id, f"{one.full_name}, {one.title}") for one in found]

    def validate_starts_time(self, field: LineField) -> None:
        """An hour where the hours are to be told."""
        if self.part.data != HOURS:
            return
        if not field.data:
            raise ValidationError(label("error.schedule.hour_needed"))
        self._starts = _read(self.day.data, field.data)

    def validate_ends_time(self, field: LineField) -> None:
        """An hour after the one at which it begins."""
        if self.part.data != HOURS or not field.data:
            return
        self._ends = _read(self.last_date.data or self.day.data, field.data)
        if self._starts is not None and self._ends <= self._starts:
            raise ValidationError(label("error.schedule.ends_before"))

    def validate_last_date(self, field: OfficeDateField) -> None:
        """Not before the first day."""
        if field.data is not None and self.day.data is not None and field.data < self.day.data:
            raise ValidationError(label("error.schedule.last_before_first"))

    def wish(self) -> Wish:
        """What the form says, once every field is right."""
        day = self.day.data or clock.today()
        last = self.last_date.data or day
        has_hours = self.part.data == HOURS
        if has_hours:
            starts = self._starts or clock.now()
            ends = self._ends or _until(last, starts)
        else:
            first_hour, last_hour = _PARTS[self.part.data or DAY]
            starts = clock.at_office(day, first_hour.hour, first_hour.minute)
            ends = clock.at_office(last, last_hour.hour, last_hour.minute)
        return Wish(
            title=self.title.data or "",
            starts_at=starts,
            ends_at=ends,
            has_hours=has_hours,
            kind=EntryKind(self.kind.data),
            leader_ids=tuple(self.leader_ids.data or ()),
            other_ids=tuple(self.other_ids.data or ()),
            room_id=self.room_id.data,
            vehicle_id=self.vehicle_id.data,
            place=self.place.data or "",
            unit_id=self.unit_id.data,
            guests=self.guests.data or "",
            is_restricted=bool(self.is_restricted.data),
        )


class ReasonForm(OfficeForm):
    """Why something is postponed, refused or sent back."""

    reason = LineField(_("Lý do"), [Required(), Limit(500)])


class ResourceForm(OfficeForm):
    """A room or a vehicle."""

    kind = RadioField(_("Loại"), default=ResourceKind.ROOM.value)
    name = LineField(_("Tên"), [Required(), Limit(80)])
    seats = IntegerField(_("Số chỗ"), [Optional()])
    note = LineField(_("Ghi chú"), [Limit(200)])
    is_active = BooleanField(_("Đang sử dụng"), default=True)
    version = HiddenField()

    def offer(self) -> None:
        """Name the kinds."""
        self.kind.choices = [
            SelectChoice(one.value, label(f"schedule.resource.{one.value}")) for one in ResourceKind
        ]

    def validate_seats(self, field: IntegerField) -> None:
        """A number of seats that there can be."""
        if field.data is not None and not 1 <= field.data <= MOST_SEATS:
            raise ValidationError(label("error.resource.seats", most=MOST_SEATS))


def _resource(one: Resource) -> str:
    words = f"{one.name}, {label('schedule.seats', n=one.seats)}" if one.seats else one.name
    return words if one.is_active else f"{words} ({label('schedule.out_of_use')})"


def _read(day: date | None, typed: str) -> datetime:
    try:
        return read_local(day or clock.today(), typed)
    except ValueError as problem:
        raise ValidationError(str(problem)) from problem


def _until(last: date, starts: datetime) -> datetime:
    """The end of the half day in which it begins, where no hour was told; of a later last day its evening."""
    for _first, hour in OFFICE_HOURS[-1:] if last > clock.local(starts).date() else OFFICE_HOURS:
        ends = clock.at_office(last, hour.hour, hour.minute)
        if ends > starts:
            return ends
    return starts + _EVENING


def _part(starts: time, ends: time) -> str:
    return next((part for part, hours in _PARTS.items() if hours == (starts, ends)), DAY)
