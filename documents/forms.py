"""Forms of documents: what a clerk, a drafter and a reviewer fill in."""

from calendar import monthrange
from datetime import date, datetime
from typing import Any

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from documents.formats.symbols import NUMBER_MAX, SYMBOL_MAX, parse
from documents.forms_shared import SharedForm
from documents.models.catalogue import Channel
from documents.models.document import (
    ISSUER_MAX,
    LANGUAGES,
    PLACE_MAX,
    REPLY_MAX,
    SUBJECT_MAX,
    CirculationMark,
    Urgency,
)
from documents.services.books import Book, Wish
from documents.services.composing import DraftFields
from documents.services.recalling import Order
from documents.services.registering import OLD, Incoming
from documents.services.reviewing import LAYOUT_TICKS
from intranet.core import clock
from intranet.core.errors import Invalid
from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required, read_local, tidy_text
from intranet.core.labels import label
from intranet.records.tables import Format

_MOST_LINES = 60
#: As many copies as a line of a register may say.
MOST_COPIES = 99_999
_PRINTED = (Format.PDF, Format.DOCX, Format.XLSX)
#: In place of a month: the days are named.
DAYS = 13


def optional_int(value: Any) -> int | None:
    """The id of a choice, ``None`` for the empty one."""
    return int(value) if value not in (None, "", "None") else None


def split_code(typed: str) -> tuple[str, str]:
    """Number with its letter, and symbol, of a code as typed; old forms stay as they are.

    :raises ValueError: too long for the register, with the Vietnamese sentence.
    """
    found = parse(typed)
    if found is not None:
        number, symbol = f"{found.number}{found.suffix}", found.symbol
    else:
        head, _, rest = typed.partition("/")
        number, symbol = (head.strip(), rest.strip()) if head.strip()[:1].isdigit() else ("", typed.strip())
    if len(number) > NUMBER_MAX:
        raise ValueError(label("error.document.number_too_long", most=NUMBER_MAX))
    if len(symbol) > SYMBOL_MAX:
        raise ValueError(label("error.document.symbol_too_long", most=SYMBOL_MAX))
    return number, symbol


def lines_of(text: str | None) -> tuple[str, ...]:
    """The lines of a text without their list marks; empty ones left out."""
    clean = (line.strip().lstrip("-").strip().rstrip(" .;") for line in (text or "").splitlines())
    return tuple(line for line in clean if line)[:_MOST_LINES]


class CountField(IntegerField):  # type: ignore[misc]  # WTForms is not typed
    """How many there are of something that is there at least once; left empty it is one."""

    def __init__(self, text: str, **kw: Any) -> None:
        super().__init__(text, [Optional(), self._within], **kw)

    @staticmethod
    def _within(_form: Any, field: Any) -> None:
        if field.data is not None and not 1 <= field.data <= MOST_COPIES:
            raise ValidationError(label("error.document.count_wrong"))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a whole number.

        :raises ValueError: none, with the Vietnamese sentence.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(label("error.document.count_wrong")) from wrong

    @property
    def count(self) -> int:
        """The number given, else one."""
        return self.data or 1


class TextField(TextAreaField):  # type: ignore[misc]  # WTForms is not typed
    """A longer text, stored tidy."""

    def __init__(self, text: str, validators: Any = (), **kw: Any) -> None:
        super().__init__(text, validators, filters=[tidy_text], **kw)


