"""What is typed to ask for opinions in writing, and to give one."""

from typing import Any

from wtforms import BooleanField, FileField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from intranet.core.forms import Limit, LineField, OfficeForm, Required, tidy_text
from intranet.core.labels import label
from intranet.people.models import User
from meetings.forms import PeopleField, PersonField
from meetings.models.opinion import OpinionAnswer, OpinionChoice, Silence
from meetings.services import bodies, opinion_lists
from meetings.services.opinions import (
    LEAST_MEMBERS,
    MOST_ANSWER,
    MOST_DAYS,
    MOST_QUESTION,
    MOST_REASON,
    MOST_TEXT,
)

#: What may be needed, by its code: ``num, den, strict``.
NEEDS = {"half": (1, 2, True), "two_thirds": (2, 3, False), "three_quarters": (3, 4, False)}
DEFAULT_DAYS = 5


def _key(given: Any) -> int | None:
    return int(given) if given not in (None, "", "None") else None


class OpinionForm(OfficeForm):
    """A question to be put in writing."""

    question = LineField("Nội dung xin ý kiến", [Required(), Limit(MOST_QUESTION)])
    text = TextAreaField("Giải trình, đề xuất", [Limit(MOST_TEXT)], filters=[tidy_text])
    days = IntegerField("Số ngày làm việc để trả lời", default=DEFAULT_DAYS)
    meeting_id = SelectField("Cuộc họp liên quan", coerce=_key, choices=[])
    chair_id = PersonField("Chủ trì")
    member_ids = PeopleField("Thành viên được lấy ý kiến")
    body_id = SelectField("Quy chế áp dụng", coerce=_key, choices=[])
    need = SelectField("Tỷ lệ cần đạt", choices=[], default="half")
    silence = SelectField("Thành viên không trả lời", coerce=Silence, choices=[], default=Silence.APART)
    may_change = BooleanField("Thành viên được đổi ý kiến cho đến khi hết hạn", default=True)
    shows_names = BooleanField("Công bố kèm tên và ý kiến của từng thành viên", default=True)
    file_id = FileField("Tài liệu kèm theo")

    def offer(self, actor: User) -> None:
        """Offer what there is to choose from, and keep the people chosen so far in sight."""
        own = bodies.bodies_of(actor.org_id)
        first = own[0].name if own else bodies.READY_MADE[0].name
        self.body_id.choices = [
            ("", label("opinion.body_of_meeting", name=first)),
            *((one.id, one.name) for one in own),
        ]
        meetings = opinion_lists.meetings_of(actor)
        self.meeting_id.choices = [
            ("", label("opinion.no_meeting")),
            *((one.id, one.title) for one in meetings),
        ]
        self.need.choices = [(code, label(f"opinion.need.{code}")) for code in NEEDS]
        self.silence.choices = [(one.value, label(f"opinion.silence.{one}")) for one in Silence]
        self.chair_id.show_chosen()
        self.member_ids.show_chosen()

    def validate_chair_id(self, field: PersonField) -> None:
        """Somebody presides, unless a meeting says who."""
        if field.data is None and self.meeting_id.data is None:
            raise ValidationError(label("error.opinion.no_chair"))

    def validate_member_ids(self, field: PeopleField) -> None:
        """Somebody is asked, unless a meeting says who."""
        if not field.data and self.meeting_id.data is None:
            raise ValidationError(label("error.opinion.few_members", least=LEAST_MEMBERS))

    def validate_days(self, field: IntegerField) -> None:
        """Whole working days; words for what is no number too."""
        if field.data is None or not 1 <= field.data <= MOST_DAYS:
            field.errors = []
            raise ValidationError(label("error.opinion.bad_days", most=MOST_DAYS))


class OpinionAnswerForm(OfficeForm):
    """A member's opinion."""

    choice = RadioField("Lựa chọn", choices=[], validators=[Required("opinion.choose")])
    text = TextAreaField("Nội dung ý kiến", [Limit(MOST_ANSWER)], filters=[tidy_text])
    #: How often the member had answered when the page was made.
    seen = HiddenField(default=0)

    def offer(self) -> None:
        """Offer the answers."""
        self.choice.choices = [(one.value, label(f"opinion.choice.{one}")) for one in OpinionChoice]

    def fill(self, mine: OpinionAnswer | None) -> None:
        """Offer the answers and show the one that stands."""
        self.offer()
        if mine is not None:
            self.choice.data = None if mine.choice is None else mine.choice.value
            self.text.data, self.seen.data = mine.text, mine.given


class VoidOpinionForm(OfficeForm):
    """Why a ballot counts for nothing."""

    reason = LineField("Lý do hủy", [Limit(MOST_REASON)])
