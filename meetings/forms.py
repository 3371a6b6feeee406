"""What is typed when a meeting is prepared."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import NumberRange, Optional, ValidationError

from intranet.core import clock
from intranet.core.forms import (
    Limit,
    LineField,
    OfficeDateField,
    OfficeForm,
    Required,
    read_local,
    tidy_text,
)
from intranet.core.labels import label
from intranet.people import directory
from intranet.people.models import User
from intranet.schedule.booking import room_names
from meetings.commands.agenda import MOST_MINUTES, MOST_TITLE
from meetings.models.answer import Attending
from meetings.models.meeting import AgendaItem, ItemKind, Meeting, PartRole
from meetings.models.position import Stand
from meetings.rules.thresholds import METHODS, needs_of
from meetings.services.positions import MOST_TEXT
from meetings.services.profiles import (
    BASES,
    LEAST_SECRET,
    MOST_NAME,
    MOST_PAPERS_DAYS,
    MOST_PART,
    MOST_PROXIES,
    MOST_SECRET,
    QUEUE_RULES,
    TIES,
    Rules,
    kept_bodies,
)

ROLE_CHOICES = (PartRole.DELEGATE, PartRole.GUEST, PartRole.SECRETARY, PartRole.CHAIR)


def _key(given: Any) -> int | None:
    return int(given) if given not in (None, "", "None") else None


def people_choices(people: Iterable[User]) -> list[tuple[int, str]]:
    """People as options: name and post."""
    return [(one.id, f"{one.full_name}, {one.title}" if one.title else one.full_name) for one in people]


class PeopleField(SelectMultipleField):  # type: ignore[misc]  # WTForms is not typed
    """Several people, found by typing; what was chosen survives a refusal."""

    def __init__(self, text: str, validators: Any = (), **kw: Any) -> None:
        super().__init__(text, validators, coerce=int, choices=[], validate_choice=False, **kw)

    def show_chosen(self) -> None:
        """Make options of the people chosen so far; the rest is fetched while typing."""
        self.choices = people_choices(directory.people(self.data or []).values())


class PersonField(SelectField):  # type: ignore[misc]  # WTForms is not typed
    """One person, found by typing."""

    def __init__(self, text: str, validators: Any = (), **kw: Any) -> None:
        super().__init__(text, validators, coerce=_key, choices=[], validate_choice=False, **kw)

    def show_chosen(self) -> None:
        """Make an option of the person chosen so far."""
        chosen = directory.people([self.data]) if self.data else {}
        self.choices = [("", ""), *people_choices(chosen.values())]


class HeadForm(OfficeForm):
    """Title, time and place of a meeting."""

    title = LineField("Tên cuộc họp", [Required(), Limit(200)])
    starts_date = OfficeDateField("Ngày họp", [Required()])
    starts_time = LineField("Giờ bắt đầu", [Required()])
    place = LineField("Địa điểm", [Required(), Limit(120)])
    requirements = TextAreaField("Yêu cầu chuẩn bị", [Limit(500)], filters=[tidy_text])
    secretary_publishes = BooleanField("Thư ký được phát hành giấy mời", default=True)
    body_id = SelectField("Họp theo quy chế của", coerce=_key, choices=[])
    #: What stood there when the form was opened.
    edition = HiddenField()

    #: The instant that date and time name, once both are right.
    starts_at: datetime
    #: Rooms to choose the place from.
    rooms: Sequence[str] = ()

    def offer_bodies(self, org_id: int, chosen: int | None = None, *, is_open: bool = True) -> None:
        """Offer rooms and bodies of an agency: the first unless another is chosen; that alone once set."""
        self.rooms = room_names(org_id)
        found = kept_bodies(org_id)
        chosen = chosen or found[0].id
        self.body_id.choices = [(one.id, one.name) for one in found if is_open or one.id == chosen]
        if not self.is_submitted() or not self.body_id.raw_data:
            self.body_id.data = chosen

    def validate_starts_time(self, field: LineField) -> None:
        """Put day and time together; a wrong time is said beside a wrong day too."""
        if not field.data:
            return
        try:
            self.starts_at = read_local(self.starts_date.data or clock.today(), field.data)
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem


class NewMeetingForm(HeadForm):
    """A meeting to be prepared."""

    chair_id = PersonField("Chủ tọa", [Required("field.choose")])
    delegate_ids = PeopleField("Đại biểu")

    def show_chosen(self) -> None:
        """Keep the people chosen so far in sight."""
        self.chair_id.show_chosen()
        self.delegate_ids.show_chosen()


class ItemForm(OfficeForm):
    """One item of an agenda."""

    title = LineField("Nội dung", [Required(), Limit(MOST_TITLE)])
    kind = SelectField("Hình thức", coerce=ItemKind, choices=[], default=ItemKind.DISCUSSION)
    budget_min = IntegerField("Thời lượng (phút)", [Optional()])
    owner_id = SelectField("Người trình bày", coerce=_key, choices=[], validate_choice=False)
    without_papers = BooleanField("Mục này không cần tài liệu")
    answer_date = OfficeDateField("Nhận ý kiến phản đối đến ngày", [Optional()])
    answer_time = LineField("Giờ")
    #: What stood there when the form was opened.
    edition = HiddenField()

    #: Until when members may object, once day and hour are right; ``None`` where none was typed.
    answer_by: datetime | None = None

    @classmethod
    def of(cls, item: AgendaItem) -> "ItemForm":
        """The form of an item that is there."""
        if item.answer_by is None:
            return cls(obj=item)
        local = clock.local(item.answer_by)
        return cls(obj=item, answer_date=local.date(), answer_time=f"{local:%H:%M}")

    def offer(self, meeting: Meeting) -> None:
        """Offer the kinds, and the participants as owners."""
        self.kind.choices = [(kind.value, label(f"agenda.kind.{kind}")) for kind in ItemKind]
        people = directory.people([part.user_id for part in meeting.participants])
        ordered = [people[part.user_id] for part in meeting.participants if part.user_id in people]
        self.owner_id.choices = [("", "Chưa chọn"), *people_choices(ordered)]

    def validate_budget_min(self, field: IntegerField) -> None:
        """Whole minutes, up to ten hours."""
        if field.data is not None and not 1 <= field.data <= MOST_MINUTES:
            raise ValidationError(label("error.item.minutes", most=MOST_MINUTES))
        if field.data is None and field.raw_data and field.raw_data[0].strip():
            field.process_errors = []
            raise ValidationError(label("error.item.minutes", most=MOST_MINUTES))

    def validate_answer_time(self, field: LineField) -> None:
        """Put day and hour together; one without the other is no deadline."""
        if not field.data and self.answer_date.data is None:
            return
        if not field.data or self.answer_date.data is None:
            if not self.answer_date.errors:
                raise ValidationError(label("error.item.answer_half"))
            return
        try:
            self.answer_by = read_local(self.answer_date.data, field.data)
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem


class BudgetForm(OfficeForm):
    """Minutes of one item, typed in the agenda itself."""

    budget_min = IntegerField("Thời lượng (phút)", [Optional(), NumberRange(1, MOST_MINUTES)])


class InviteForm(OfficeForm):
    """People to take part, and as what."""

    user_ids = PeopleField("Người dự họp", [Required("field.choose")])
    role = SelectField("Vai trò", coerce=PartRole, choices=[], default=PartRole.DELEGATE)

    def offer(self) -> None:
        """Offer the roles, and keep the people chosen so far in sight."""
        self.role.choices = [(role.value, label(f"meeting.role.{role}")) for role in ROLE_CHOICES]
        self.user_ids.show_chosen()


class MoveForm(OfficeForm):
    """Another state, with a reason where one is asked for, or made although something was asked back."""

    to = HiddenField()
    confirm = HiddenField()
    reason = TextAreaField("Lý do", [Limit(500)], filters=[tidy_text])


class AnswerForm(OfficeForm):
    """Why somebody does not come, and who comes instead."""

    answer = SelectField("Trả lời", coerce=Attending, choices=[], default=Attending.ABSENT)
    reason = LineField("Lý do", [Limit(500)])
    substitute_id = PersonField("Người dự thay")

    def offer(self, *, may_send: bool) -> None:
        """Offer the answers, and keep the person chosen so far in sight."""
        offered = [Attending.ABSENT, *([Attending.SUBSTITUTE] if may_send else [])]
        self.answer.choices = [(one.value, label(f"meeting.answer.{one}")) for one in offered]
        self.substitute_id.show_chosen()


class PositionForm(OfficeForm):
    """A member's position on an item."""

    stand = SelectField("Ý kiến", coerce=Stand, choices=[], default=Stand.AGREE)
    text = LineField("Nội dung", [Limit(MOST_TEXT)])

    def offer(self) -> None:
        """Offer the positions."""
        self.stand.choices = [(one.value, label(f"meeting.stand.{one}")) for one in Stand]