class ChecksField(SelectMultipleField):  # type: ignore[misc]  # WTForms is not typed
    """Several of a list, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class LanguageField(SelectField):  # type: ignore[misc]  # WTForms is not typed
    """In which language a document is written; Vietnamese unless said."""

    def __init__(self, text: str = "Ngôn ngữ", **kw: Any) -> None:
        super().__init__(text, coerce=str, default=LANGUAGES[0], **kw)
        self.choices = [(one, label(f"document.language.{one}")) for one in LANGUAGES]


class TimedUrgency(OfficeForm):
    """What forms share that ask for a degree of urgency, ``urgency``, ``urgent_date`` and ``urgent_time``."""

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

    def instant(self) -> datetime | None:
        """The hour of a timed flash, ``None`` for every other degree; call it on a valid form."""
        if self.urgency.data != Urgency.FLASH_TIMED:
            return None
        return read_local(self.urgent_date.data or clock.today(), self.urgent_time.data or "")


class IncomingForm(SharedForm, TimedUrgency):
    """What the clerk confirms of a received document."""

    shared = (
        "code", "doc_date", "subject", "issuer", "kind_id", "signer_name", "signer_title", "signer_authority",
        "place", "circulation_mark", "reply_to", "page_count", "copies", "language",
        "envelope_note", "arrival_date", "urgency", "due_date", "reply_due_date", "note", "field_id",
    )  # fmt: skip

    code = LineField("Số, ký hiệu", [Required(), Limit(45)])
    doc_date = OfficeDateField("Ngày văn bản", [Required()])
    subject = LineField("Trích yếu", [Required(), Limit(SUBJECT_MAX)], widget=TextArea())
    issuer = LineField("Cơ quan ban hành", [Required(), Limit(ISSUER_MAX)])
    kind_id = SelectField("Loại văn bản", [Required("field.choose")], coerce=optional_int)
    register_id = SelectField("Sổ đăng ký", coerce=optional_int)
    field_id = SelectField("Lĩnh vực", coerce=optional_int)
    signer_name = LineField("Người ký", [Limit(50)])
    signer_title = LineField("Chức vụ", [Limit(100)])
    signer_authority = LineField("Thẩm quyền ký", [Limit(200)])
    place = LineField("Địa danh", [Limit(PLACE_MAX)])
    circulation_mark = SelectField("Chỉ dẫn lưu hành", coerce=str, default="")
    arrival_channel = SelectField("Hình thức đến", coerce=str, default="")
    paper_received = BooleanField("Đã nhận bản giấy")
    reply_to = LineField("Trả lời văn bản", [Limit(REPLY_MAX)])
    page_count = IntegerField("Số trang", [Optional(), NumberRange(1, 99999)])
    copies = CountField("Số bản nhận")
    language = LanguageField()
    envelope_note = LineField("Ghi chú về bì", [Limit(300)])
    arrival_date = OfficeDateField("Ngày đến", [Required()])
    urgency = RadioField("Độ khẩn", coerce=int, default=0)
    urgent_date = OfficeDateField("Ngày hẹn")
    urgent_time = StringField("Giờ hẹn")
    presented_to_id = SelectField("Trình lãnh đạo", coerce=str, default="")
    due_date = OfficeDateField("Hạn xử lý")
    reply_due_date = OfficeDateField("Hạn trả lời")
    note = LineField("Ghi chú", [Limit(300)])
    not_duplicate_reason = LineField("Lý do không trùng", [Limit(300)])
    signature_reason = LineField("Lý do vẫn tiếp nhận", [Limit(300)])
    is_old_confirmed = BooleanField("Ngày văn bản đúng như vậy")
    #: The date is so old that the clerk is asked about it.
    is_very_old = False

    def validate_code(self, field: StringField) -> None:
        """Take the code apart as the register keeps it."""
        try:
            split_code(field.data or "")
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong

    def validate_doc_date(self, field: OfficeDateField) -> None:
        """No later than today; an old one is asked about."""
        if field.data is None:
            return
        if field.data > clock.today():
            field.fix = f"{clock.today():%d/%m/%Y}"
            raise ValidationError(label("error.document.date_in_future"))
        if field.data < clock.today() - OLD and not self.is_old_confirmed.data:
            self.is_very_old = True
            raise ValidationError(label("error.document.date_very_old", years=2))

    def validate_arrival_date(self, field: OfficeDateField) -> None:
        """No later than today."""
        if field.data is not None and field.data > clock.today():
            field.fix = f"{clock.today():%d/%m/%Y}"
            raise ValidationError(label("error.document.arrival_in_future"))

    def given(self) -> Incoming:
        """The fields as the service takes them; call it on a valid form."""
        number, symbol = split_code(self.code.data or "")
        doc_date: date | None = self.doc_date.data
        if doc_date is None or self.kind_id.data is None:
            raise Invalid("document.kind_unknown", field="kind_id")
        return Incoming(
            kind_id=self.kind_id.data,
            number=number,
            symbol=symbol,
            doc_date=doc_date,
            issuer=self.issuer.data or "",
            subject=self.subject.data or "",
            arrival_date=self.arrival_date.data or clock.today(),
            register_id=self.register_id.data,
            signer_name=self.signer_name.data or "",
            signer_title=self.signer_title.data or "",
            signer_authority=self.signer_authority.data or "",
            place=self.place.data or "",
            circulation_mark=CirculationMark(self.circulation_mark.data or ""),
            arrival_channel=Channel(self.arrival_channel.data) if self.arrival_channel.data else None,
            paper_received=bool(self.paper_received.data),
            reply_to=self.reply_to.data or "",
            urgency=Urgency(self.urgency.data),
            urgent_at=self.instant(),
            page_count=self.page_count.data,
            copies=self.copies.count,
            language=self.language.data or None,
            envelope_note=self.envelope_note.data,
            field_id=self.field_id.data,
            due_date=self.due_date.data,
            reply_due_date=self.reply_due_date.data,
            note=self.note.data or "",
            not_duplicate_reason=self.not_duplicate_reason.data or "",
            signature_reason=self.signature_reason.data or "",
            is_old_confirmed=bool(self.is_old_confirmed.data),
        )


class ReasonForm(OfficeForm):
    """A reason for an act that somebody else will read."""

    reason = TextField("Lý do", [Required(), Limit(500, 10)])


class RecallForm(OfficeForm):
    """The document that orders a recall; the day only of one that is not in the system."""

    order_code = LineField("Văn bản thu hồi (số, ký hiệu)", [Limit(45)])
    order_day = OfficeDateField("Ngày văn bản thu hồi", [Optional()])

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for field in self:
            # Two of these stand on one page.
            field.id = f"{type(self).__name__.lower()}-{field.name}"

    def order(self) -> Order:
        """As the service takes it; call it on a valid form."""
        return Order(self.order_code.data or "", self.order_day.data)


class RecallOrderForm(RecallForm):
    """A leader's decision to recall, for whose reason others look."""

    reason = TextField("Lý do", [Required(), Limit(500, 10)])


