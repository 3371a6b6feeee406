"""Forms of acts on several rows of the incoming list, and of the kinds that go straight to a unit."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectField, StringField

from documents.forms import BulkForm, TimedUrgency, optional_int
from documents.models.catalogue import WorkField
from documents.models.document import Urgency
from documents.models.transferring import TransferRule
from intranet.core.forms import OfficeDateField, OfficeForm, Required
from intranet.core.labels import label

#: Chosen where documents are to belong to no field of work.
_NO_FIELD = 0


class OtherBulkForm(BulkForm):
    """An act whose dialog stands beside others with fields of the same names."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for field in self:
            field.id = f"{type(self).__name__.removesuffix('ManyForm').lower()}-{field.name}"


class TransferManyForm(OtherBulkForm):
    """One term for documents that go straight to their units; empty leaves each its own."""

    due_date = OfficeDateField("Hạn xử lý")
    #: What the dialog says goes where.
    rules: Sequence[TransferRule] = ()


class UrgencyManyForm(OtherBulkForm, TimedUrgency):
    """How urgent the chosen documents are."""

    urgency = RadioField("Độ khẩn", [Required("field.choose")], coerce=optional_int)
    urgent_date = OfficeDateField("Ngày hẹn")
    urgent_time = StringField("Giờ hẹn")

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.urgency.choices = [(int(one), label(f"document.urgency.{int(one)}")) for one in Urgency]


class FieldManyForm(OtherBulkForm):
    """What the chosen documents are about."""

    field_id = SelectField("Lĩnh vực", [Required("field.choose")], coerce=optional_int)

    def offer(self, fields: Sequence[WorkField]) -> None:
        """Let one of the fields be chosen, or that they belong to none; nothing is chosen by itself."""
        known = [(one.id, one.name) for one in fields]
        self.field_id.choices = [
            ("", label("field_of_work.choose")),
            *known,
            (_NO_FIELD, label("field_of_work.drop")),
        ]

    @property
    def chosen(self) -> int | None:
        """Id of the field, ``None`` for none; call it on a valid form."""
        return self.field_id.data or None


class TransferRuleForm(OfficeForm):
    """Which kind goes straight to which unit, in whose name."""

    kind_id = SelectField("Loại văn bản", [Required("field.choose")], coerce=optional_int)
    unit_id = SelectField("Đơn vị nhận", [Required("field.choose")], coerce=optional_int)
    leader_id = SelectField("Giao thay lãnh đạo", [Required("field.choose")], coerce=optional_int)