class WithdrawForm(OfficeForm):
    """Taking an item off the agenda."""

    reason = LineField("Lý do", [Limit(500)])
    #: ``deferred``: the next sitting takes it up.
    to = HiddenField()


class MinutesRoundForm(OfficeForm):
    """Until when members may comment on the minutes."""

    until = OfficeDateField("Góp ý đến hết ngày", [Required()])


class BodyForm(OfficeForm):
    """The rules of procedure of a body."""

    name = LineField("Tên", [Required(), Limit(MOST_NAME)])
    quorum_num = IntegerField("Số thành viên phải có mặt, từ", [Required()])
    quorum_den = IntegerField("trên tổng số", [Required()])
    base = SelectField("Tỷ lệ thông qua tính trên", choices=[])
    tie = SelectField("Khi số phiếu ngang nhau", choices=[])
    secret_min = IntegerField("Bỏ phiếu kín khi có từ (người)", [Required()])
    secretary_counts = BooleanField("Thư ký là thành viên, được tính khi xét đủ số thành viên")
    remote_allowed = BooleanField("Người dự từ xa được tính là có mặt")
    guests_ask = BooleanField("Khách mời được tự đăng ký phát biểu")
    proxy_limit = IntegerField("Một thành viên được bỏ phiếu thay tối đa (người)", [Required()])
    need_three = SelectField("Thông qua khi tán thành đạt", choices=[])
    need_single = SelectField("Chọn một phương án khi đạt", choices=[])
    need_many = SelectField("Trúng cử, được chọn nhiều khi đạt", choices=[])
    papers_days = IntegerField("Gửi tài liệu trước phiên họp (ngày làm việc)", [Required()])
    subs_vote = BooleanField("Người dự thay được biểu quyết thay thành viên vắng mặt")
    secretary_publishes = BooleanField("Thư ký được phát hành giấy mời thay chủ tọa")
    queue_rule = SelectField("Thứ tự mời phát biểu", choices=[], default=QUEUE_RULES[0])
    may_change = BooleanField("Khi biểu quyết ghi danh, đại biểu được đổi phiếu cho đến lúc kết thúc")
    #: What stood there when the form was opened.
    edition = HiddenField()

    def offer(self) -> None:
        """Offer what a majority is counted of, what an equal vote may mean, and what votes may need."""
        self.base.choices = [(code, label(f"vote.base.{code}")) for code in BASES]
        self.tie.choices = [(code, label(f"vote.tie.{code}")) for code in TIES]
        for method in METHODS:
            offered = [(code, label(f"body.need.{code}")) for code in needs_of(method)]
            self[f"need_{method.value}"].choices = offered
        self.queue_rule.choices = [(code, label(f"queue.rule.{code}")) for code in QUEUE_RULES]

    def validate_quorum_num(self, field: IntegerField) -> None:
        """A share of all members, no more than all."""
        most = self.quorum_den.data or MOST_PART
        if field.data is not None and not 1 <= field.data <= min(most, MOST_PART):
            raise ValidationError(label("error.body.quorum", most=MOST_PART))

    def validate_quorum_den(self, field: IntegerField) -> None:
        """A small whole number."""
        if field.data is not None and not 1 <= field.data <= MOST_PART:
            raise ValidationError(label("error.body.quorum", most=MOST_PART))

    def validate_secret_min(self, field: IntegerField) -> None:
        """Enough people for a ballot to hide among."""
        if field.data is not None and not LEAST_SECRET <= field.data <= MOST_SECRET:
            raise ValidationError(label("error.body.secret", least=LEAST_SECRET, most=MOST_SECRET))

    def validate_proxy_limit(self, field: IntegerField) -> None:
        """None at all, or a few."""
        if field.data is not None and not 0 <= field.data <= MOST_PROXIES:
            raise ValidationError(label("error.body.proxies", most=MOST_PROXIES))

    def validate_papers_days(self, field: IntegerField) -> None:
        """At any time, or some working days ahead."""
        if field.data is not None and not 0 <= field.data <= MOST_PAPERS_DAYS:
            raise ValidationError(label("error.body.papers", most=MOST_PAPERS_DAYS))

    def rules(self) -> Rules:
        """What was typed."""
        return Rules(**{name: getattr(self, name).data for name in Rules.__dataclass_fields__})