class NoteForm(OfficeForm):
    """A step with a note that may stay empty."""

    note = TextField("Ghi chú", [Limit(500)])


class BulkForm(OfficeForm):
    """An act on several rows of a list, which come along as ``id``."""


class PresentManyForm(BulkForm):
    """Before whom the chosen documents are put."""

    leader = RadioField("Lãnh đạo", [Required("field.choose")], coerce=optional_int)


class DraftForm(SharedForm, TimedUrgency):
    """The fields of a draft."""

    shared = (
        "kind_id", "subject", "addressees", "recipients", "kept_by", "signer_id", "urgency", "due_date",
        "field_id", "series_id", "copies", "retained_copies", "language", "urgent_date", "urgent_time",
        "circulation_mark",
    )  # fmt: skip

    kind_id = SelectField("Loại văn bản", [Required("field.choose")], coerce=optional_int)
    series_id = SelectField("Dãy số", coerce=optional_int)
    subject = LineField("Trích yếu", [Limit(SUBJECT_MAX)], widget=TextArea())
    addressees = TextField("Kính gửi", [Limit(2000)])
    recipients = TextField("Nơi nhận", [Limit(3000)])
    kept_by = LineField("Lưu: VT,", [Limit(60)])
    field_id = SelectField("Lĩnh vực", coerce=optional_int)
    signer_id = SelectField("Người ký", coerce=optional_int)
    urgency = SelectField("Độ khẩn", coerce=int, default=0)
    urgent_date = OfficeDateField("Ngày hẹn")
    urgent_time = StringField("Giờ hẹn")
    circulation_mark = SelectField("Chỉ dẫn lưu hành", coerce=str, default="")
    due_date = OfficeDateField("Hạn hoàn thành")
    copies = CountField("Số bản phát hành", default=1)
    retained_copies = CountField("Số bản lưu", default=1)
    language = LanguageField()
    body = TextField("Nội dung", [Limit(20000)])

    def fields(self) -> DraftFields:
        """The fields as the services take them; call it on a valid form."""
        return DraftFields(
            kind_id=self.kind_id.data or 0,
            subject=self.subject.data or "",
            addressees=lines_of(self.addressees.data),
            recipients=lines_of(self.recipients.data),
            body=tuple(part.strip() for part in (self.body.data or "").splitlines() if part.strip()),
            signer_id=self.signer_id.data,
            urgency=Urgency(self.urgency.data or 0),
            urgent_at=self.instant(),
            circulation_mark=CirculationMark(self.circulation_mark.data or ""),
            due_date=self.due_date.data,
            kept_by=self.kept_by.data or "",
            copies=self.copies.count,
            retained_copies=self.retained_copies.count,
            language=self.language.data or LANGUAGES[0],
            field_id=self.field_id.data,
            series_id=self.series_id.data,
        )


