"""What officials fill in about tasks. A sheet and a full page share each form."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from intranet.core import clock
from intranet.core.errors import Invalid
from intranet.core.forms import (
    Limit,
    LineField,
    OfficeDateField,
    OfficeForm,
    Required,
    read_local,
    tidy_text,
)
from intranet.core.labels import label
from intranet.notices.workdays import Calendar
from intranet.people.models import User
from intranet.tasks.models import Every, Priority, Source
from intranet.tasks.parties import Party

MOST_TEXT = 5000
MOST_REASON = 500
#: Working days offered for a new task, and for more time.
DUE_DAYS = (1, 3, 5, 10)
MORE_DAYS = (2, 3, 5)
WEIGHTS = [SelectChoice(str(n), str(n)) for n in range(1, 6)]
#: Why more time is asked for; words are ``task.why.<code>``.
WHY = ("opinion", "demand", "procedure", "other")
OTHER = "other"
#: Where a task comes from that is no record of the house.
_BY_HAND = (Source.DIRECT, Source.PLAN, Source.MAIL)


class _Text(TextAreaField):
    """A longer text, stored tidy."""

    def __init__(self, text: object, most: int, *validators: object, **kw: Any) -> None:
        super().__init__(text, [*validators, Limit(most)], filters=[tidy_text], **kw)


class PlainForm(OfficeForm):
    """An act that asks nothing but to be sure."""


class NoteForm(OfficeForm):
    """An act with a word to go with it."""

    note = _Text(_("Nói thêm (không bắt buộc)"), MOST_REASON)


class ReasonForm(OfficeForm):
    """An act that says why."""

    reason = _Text(_("Lý do"), MOST_REASON, Required())


class BackForm(ReasonForm):
    """Work begins again, perhaps with more time."""

    due_date = OfficeDateField(_("Hạn mới (để trống nếu giữ nguyên)"))


class ReminderForm(OfficeForm):
    """A date of one's own on which a task comes to mind."""

    day = OfficeDateField(_("Ngày"), [Required()])
    at = LineField(_("Giờ"), [Required(), Limit(8)], default="08:00")
    is_for_lead = BooleanField(_("Nhắc người đang làm, không nhắc tôi"))

    def hour(self) -> time:
        """The time as it was typed.

        :raises Invalid: ``reminder.not_a_time``.
        """
        try:
            return clock.local(read_local(clock.today(), self.at.data or "")).time()
        except ValueError:
            raise Invalid("reminder.not_a_time", field="at") from None


class ReportForm(OfficeForm):
    """How far the work has come."""

    progress = RadioField(_("Tiến độ"), coerce=lambda value: percent(value), validate_choice=False)
    text = _Text(_("Nội dung đã làm (không bắt buộc)"), MOST_TEXT)
    file_id = FileField(_("Tệp kèm theo"))

    def offer(self, now: int) -> None:
        """Offer the usual steps and where it stands now."""
        self.progress.choices = [SelectChoice(n, f"{n}%") for n in sorted({25, 50, 75, 90, now})]


class BlockForm(OfficeForm):
    """What stands in the way."""

    obstacle = LineField(_("Đang chờ ai, chờ việc gì"), [Required(), Limit(200)])
    text = _Text(_("Vướng mắc cụ thể (không bắt buộc)"), MOST_TEXT)
    file_id = FileField(_("Tệp kèm theo"))


class ResultForm(OfficeForm):
    """What came of it: words or files."""

    text = _Text(_("Kết quả"), MOST_TEXT)
    file_id = FileField(_("Tệp kết quả"))


class ExtendForm(OfficeForm):
    """More time is asked for."""

    days = RadioField(_("Hạn mới"), default="3", validate_choice=False)
    new_due = OfficeDateField(_("Ngày khác"))
    why = RadioField(_("Lý do"), default=WHY[0], validate_choice=False)
    note = _Text(_("Nói thêm (không bắt buộc)"), 400)

    def offer(self, due: date, on: Calendar) -> None:
        """Offer days after the present deadline, or after today when that has passed."""
        start = max(due, clock.today())
        self.days.choices = [
            *(SelectChoice(str(n), day_words(on.add_working_days(start, n))) for n in MORE_DAYS),
            SelectChoice(OTHER, label("task.other_day")),
        ]
        self.why.choices = [SelectChoice(code, label(f"task.why.{code}")) for code in WHY]
        self.start, self.on = start, on

    def validate_new_due(self, field: Field) -> None:
        """Another day needs to be named."""
        if self.days.data == OTHER and field.data is None:
            raise ValidationError(label("error.task.due_needed"))

    def validate_note(self, field: Field) -> None:
        """Another reason needs words."""
        if self.why.data not in WHY[:-1] and not field.data:
            raise ValidationError(label("error.task.reason_needed"))

    def wanted(self) -> date:
        """The day asked for."""
        if self.days.data in {str(n) for n in MORE_DAYS}:
            return self.on.add_working_days(self.start, int(self.days.data))
        return self.new_due.data or self.start

    def reason(self) -> str:
        """The reason in words."""
        if self.why.data not in WHY[:-1]:
            return str(self.note.data)
        words = label(f"task.why.{self.why.data}")
        return f"{words}. {self.note.data}" if self.note.data else words


