"""Forms of sign-in and of the own account."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import ValidationError

from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required
from intranet.core.labels import label
from intranet.people import passwords


def _chosen(value: Any) -> int | None:
    """The id of a choice, ``None`` for the empty one."""
    return int(value) if value not in (None, "", "None") else None


class NewPasswordForm(OfficeForm):
    """A lasting password, typed twice."""

    password = PasswordField(_("Mật khẩu mới"), [Required()])
    again = PasswordField(_("Nhập lại mật khẩu mới"), [Required()])

    def validate_again(self, field: PasswordField) -> None:
        """Refuse two passwords that differ."""
        if passwords.tidy(field.data or "") != passwords.tidy(self.password.data or ""):
            raise ValidationError(label("error.password.differs"))


class SignInForm(OfficeForm):
    """Account name and password."""

    name = StringField(_("Tên đăng nhập"), [Required(), Limit(200)])
    password = PasswordField(_("Mật khẩu"), [Required(), Limit(1000)])
    next = HiddenField()
    #: What the browser worked out when it was asked to.
    proof = HiddenField()

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        # With two fields, both of them needed, a star at each says nothing.
        self.name.flags.required = self.password.flags.required = False


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    present = PasswordField(_("Mật khẩu đang dùng"), [Required(), Limit(1000)])
    next = HiddenField()


class ProveForm(OfficeForm):
    """The present password once more."""

    present = PasswordField(_("Mật khẩu đang dùng"), [Required(), Limit(1000)])
    next = HiddenField()


class FirstOfficeForm(NewPasswordForm):
    """The agency and its first administrator."""

    org_name = LineField(_("Tên cơ quan"), [Required(), Limit(200)])
    short_name = LineField(_("Tên gọi tắt"), [Required(), Limit(100)])
    letters = LineField(_("Chữ viết tắt trong ký hiệu"), [Required(), Limit(30)])
    place = LineField(_("Địa danh trên văn bản"), [Required(), Limit(50)])
    full_name = LineField(_("Họ và tên"), [Required(), Limit(100)])
    name = LineField(_("Tên đăng nhập"), [Required(), Limit(60)])


class StandInForm(OfficeForm):
    """Who acts for whom, and when."""

    principal = SelectField(
        _("Người vắng mặt"), [Required("field.choose")], coerce=int, validate_choice=False
    )
    #: Empty where nobody stands in.
    substitute = SelectField(_("Người xử lý thay"), coerce=_chosen, validate_choice=False)
    first_date = OfficeDateField(_("Từ ngày"), [Required()])
    last_date = OfficeDateField(_("Đến hết ngày"), [Required()])
    reason = LineField(_("Lý do"), [Required(), Limit(200)])

    @property
    def days(self) -> dict[str, date]:
        """First and last day, once the form is accepted."""
        first, last = self.first_date.data, self.last_date.data
        if first is None or last is None:
            raise ValueError("the form was not accepted")
        return {"first_date": first, "last_date": last}


class OwnStandInForm(StandInForm):
    """Who acts for the person who fills it in."""

    principal = None
