"""The forms by which a leader directs: in the dock, several documents at once, and again later."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from documents.forms import BulkForm, TextField, optional_int
from documents.services.adding import How
from documents.services.directing import Direction
from documents.services.directives import TEXT_MAX
from intranet.core.forms import Limit, OfficeDateField, OfficeForm, Required
from intranet.core.labels import label
from intranet.people.models import Unit
from intranet.tasks.models import Task
from intranet.tasks.services import Party


class DirectForm(OfficeForm):
    """A leader's direction, put together by taps."""

    lead = SelectField("Chủ trì", coerce=optional_int)
    co = SelectMultipleField("Phối hợp", coerce=int)
    info = SelectMultipleField("Để biết", coerce=int)
    due_date = OfficeDateField("Hạn xử lý")
    text = TextField("Ý kiến chỉ đạo", [Limit(TEXT_MAX)])
    #: Officials whom the sentence names; the service knows who works here.
    lead_user = SelectField("Người chủ trì", coerce=optional_int, validate_choice=False)
    co_user = SelectMultipleField("Người phối hợp", coerce=int, validate_choice=False)
    info_user = SelectMultipleField("Người để biết", coerce=int, validate_choice=False)
    urgent = BooleanField("Khẩn")
    reply = BooleanField("Cần trả lời")
    is_absence_confirmed = BooleanField("Vẫn giao dù chủ trì vắng vào ngày đến hạn")

    def given(self) -> Direction:
        """The fields as the service takes them."""
        return Direction(
            self.lead.data,
            self.co.data or (),
            self.info.data or (),
            self.due_date.data,
            self.text.data or "",
            lead_user_id=self.lead_user.data,
            co_user_ids=self.co_user.data or (),
            info_user_ids=self.info_user.data or (),
            is_urgent=self.urgent.data,
            needs_reply=self.reply.data,
            is_absence_confirmed=self.is_absence_confirmed.data,
        )


class DirectManyForm(DirectForm, BulkForm):
    """One unit and one term for the chosen documents, and whom the sentence names besides."""

    lead = RadioField("Chủ trì", coerce=optional_int)
    co = SelectMultipleField("Phối hợp", coerce=int, validate_choice=False)
    info = SelectMultipleField("Để biết", coerce=int, validate_choice=False)
    due_date = OfficeDateField("Hạn xử lý", [Required()])

    def offer(self, units: Iterable[Unit]) -> None:
        """Offer the units; a sentence may name an official in place of one."""
        self.lead.choices = [(unit.id, unit.short_name) for unit in units]
        self.lead.validate_choice = self.lead_user.data is None

    def validate_lead(self, field: RadioField) -> None:
        """A unit, or an official whom the sentence names."""
        if field.data is None and self.lead_user.data is None:
            raise ValidationError(label("error.field.choose", name=field.label.text))


class AddForm(OfficeForm):
    """More helpers, another task or another lead, with a sentence."""

    how = RadioField("Giao thêm gì", default=How.JOIN.value)
    task = SelectField("Nhiệm vụ", coerce=optional_int, validate_choice=False)
    text = TextField("Ý kiến chỉ đạo", [Limit(TEXT_MAX)])
    lead = SelectField("Chủ trì", validate_choice=False)
    co = SelectMultipleField("Phối hợp", validate_choice=False)
    info = SelectMultipleField("Để biết", validate_choice=False)
    due_date = OfficeDateField("Hạn")
    urgent = BooleanField("Khẩn")
    reply = BooleanField("Cần trả lời")
    is_absence_confirmed = BooleanField("Vẫn giao dù chủ trì vắng vào ngày đến hạn")

    def offer(self, running: Iterable[Task], names: Mapping[str, str]) -> None:
        """Offer the tasks on which work goes on, units, and whom the leader chose."""
        self.task.choices = [(task.id, f"{task.code}, {task.title}") for task in running]
        hows = How if self.task.choices else (How.TASK,)
        self.how.choices = [(one.value, label(f"directive.how.{one.value}")) for one in hows]
        self.co.choices = self.info.choices = list(names.items())
        self.lead.choices = [("", ""), *names.items()]

    def validate_lead(self, field: SelectField) -> None:
        """A task needs a lead."""
        if self.how.data != How.JOIN and not field.data:
            raise ValidationError(label("error.field.choose", name=field.label.text))

    def validate_text(self, field: TextField) -> None:
        """Another lead needs the reason."""
        if self.how.data == How.LEAD and not field.data:
            raise ValidationError(label("error.task.reason_needed"))

    def validate_due_date(self, field: OfficeDateField) -> None:
        """A task needs a term."""
        if self.how.data == How.TASK and field.data is None and not field.errors:
            raise ValidationError(label("error.directive.no_due"))

    def wanted(self) -> How:
        """What is directed again; call it on a valid form."""
        return How(self.how.data)

    def given(self) -> Direction:
        """The fields as the service takes them; what the kind does not ask for is left out.

        :raises Invalid: ``task.party_unknown``.
        """
        how = self.wanted()
        lead = Party.parse(self.lead.data) if how is not How.JOIN else None
        co = [Party.parse(one) for one in self.co.data or ()] if how is not How.LEAD else []
        info = [Party.parse(one) for one in self.info.data or ()] if how is not How.LEAD else []
        return Direction(
            lead.unit_id if lead else None,
            _units(co),
            _units(info),
            self.due_date.data if how is not How.LEAD else None,
            self.text.data or "",
            lead_user_id=lead.user_id if lead else None,
            co_user_ids=_people(co),
            info_user_ids=_people(info),
            is_urgent=self.urgent.data,
            needs_reply=self.reply.data,
            is_absence_confirmed=self.is_absence_confirmed.data,
        )

    def chosen(self) -> list[Any]:
        """Values of the parties that were sent."""
        return [self.lead.data, *(self.co.data or ()), *(self.info.data or ())]


def _units(parties: Iterable[Party]) -> list[int]:
    return [one.unit_id for one in parties if one.unit_id is not None]


def _people(parties: Iterable[Party]) -> list[int]:
    return [one.user_id for one in parties if one.user_id is not None]