class DecideForm(OfficeForm):
    """More time is given or not."""

    decision = RadioField(_("Quyết định"), default="grant", validate_choice=False)
    new_due = OfficeDateField(_("Hạn mới"))
    note = _Text(_("Ý kiến (bắt buộc khi không đồng ý)"), MOST_REASON)

    def offer(self) -> None:
        """Name the two decisions."""
        self.decision.choices = [
            SelectChoice(code, label(f"task.decision.{code}")) for code in ("grant", "refuse")
        ]


class HandOverForm(OfficeForm):
    """Who does the work."""

    user_id = SelectField(_("Người thực hiện"), [Required("field.choose")], validate_choice=False)
    note = _Text(_("Dặn thêm (không bắt buộc)"), MOST_REASON)

    def offer(self, people: Iterable[User]) -> None:
        """Offer the officials of the unit."""
        named = sorted(people, key=lambda user: user.name_key)
        self.user_id.choices = choices(
            {str(user.id): f"{user.full_name}, {user.title}".strip(", ") for user in named}
        )


class ReassignForm(ReasonForm):
    """Who leads from now on."""

    lead = SelectField(_("Chủ trì mới"), [Required("field.choose")], validate_choice=False)

    def offer(self, names: dict[str, str]) -> None:
        """Offer units, and whom the actor chose."""
        self.lead.choices = choices(names)


class JoinForm(OfficeForm):
    """Who joins a task that runs, or what its people are told more."""

    co = SelectMultipleField(_("Thêm phối hợp"), validate_choice=False)
    due_date = OfficeDateField(_("Hạn phối hợp"))
    info = SelectMultipleField(_("Thêm để biết"), validate_choice=False)
    text = _Text(_("Ý kiến chỉ đạo thêm (không bắt buộc khi thêm người)"), MOST_REASON)

    def offer(self, names: dict[str, str]) -> None:
        """Offer units, and whom the actor chose."""
        self.co.choices = self.info.choices = choices(names)[1:]

    def parties(self) -> tuple[list[Party], list[Party]]:
        """Those who help, by when, and those who are to know.

        :raises Invalid: ``task.party_unknown``.
        """
        return (
            [replace(Party.parse(one), due_date=self.due_date.data) for one in self.co.data or ()],
            [Party.parse(one) for one in self.info.data or ()],
        )


class PlaceForm(OfficeForm):
    """Of which task it is a part, and with what share."""

    parent = LineField(_("Mã việc chính (để trống nếu là việc riêng)"), [Limit(20)])
    weight = SelectField(_("Tỷ trọng trong việc chính"), choices=WEIGHTS, default="1", validate_choice=False)

    def share(self) -> int:
        """Weight in the whole's progress."""
        return share_of(self.weight.data)


class OwnTaskForm(OfficeForm):
    """An official's own task."""

    title = LineField(_("Tên việc"), [Required(), Limit(500)])
    text = _Text(_("Nội dung, kết quả dự kiến"), MOST_TEXT)
    days = RadioField(_("Hạn xử lý"), default="5", validate_choice=False)
    due_date = OfficeDateField(_("Ngày khác"))
    start_date = OfficeDateField(_("Bắt đầu từ ngày"))

    def offer(self, on: Calendar) -> None:
        """Offer deadlines."""
        offer_days(self.days, on)
        self.on = on

    def validate_due_date(self, field: Field) -> None:
        """Another day needs to be named."""
        need_day(self.days, field)

    def wanted(self) -> date | None:
        """The deadline asked for."""
        return wanted_day(self.days, self.due_date, self.on)