class NewDraftForm(DraftForm):
    """The fields of a draft that answers nothing: only its author can say what it is about."""

    subject = LineField("Trích yếu", [Required(), Limit(SUBJECT_MAX)], widget=TextArea())


class VersionForm(OfficeForm):
    """A new version of the Word file, uploaded before."""

    note = LineField("Thay đổi chính", [Limit(300)])


class AddFileForm(OfficeForm):
    """A file that comes to a document later."""

    file = FileField("Tệp")


class OpinionForm(OfficeForm):
    """An opinion on a draft."""

    text = TextField("Ý kiến", [Required(), Limit(1000)])


class LayoutForm(OfficeForm):
    """The list of points that a person ticks."""

    ticks = ChecksField("Các mục thể thức", validate_choice=True)
    override_reason = TextField("Lý do cho qua mục chưa đạt", [Limit(500)])

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.ticks.choices = [(code, label(f"draft.tick.{code}")) for code in LAYOUT_TICKS]


class SignForm(OfficeForm):
    """Paper signed: its scan, uploaded before, or the reason why there is none."""

    reason = TextField("Lý do chưa có bản quét", [Limit(500)])


class NumberForm(OfficeForm):
    """The date that the document will carry."""

    doc_date = OfficeDateField("Ngày ban hành", [Required()])
    late_reason = LineField("Lý do cấp số muộn cho năm trước", [Limit(200)])


class IssueForm(OfficeForm):
    """The receivers."""

    organisations = ChecksField("Cơ quan trong hệ thống", coerce=int)
    units = ChecksField("Đơn vị trong cơ quan", coerce=int)
    parties = SelectMultipleField("Cơ quan khác", coerce=int)


class EnvelopesForm(OfficeForm):
    """How many envelopes went to one receiver by post."""

    line = HiddenField()
    envelopes = CountField("Số bì")


class PrintForm(OfficeForm):
    """Which book of a register is printed: of which year, which days of it, as what."""

    book = RadioField("Mẫu sổ")
    year = SelectField("Năm", coerce=int)
    month = SelectField("Kỳ", coerce=int)
    first = OfficeDateField("Từ ngày", validators=[Optional()])
    last = OfficeDateField("Đến ngày", validators=[Optional()])
    format = RadioField("Tệp")

    def offer(self, books: tuple[Book, ...], years: list[int]) -> None:
        """Fill the lists: the books of the register and the years that it has."""
        self.book.choices = [(one.value, label(f"book.title.{one.value}")) for one in books]
        self.format.choices = [(one.value, label(f"export.format.{one.value}")) for one in _PRINTED]
        self.year.choices = [(year, str(year)) for year in years]
        months = [(month, f"Tháng {month}") for month in range(1, 13)]
        self.month.choices = [(0, "Cả năm"), *months, (DAYS, "Theo ngày")]

    def to_wish(self) -> Wish:
        """What is asked for; days that were typed are printed, whatever the list of months says."""
        first, last = self.first.data, self.last.data
        if first is None and last is None and 1 <= self.month.data <= 12:
            first = date(self.year.data, self.month.data, 1)
            last = date(self.year.data, self.month.data, monthrange(self.year.data, self.month.data)[1])
        return Wish(Book(self.book.data), self.year.data, Format(self.format.data), first, last)
