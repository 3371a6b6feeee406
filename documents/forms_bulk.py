"""Forms of acts on several rows of the incoming list, and of the kinds that go straight to a unit."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from documents.forms import BulkForm, optional_int
from documents.models.document import Urgency
from documents.models.transferring import TransferRule
from intranet.core import clock
from intranet.core.forms import OfficeDateField, OfficeForm, Required, read_local
from intranet.core.labels import label


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


class UrgencyManyForm(OtherBulkForm):
    """How urgent the chosen documents are."""

    urgency = RadioField("Độ khẩn", [Required("field.choose")], coerce=optional_int)
    urgent_date = OfficeDateField("Ngày hẹn")
    urgent_time = StringField("Giờ hẹn")

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.urgency.choices = [(int(one), label(f"document.urgency.{int(one)}")) for one in Urgency]

    def validate_urgent_time(self, field: StringField) -> None:
        """An hour, for a timed flash."""
        if self.urgency.data != Urgency.FLASH_TIMED:
            return
        if not field.data:
            raise ValidationError(label("error.document.hour_missing"))
        try:
            read_local(clock.today(), field.data)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong

    def instant(self) -> Any:
        """The hour of a timed flash, ``None`` for every other degree; call it on a valid form."""
        if self.urgency.data != Urgency.FLASH_TIMED:
            return None
        return read_local(self.urgent_date.data or clock.today(), self.urgent_time.data or "")


class TransferRuleForm(OfficeForm):
    """Which kind goes straight to which unit, in whose name."""

    kind_id = SelectField("Loại văn bản", [Required("field.choose")], coerce=optional_int)
    unit_id = SelectField("Đơn vị nhận", [Required("field.choose")], coerce=optional_int)
    leader_id = SelectField("Giao thay lãnh đạo", [Required("field.choose")], coerce=optional_int)
