"""What an administrator fills in about the calendar."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from intranet.core import clock
from intranet.core.errors import Invalid
from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required, read_local
from intranet.core.labels import label
from intranet.notices.models import DayKind, Hours
from intranet.notices.reminder_rules import MOST_DAYS, Rule, Topic


class DayForm(OfficeForm):
    """A day that differs from the published calendar."""

    day = OfficeDateField(_("Ngày"), [Required()])
    kind = RadioField(_("Là ngày"), default=DayKind.OFF.value, validate_choice=False)
    note = LineField(_("Căn cứ, ghi chú"), [Limit(200)])

    def offer(self) -> None:
        """Name the kinds of day."""
        self.kind.choices = [
            SelectChoice(kind.value, label(f"workday.kind.{kind.value}")) for kind in DayKind
        ]

    def chosen(self) -> DayKind:
        """The kind of day; an unknown one counts as a day off given in exchange."""
        known = {kind.value: kind for kind in DayKind}
        return known.get(str(self.kind.data), DayKind.OFF)


class WeekForm(OfficeForm):
    """What is worked of each weekday, Monday first."""

    day0 = SelectField()
    day1 = SelectField()
    day2 = SelectField()
    day3 = SelectField()
    day4 = SelectField()
    day5 = SelectField()
    day6 = SelectField()

    def offer(self, week: Sequence[Hours]) -> None:
        """Name the days and their hours, and choose what is worked now."""
        for field, weekday, hours in zip(self.days(), range(7), week, strict=True):
            field.label.text = label(f"weekday.{weekday}")
            field.choices = [(one.value, label(f"workday.hours.{one.value}")) for one in Hours]
            if not self.is_submitted():
                field.data = hours.value

    def days(self) -> list[SelectField]:
        """The fields, Monday's first."""
        return [self[f"day{weekday}"] for weekday in range(7)]

    def week(self) -> list[Hours]:
        """What was chosen."""
        return [Hours(field.data) for field in self.days()]


class AddressForm(OfficeForm):
    """The address at which a person wants letters."""

    address = LineField(_("Địa chỉ thư điện tử"), [Required(), Limit(200)])


class CodeForm(OfficeForm):
    """The code that was sent there."""

    code = LineField(_("Mã xác nhận"), [Required(), Limit(20)])


class _Boxes(SelectMultipleField):
    """Several of a few, as boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class RuleForm(OfficeForm):
    """When people are reminded of one kind of deadline, and who."""

    side = RadioField(_("Thời điểm"), default="before", validate_choice=False)
    days = LineField(_("Số ngày làm việc"), [Limit(3)])
    at = LineField(_("Giờ nhắc"), [Required(), Limit(8)], default="08:00")
    to = _Boxes(_("Nhắc ai"), validate_choice=False)

    def offer(self, topic: Topic) -> None:
        """Name the sides of a deadline, and the people whom a rule of the topic may name."""
        self.side.choices = [
            SelectChoice(side, label(f"reminder.side.{side}")) for side in ("before", "on", "after")
        ]
        self.to.choices = [
            SelectChoice(word, label(f"reminder.to.{topic.name}.{word}")) for word in topic.audiences
        ]

    def show(self, rule: Rule) -> None:
        """Fill in a rule that is to be changed."""
        self.side.data = "on" if rule.days == 0 else "before" if rule.days < 0 else "after"
        self.days.data = str(abs(rule.days)) if rule.days else ""
        self.at.data = f"{rule.hour:02d}:{rule.minute:02d}"
        self.to.data = list(rule.to)

    def rule(self) -> Rule:
        """The rule as it was filled in.

        :raises Invalid: ``reminder.days``, ``reminder.not_a_time``.
        """
        days = (self.days.data or "").strip()
        n = 0
        if self.side.data != "on":
            if not days.isdecimal() or not 1 <= int(days) <= MOST_DAYS:
                raise Invalid("reminder.days", field="days", most=MOST_DAYS)
            n = -int(days) if self.side.data == "before" else int(days)
        try:
            at = clock.local(read_local(clock.today(), self.at.data or ""))
        except ValueError:
            raise Invalid("reminder.not_a_time", field="at") from None
        return Rule(n, tuple(self.to.data or ()), at.hour, at.minute)


class YearForm(OfficeForm):
    """The calendar of a year as it is pasted."""

    lines = TextAreaField(_("Các ngày"), [Limit(40_000)])
    basis = LineField(_("Căn cứ"), [Limit(200)])
