"""What an administrator fills in about the calendar."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required
from intranet.core.labels import label
from intranet.notices.models import DayKind


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


class AddressForm(OfficeForm):
    """The address at which a person wants letters."""

    address = LineField(_("Địa chỉ thư điện tử"), [Required(), Limit(200)])


class CodeForm(OfficeForm):
    """The code that was sent there."""

    code = LineField(_("Mã xác nhận"), [Required(), Limit(20)])
