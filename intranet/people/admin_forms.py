"""Forms of the administrator."""

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from intranet.core.forms import Limit, LineField, OfficeForm, Required
from intranet.core.labels import label
from intranet.people.models import Role
from intranet.people.services import accounts
from intranet.people.services.agencies import OrgData, UnitData

#: The most that the place of a unit among its brothers may be.
_LAST_POSITION = 9999


def optional_id(given: object) -> int | None:
    """An id from a select, ``None`` for its empty choice.

    :raises ValueError: neither.
    """
    return int(str(given)) if given not in (None, "", "None") else None


class _Versioned(OfficeForm):
    """A form that knows which version of the record was seen."""

    version = IntegerField(widget=HiddenInput(), default=0)


class OrgForm(_Versioned):
    """One agency."""

    name = LineField(_("Tên cơ quan"), [Required(), Limit(200)])
    short_name = LineField(_("Tên gọi tắt"), [Required(), Limit(100)])
    letters = LineField(_("Chữ viết tắt"), [Required(), Limit(30)])
    code = LineField(_("Mã định danh"), [Limit(35)])
    place = LineField(_("Địa danh"), [Required(), Limit(50)])
    address = LineField(_("Địa chỉ"), [Limit(250)])
    parent_id = SelectField(_("Cơ quan cấp trên"), coerce=optional_id, validate_choice=False)

    def values(self) -> OrgData:
        """What the form says, once it is accepted."""
        return OrgData(
            name=self.name.data or "",
            short_name=self.short_name.data or "",
            letters=self.letters.data or "",
            code=self.code.data or None,
            place=self.place.data or "",
            address=self.address.data or "",
            parent_id=self.parent_id.data,
        )


class UnitForm(_Versioned):
    """One unit of an agency."""

    name = LineField(_("Tên đơn vị"), [Required(), Limit(200)])
    short_name = LineField(_("Tên gọi tắt"), [Required(), Limit(60)])
    letters = LineField(_("Chữ viết tắt"), [Limit(30)])
    parent_id = SelectField(_("Thuộc đơn vị"), coerce=optional_id, validate_choice=False)
    represents_id = SelectField(_("Đại diện cho cơ quan"), coerce=optional_id, validate_choice=False)
    position = StringField(_("Thứ tự"), default="0")

    def validate_position(self, field: StringField) -> None:
        """Refuse anything but a small number."""
        if not (field.data or "0").isdigit() or int(field.data or 0) > _LAST_POSITION:
            raise ValidationError(label("error.field.not_a_count", most=_LAST_POSITION))

    def values(self) -> UnitData:
        """What the form says, once it is accepted."""
        return UnitData(
            name=self.name.data or "",
            short_name=self.short_name.data or "",
            letters=self.letters.data or "",
            parent_id=self.parent_id.data,
            represents_id=self.represents_id.data,
            position=int(self.position.data or 0),
        )


class _RolesField(SelectMultipleField):
    """Roles as a list of boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def chosen(self) -> tuple[Role, ...]:
        """The roles that are ticked."""
        return tuple(Role(value) for value in self.data or [])


def _role_choices() -> list[SelectChoice]:
    return [SelectChoice(role.value, label(f"role.{role}")) for role in Role]


class _PersonFields(OfficeForm):
    """What is said of every person."""

    full_name = LineField(_("Họ và tên"), [Required(), Limit(100)])
    email = LineField(_("Thư điện tử"), [Limit(200)])

    def validate_email(self, field: LineField) -> None:
        """Refuse what can be no address."""
        if field.data and not accounts.can_be_address(field.data):
            raise ValidationError(label("error.field.not_an_address"))


class NewPersonForm(_PersonFields):
    """A new account with its first post."""

    name = LineField(_("Tên đăng nhập"), [Required(), Limit(60)])
    unit = SelectField(_("Đơn vị"), [Required("field.choose")], coerce=optional_id, validate_choice=False)
    title = LineField(_("Chức vụ"), [Required(), Limit(100)])
    roles = _RolesField(_("Vai trò"), choices=_role_choices)

    def validate_name(self, field: LineField) -> None:
        """Refuse what cannot be an account name."""
        if field.data and not accounts.can_be_name(field.data.lower()):
            raise ValidationError(label("error.account.name"))


class EditPersonForm(_PersonFields, _Versioned):
    """Name and address of a person."""


class PlaceForm(_Versioned):
    """What a person is in one unit."""

    unit = SelectField(_("Đơn vị"), [Required("field.choose")], coerce=optional_id, validate_choice=False)
    title = LineField(_("Chức vụ"), [Limit(100)])
    roles = _RolesField(_("Vai trò"), choices=_role_choices)


class ResetForm(OfficeForm):
    """How a person gets in again."""

    how = RadioField(
        _("Cách cấp lại"),
        choices=[
            SelectChoice("link", _("Đường dẫn đặt mật khẩu")),
            SelectChoice("password", _("Mật khẩu tạm")),
        ],
        default="link",
    )
