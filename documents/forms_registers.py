"""Forms of registers: numbers held, lines corrected, years and series decided."""

from typing import Any

from wtforms import BooleanField, FileField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from documents.forms import ChecksField, TextField, optional_int
from documents.models.register import RegisterKind, SeriesRule
from documents.services.holding import MOST
from documents.services.secret_tallies import MOST as MOST_SECRET
from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required
from intranet.core.labels import label
from intranet.people.models import User


class HoldForm(OfficeForm):
    """Numbers to be held."""

    register_id = SelectField("Sổ", [Required("field.choose")], coerce=optional_int)
    count = IntegerField("Số lượng", [InputRequired(), NumberRange(1, MOST)], default=1)
    expires_on = OfficeDateField("Giữ đến hết ngày", [Required()])
    reason = LineField("Lý do", [Required(), Limit(500, 10)])


class HeldNumberForm(OfficeForm):
    """Which held number a document is given."""

    entry_id = SelectField("Số đang giữ", [Required("field.choose")], coerce=optional_int)


class SubNumberForm(OfficeForm):
    """Behind which number a letter is wanted, and why."""

    number = IntegerField("Sau số", [InputRequired(), NumberRange(1, 999999)])
    reason = TextField("Lý do", [Required(), Limit(500, 10)])


class SealPrintForm(OfficeForm):
    """Who signed the paper of a printed register, and the day it was signed and sealed."""

    signer_id = SelectField("Người ký", [Required("field.choose")], coerce=optional_int)
    sealed_on = OfficeDateField("Ngày ký, đóng dấu", [Required()])
    file = FileField("Bản quét (PDF, nếu có)")

    def offer(self, signers: list[User]) -> None:
        """Let one of these be chosen."""
        self.signer_id.choices = [("", ""), *((one.id, one.full_name) for one in signers)]


class AmendForm(OfficeForm):
    """Columns of a line as they should be."""

    arrival_date = OfficeDateField("Ngày đến")
    code = LineField("Số, ký hiệu", [Limit(45)])
    issuer = LineField("Tác giả", [Limit(200)])
    doc_date = OfficeDateField("Ngày văn bản")
    kind = SelectField("Tên loại", coerce=str, validate_choice=False)
    subject = TextField("Trích yếu", [Limit(500)])
    signer = LineField("Người ký", [Limit(50)])
    receiver = LineField("Đơn vị, người nhận", [Limit(300)])
    recipients = TextField("Nơi nhận", [Limit(300)])
    kept_by = LineField("Đơn vị, người nhận bản lưu", [Limit(150)])
    copies = LineField("Số lượng bản", [Limit(10)])
    reason = LineField("Lý do đính chính", [Required(), Limit(500, 10)])


class StrikeForm(OfficeForm):
    """Why an arrival number is to be struck out."""

    reason = TextField("Lý do hủy số", [Required(), Limit(500, 10)], id="strike-reason")


class ReceiptForm(OfficeForm):
    """Who signed for a document on paper, and the day."""

    name = LineField("Người ký nhận", [Required(), Limit(100)])
    on = OfficeDateField("Ngày ký nhận", [Required()])
    version = IntegerField(validators=[Optional()], widget=HiddenInput())


class SeriesForm(OfficeForm):
    """Which kinds take their numbers from a register in a year."""

    year = SelectField("Năm", coerce=int)
    rule = SelectField("Hệ thống số", coerce=str)
    kind_ids = ChecksField("Loại văn bản", coerce=int)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.rule.choices = [(rule.value, label(f"register.rule.{rule.value}")) for rule in SeriesRule]


class NewRegisterForm(SeriesForm):
    """A register with a series of its own."""

    direction = SelectField("Sổ của", coerce=str, default=RegisterKind.OUT.value)
    name = LineField("Tên sổ", [Required(), Limit(150)])
    code = LineField("Mã sổ", [Required(), Limit(30)])
    issuer_name = LineField("Ban hành nhân danh", [Limit(150)])
    issuer_letters = LineField("Chữ viết tắt trong ký hiệu", [Limit(20)])

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        may_be = (RegisterKind.OUT, RegisterKind.IN, RegisterKind.INTERNAL)
        self.direction.choices = [(one.value, label(f"register.direction.{one.value}")) for one in may_be]


class SecretTallyForm(OfficeForm):
    """How many papers the hand-kept register of secret documents has."""

    year = IntegerField("Năm", [InputRequired()])
    incoming = IntegerField("Số văn bản mật đến", [InputRequired(), NumberRange(0, MOST_SECRET)])
    outgoing = IntegerField("Số văn bản mật đi", [InputRequired(), NumberRange(0, MOST_SECRET)])


class PatternForm(OfficeForm):
    """How a register composes symbols."""

    symbol_pattern = LineField("Ký hiệu văn bản có tên loại", [Required(), Limit(60)])
    letter_pattern = LineField("Ký hiệu công văn", [Required(), Limit(60)])
    issuer_name = LineField("Ban hành nhân danh", [Limit(150)])
    issuer_letters = LineField("Chữ viết tắt trong ký hiệu", [Limit(20)])
    allows_suffix = BooleanField("Cho phép số phụ (12a) khi lãnh đạo đồng ý")
