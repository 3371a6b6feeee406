"""Forms of the lists that documents are chosen from."""

from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from documents.forms import TextField, lines_of, optional_int
from documents.models.catalogue import Channel
from documents.services.fields import MOST_DAYS
from documents.services.kinds import KindFields
from documents.services.parties import PartyFields
from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required
from intranet.core.labels import label

#: How one writes to an agency outside.
_WAYS = (Channel.POST, Channel.HAND, Channel.EMAIL, Channel.FAX, Channel.EDXML)


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


class KindForm(OfficeForm):
    """What an agency decides of a kind of document."""

    code = LineField("Chữ viết tắt", [Limit(10)])
    default_deadline_days = IntegerField(
        "Thời hạn thường dùng (ngày làm việc)", [Optional(), NumberRange(1, MOST_DAYS)]
    )
    needs_reply = BooleanField("Văn bản đến loại này thường phải trả lời")
    after_id = SelectField("Đứng sau", coerce=optional_int)
    is_active = BooleanField("Cơ quan dùng loại này", default=True)

    def given(self) -> KindFields:
        """The fields as the service takes them; call it on a valid form."""
        return KindFields(
            days=self.default_deadline_days.data,
            needs_reply=bool(self.needs_reply.data),
            is_active=bool(self.is_active.data),
            after_id=self.after_id.data,
            code=self.code.data or "",
        )


class NewKindForm(KindForm):
    """A normative kind more."""

    name = LineField("Tên loại văn bản", [Required(), Limit(100)])
    code = LineField("Chữ viết tắt", [Required(), Limit(10)])


class PartyForm(OfficeForm):
    """An agency to which this one writes, or which writes to it."""

    name = LineField("Tên đầy đủ", [Required(), Limit(200)])
    short_name = LineField("Tên gọi tắt", [Limit(100)])
    aliases = TextField("Tên gọi khác", [Limit(2000)])
    letters = LineField("Chữ viết tắt trong ký hiệu", [Limit(30)])
    organ_id = LineField("Mã định danh", [Limit(35)])
    emails = TextField("Thư điện tử", [Limit(1000)])
    channel = SelectField("Cách gửi", coerce=str)
    active_from = OfficeDateField("Hoạt động từ", [Optional()])
    active_to = OfficeDateField("Hoạt động đến", [Optional()])
    parent_id = SelectField("Cơ quan cấp trên", coerce=optional_int)
    version = IntegerField(validators=[Optional()], widget=HiddenInput())

    def __init__(self, *args: object, **kw: object) -> None:
        super().__init__(*args, **kw)
        self.channel.choices = [(one.value, label(f"document.channel.{one.value}")) for one in _WAYS]

    def given(self) -> PartyFields:
        """The fields as the service takes them; call it on a valid form."""
        return PartyFields(
            name=self.name.data or "",
            short_name=self.short_name.data or "",
            aliases=lines_of(self.aliases.data),
            letters=self.letters.data or "",
            organ_id=(self.organ_id.data or "").upper(),
            emails=lines_of(self.emails.data),
            channel=Channel(self.channel.data),
            active_from=self.active_from.data,
            active_to=self.active_to.data,
            parent_id=self.parent_id.data,
        )


class MergeForm(OfficeForm):
    """With which agency another one is one."""

    into = SelectField("Gộp vào", [Required("field.choose")], coerce=optional_int)


class OfficePhraseForm(OfficeForm):
    """A sentence of direction for all leaders."""

    text = LineField("Câu mẫu", [Required(), Limit(200)])
    after_id = SelectField("Đứng sau", coerce=optional_int)