class NewTaskForm(OfficeForm):
    """A task by itself, or a part of one."""

    title = LineField(_("Tên nhiệm vụ"), [Required(), Limit(500)])
    text = _Text(_("Nội dung chỉ đạo"), MOST_TEXT)
    lead = SelectField(_("Chủ trì"), [Required("field.choose")], validate_choice=False)
    co = SelectMultipleField(_("Phối hợp"), validate_choice=False)
    info = SelectMultipleField(_("Để biết"), validate_choice=False)
    days = RadioField(_("Hạn xử lý"), default="5", validate_choice=False)
    due_date = OfficeDateField(_("Ngày khác"))
    is_past_confirmed = BooleanField(_("Xác nhận giao với hạn đã qua"))
    weight = SelectField(_("Tỷ trọng trong việc chính"), choices=WEIGHTS, default="1", validate_choice=False)
    co_due = OfficeDateField(_("Hạn phối hợp"))
    start_date = OfficeDateField(_("Bắt đầu từ ngày"))
    priority = RadioField(_("Mức ưu tiên"), default=Priority.NORMAL.value, validate_choice=False)
    source = RadioField(_("Nguồn giao"), default=Source.DIRECT.value, validate_choice=False)
    source_text = LineField(_("Tên chương trình, kế hoạch; người gửi, ngày thư"), [Limit(200)])
    every = SelectField(_("Lặp lại"), default="", validate_choice=False)
    last_date = OfficeDateField(_("Lặp đến hết ngày"))
    is_absence_confirmed = BooleanField(_("Vẫn giao dù người chủ trì vắng vào ngày đến hạn"))
    #: Whoever stands in for an absent lead, by the button beside the warning.
    instead = StringField()
    is_restricted = BooleanField(_("Hạn chế: chỉ người giao và các bên tham gia được xem"))

    def offer(self, on: Calendar, names: dict[str, str]) -> None:
        """Offer deadlines, and the parties chosen so far with their names."""
        offer_days(self.days, on)
        self.on = on
        self.lead.choices = choices(names)
        self.co.choices = self.info.choices = choices(names)[1:]
        self.priority.choices = [
            SelectChoice(one.value, label(f"task.priority.{one.value}")) for one in Priority
        ]
        self.source.choices = [SelectChoice(one.value, label(f"task.source.{one.value}")) for one in _BY_HAND]
        self.every.choices = [
            SelectChoice("", label("task.every.never")),
            *(SelectChoice(one.value, label(f"task.every.{one.value}")) for one in Every),
        ]

    def validate_due_date(self, field: Field) -> None:
        """Another day needs to be named; what comes again is due so many days after."""
        need_day(self.days, field)
        if self.days.data == OTHER and self.every.data:
            raise ValidationError(label("error.task.recurring_days"))

    def wanted(self) -> date | None:
        """The deadline asked for."""
        return wanted_day(self.days, self.due_date, self.on)

    def often(self) -> Every | None:
        """How often it comes again, if it does."""
        return next((one for one in Every if one.value == self.every.data), None)

    def due_days(self) -> int:
        """Working days that each may take."""
        return int(self.days.data) if self.days.data in {str(n) for n in DUE_DAYS} else 0

    def weight_of_others(self) -> Priority:
        """How it stands beside others."""
        return next((one for one in Priority if one.value == self.priority.data), Priority.NORMAL)

    def where_from(self) -> Source:
        """By word unless a plan or a mail is named."""
        return next((one for one in _BY_HAND if one.value == self.source.data), Source.DIRECT)

    def share(self) -> int:
        """Weight in the whole's progress."""
        return share_of(self.weight.data)

    def parties(self) -> tuple[Party, list[Party], list[Party]]:
        """Lead, co-operating parties and those to know.

        :raises Invalid: ``task.party_unknown``.
        """
        return (
            Party.parse(self.instead.data or self.lead.data),
            [replace(Party.parse(one), due_date=self.co_due.data) for one in self.co.data or ()],
            [Party.parse(one) for one in self.info.data or ()],
        )


def share_of(text: object) -> int:
    """A weight from 1 to 5, 1 for anything else."""
    return int(str(text)) if str(text) in {one.value for one in WEIGHTS} else 1


def offer_days(field: RadioField, on: Calendar) -> None:
    """Offer usual terms from today on, and another day."""
    today = clock.today()
    field.choices = [
        *(SelectChoice(str(n), day_words(on.add_working_days(today, n))) for n in DUE_DAYS),
        SelectChoice(OTHER, label("task.other_day")),
    ]


def need_day(days: RadioField, field: Field) -> None:
    """Refuse another day that is not named."""
    if days.data == OTHER and field.data is None:
        raise ValidationError(label("error.task.due_needed"))


def wanted_day(days: RadioField, field: Field, on: Calendar) -> date | None:
    """The usual term chosen, or the other day."""
    if days.data in {str(n) for n in DUE_DAYS}:
        return on.add_working_days(clock.today(), int(days.data))
    wanted: date | None = field.data
    return wanted


def choices(names: dict[str, str]) -> list[SelectChoice]:
    """Nothing, then each name."""
    return [SelectChoice("", ""), *(SelectChoice(value, name) for value, name in names.items())]


def percent(value: object) -> int:
    """A percentage as typed; -1, which the service refuses, for anything else."""
    text = str(value).strip()
    return int(text) if text.isdigit() and len(text) <= 4 else -1


def day_words(day: date) -> str:
    """``Thứ Hai 16/11``."""
    return f"{label(f'weekday.{day.weekday()}')} {day:%d/%m}"
