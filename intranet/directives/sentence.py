"""Who is to do what by when, by the words of a leader's sentence.

A lead is sure only when one name has the lead and nothing else could have it. What is in doubt comes back
with what it may mean, or with nothing, and whoever reads it is asked; the words are never changed.
"""

from dataclasses import dataclass
from typing import NamedTuple

from intranet.directives.days import NO_DUE, Days, Due
from intranet.directives.due import read_due
from intranet.directives.mentions import Mention, find_mentions
from intranet.directives.names import Names
from intranet.directives.roles import CHAIRS, CO, INFO, SUBJECT, TOLD, asks_for_work, let_join, place
from intranet.directives.words import Sentence, pattern

LEAD = "lead"
_URGENT = pattern(
    r"(?<!\w)(?:khẩn trương|thượng khẩn|khẩn(?!\s+cấp)|khẩn cấp|hỏa tốc|ngay lập tức|lập tức|"
    r"ngay(?!\s+(?:từ|sau|khi|tại|cả|thẳng|ngắn|trước|đầu|bên|lúc|như|chính|thời|\d|mùng|mồng|"
    r"ngày \d)))(?!\w)",
    # Without marks "ngay" is urgent only where it cannot be "ngày".
    r"(?<!\w)(?:khan truong|thuong khan|khan(?!\s+cap)|khan cap|hoa toc|ngay lap tuc|lap tuc|"
    r"(?<!trong )(?<!truoc )(?<!hang )(?<!moi )(?<!\d )(?<!het )(?<!cuoi )(?<!den )"
    r"ngay(?=\s*(?:[.,;!]|$)|\s+(?:hom nay|trong|chieu|sang|lap)))(?!\w)",
)
#: What is only called so.
_CALLED = pattern(
    r"(?<!\w)(?:tình huống|tình trạng|trường hợp|công trình|dự án|công điện|công văn|văn bản|điện|thông báo|"
    r"nhiệm vụ|cuộc họp|họp|độ|mức|diện|dấu|đường dây|quỹ|hàng|cứu trợ|"
    r"phương án)(?:\s+(?:số\s+)?\S*\d\S*)?\s+$"
)
_REPLY = pattern(r"(?<!\w)trả lời(?!\w)(?!\s+(?:của|tại|phỏng vấn|chất vấn của))")
_REPLIED = pattern(
    r"(?<!\w)(?:đã|chưa|không|không cần|không phải|khỏi|được|sau khi|khi|ý kiến|nội dung|"
    r"thư|chờ|theo)(?:\s+(?:bộ|sở|có|được|phải|cần|\w+ tài chính))?\s+$"
)
_ACTIONS = pattern(
    r"(?<!\w)(?:tham mưu|trả lời|báo cáo|tổng hợp|triển khai|kiểm tra|lưu|rà soát|thẩm định|xử lý|đề xuất|"
    r"nghiên cứu|giải quyết|theo dõi|đôn đốc|hướng dẫn|chuẩn bị|xác minh|góp ý|soạn thảo)(?!\w)"
)


class Mark(NamedTuple):
    """Words of the sentence that were understood, or are asked about."""

    start: int
    end: int
    #: ``lead``, ``co``, ``info`` or ``due``.
    role: str
    keys: tuple[str, ...]
    is_asked: bool


@dataclass(frozen=True)
class Directive:
    """What a sentence orders, as far as its words say.

    :param leads: whoever may have the lead; one and ``is_lead_sure``: that one and no other.
    :param co: keys of whoever works along, those in doubt left out; ``info`` likewise who is to know.
    :param asks: what must be asked: ``lead``, ``co``, ``info``, ``due``.
    """

    text: str = ""
    leads: tuple[str, ...] = ()
    is_lead_sure: bool = False
    co: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    due: Due = NO_DUE
    asks: frozenset[str] = frozenset()
    is_urgent: bool = False
    needs_reply: bool = False
    actions: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def lead(self) -> str | None:
        """The lead beyond doubt."""
        return self.leads[0] if self.is_lead_sure else None


def read_directive(text: str, names: Names, days: Days, *, joins: bool = False) -> Directive:
    """Lead, those who work along or are to know, and the deadline of a sentence, with every doubt kept.

    :param joins: the work has its lead: whoever is told something helps, and nobody is asked for as lead.
    """
    said = Sentence(text)
    found = find_mentions(said, names)
    place(said, found)
    if joins:
        let_join(said, found)
    held = _held(found)
    leads = tuple(dict.fromkeys(key for one in held for key in one.keys))
    is_sure = len(leads) == 1 and all(one.is_sure for one in held)
    co = [one for one in found if one.part == CO]
    if is_sure:
        groups = {one.group for one in held if one.part == CHAIRS}
        co += [one for one in found if one.part == TOLD and one.group in groups and leads[0] not in one.keys]
    info = [one for one in found if one.part == INFO]
    due = read_due(said, days, [(one.start, one.end) for one in found if not one.is_general])

    asks = {role for role, of in (("co", co), ("info", info)) if any(one.is_asked for one in of)}
    if not is_sure and (held or (not joins and (due.choices or due.why or asks_for_work(said, found)))):
        asks.add(LEAD)
    if due.why is not None:
        asks.add("due")
    roles = [(LEAD, held), ("co", co), ("info", info)]
    return Directive(
        text=said.text,
        leads=leads,
        is_lead_sure=is_sure,
        co=_sure_keys(co, leads if is_sure else ()),
        info=_sure_keys(info, leads if is_sure else ()),
        due=due,
        asks=frozenset(asks),
        is_urgent=_is_urgent(said),
        needs_reply=any(not said.ends(_REPLIED, one.start()) for one in said.find(_REPLY)),
        actions=tuple(dict.fromkeys(said.low[one.start() : one.end()] for one in said.find(_ACTIONS))),
        marks=_marks(roles, due, is_lead_asked=LEAD in asks),
    )


def _held(found: list[Mention]) -> list[Mention]:
    """Whoever may have the lead."""
    chairs = [one for one in found if one.part == CHAIRS and not one.is_general]
    told = [one for one in found if one.part == TOLD and not one.is_general]
    subjects = [one for one in found if one.part == SUBJECT and not one.is_general]
    if chairs:
        groups = {one.group for one in chairs}
        # Another one who is told something in a clause of its own: two orders in one sentence.
        return chairs + [one for one in (*told, *subjects) if one.group not in groups]
    return told + subjects


def _sure_keys(found: list[Mention], leads: tuple[str, ...]) -> tuple[str, ...]:
    keys = dict.fromkeys(one.keys[0] for one in found if one.is_sure)
    return tuple(key for key in keys if key not in leads)


def _marks(roles: list[tuple[str, list[Mention]]], due: Due, *, is_lead_asked: bool) -> tuple[Mark, ...]:
    found = [
        Mark(one.start, one.end, role, one.keys, one.is_asked or (role == LEAD and is_lead_asked))
        for role, mentions in roles
        for one in mentions
        if not one.is_general
    ]
    found += [Mark(*span, "due", (), due.why is not None) for span in due.spans]
    kept: list[Mark] = []
    for one in sorted(found):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _is_urgent(said: Sentence) -> bool:
    return any(not said.ends(_CALLED, one.start()) for one in said.find(_URGENT))
