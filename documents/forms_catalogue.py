"""Forms of the lists that documents are chosen from."""

from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from documents.forms import optional_int
from documents.services.fields import MOST_DAYS
from intranet.core.forms import Limit, LineField, OfficeForm, Required


class FieldForm(OfficeForm):
    """A field of work."""

    name = LineField("Tên lĩnh vực", [Required(), Limit(100)])
    lead_unit_id = SelectField("Đơn vị thường chủ trì", coerce=optional_int)
    default_deadline_days = IntegerField(
        "Thời hạn thường dùng (ngày làm việc)", [Optional(), NumberRange(1, MOST_DAYS)]
    )
    is_active = BooleanField("Đang dùng", default=True)
    version = IntegerField(validators=[Optional()], widget=HiddenInput())


class DocumentFieldForm(OfficeForm):
    """What one document is about."""

    field_id = SelectField("Lĩnh vực", coerce=optional_int)
    version = IntegerField(validators=[Optional()], widget=HiddenInput())
