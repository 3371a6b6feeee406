"""What each one named in a sentence is there for: to lead, to work along, to know, or only spoken of."""

import re

from intranet.directives.mentions import Mention
from intranet.directives.words import Pattern, Sentence, pattern

CHAIRS, TOLD, SUBJECT, CO, INFO, OTHER = "chairs", "told", "subject", "co", "info", ""
LEADING = (CHAIRS, TOLD, SUBJECT)

_HASTE = r"(?:\s+(?:khẩn trương|khẩn|gấp|ngay|trực tiếp|lại|tiếp|thêm))?"
_CHAIRS_BEFORE = pattern(
    r"(?<!\w)(?:chủ trì|c/trì|ctrì|đầu mối)(?:\s+(?:là|thực hiện|tham mưu))?\s*[:\s-]\s*$"
)
_CHAIRS_AFTER = pattern(
    r"\s*[,(:–-]?\s*(?:(?:là|làm|giữ vai trò)\s+)?(?:(?:đơn vị|cơ quan|đồng)\s+)?"
    r"(?:chủ trì|c/trì|ctrì|làm đầu mối|đầu mối)(?!\w)"
)
_AMONG = pattern(r"(?<!\w)trong đó,?\s+(?:giao\s+)?$")
_THING = r"(?:\s+(?!(?:giao|chuyển|phối|thông|báo|để|và)(?!\w))[\w/-]+){0,8}?"
_TOLD = pattern(
    rf"(?<!\w)(?:(?<!bàn )(?<!được )(?<!đã )(?<!chuyển )giao(?:\s+(?:nhiệm vụ|trách nhiệm|việc này|"
    rf"việc))?|phân công|"
    rf"(?<!luân )(?<!di )(?:kính\s+)?chuyển(?:\s+giao)?(?:\s+(?:văn bản|vb|hồ sơ|đơn|công văn))?){_HASTE}"
    rf"(?:\s+(?:cho|đến|tới|về|sang))?{_HASTE}[\s:]+$"
    rf"|(?<!\w)(?<!bàn )(?<!đã )(?:giao|chuyển|phân công){_THING}\s+(?:cho|đến|tới|về|sang)\s+$"
)
_ASKED = pattern(
    r"(?:(?:^|[.;:!?,]|[-–+]|(?<!\w)(?:và|đồng thời|nhất trí|thống nhất|đồng ý))\s*)"
    rf"(?:đề nghị|yêu cầu|chỉ đạo|đôn đốc|nhắc(?:\s+nhở)?|nhờ|mời){_HASTE}[\s:]+$"
)
_MADE_BY = pattern(r"(?<!\w)do[\s:]+$")
_MADE_SO = pattern(
    r"\s+(?:trực tiếp\s+)?(?:thực hiện|đảm nhiệm|phụ trách|chịu trách nhiệm|làm|tham mưu|xử lý)(?!\w)"
)
_BEFORE_NOW = pattern(r"(?<!\w)(?:trước đây|đã|từng|đang|hiện)(?:\s+\w+){0,3}\s+do[\s:]+$")
_WITH = pattern(
    r"(?<!\w)(?:thống nhất|trao đổi|làm việc|đồng ý|liên hệ|so sánh|hợp đồng|ký|họp|cùng họp|liên quan|"
    r"đối với|"
    r"đối chiếu|bàn)(?:\s+\w+){0,3}?\s+(?:cùng|với|đến|tới)(?:\s+với)?\s+$"
)
_CO_BEFORE = pattern(
    r"(?<!\w)(?:phối hợp|p/h|ph/h|p/hợp|phối, kết hợp|kết hợp)(?:\s+(?!(?:chủ|giao)(?!\w))\w+){0,4}?\s+"
    r"(?:với|cùng|cùng với|của|là)[\s:]+$"
    r"|(?<!\w)(?:phối hợp|p/h|ph/h|p/hợp|kết hợp)(?:\s+(?:chặt chẽ|thực hiện|tốt|thêm))?\s*[:\s-]\s*$"
    r"|(?<!\w)cùng(?:\s+với)?[\s:]+$|(?<!\w)sự (?:tham gia|hỗ trợ|phối hợp) của\s+$"
)
#: Where work has its lead already; the first name of a list that begins with it.
_JOINS = pattern(r"(?<!\w)(?:thêm|bổ sung)[\s:]+$")
_CO_AFTER = pattern(
    r"\s*[,(:–-]?\s*(?:(?:cùng|để|làm|là|có trách nhiệm|chịu trách nhiệm)\s+)?(?:(?:đơn vị|cơ quan)\s+)?"
    r"(?:phối hợp|p/h|ph/h|p/hợp|hỗ trợ|cùng tham gia|tham gia|cùng thực hiện)(?!\w)"
    r"(?!\s+(?:chặt chẽ\s+)?(?:với|cùng))"
)
_INFO_BEFORE = pattern(
    rf"(?<!\w)(?:thông báo|thông tin|báo(?!\s+cáo)){_THING}\s+(?:cho|đến|tới)[\s:]+$"
    r"|(?<!\w)(?:đồng(?:\s+kính)?\s+gửi|sao gửi|đồng thời gửi|để biết\s*:|cc\s*:?)\s*$|(?<!\w)thông báo\s+$"
)
_INFO_AFTER = pattern(
    r"\s*[,(:–-]?\s*(?:(?:cùng\s+)?(?:để|được)\s+(?:cùng\s+)?(?:biết|nắm(?!\s+chắc)|theo dõi)|"
    r"(?:cùng\s+)?biết)(?!\w)"
    r"(?!\s*,?\s*(?:thực hiện|chỉ đạo|phối hợp))"
)
_ASIDE = pattern(
    r"(?<!\w)(?:báo cáo|b/c|trình|gửi(?:\s+về)?|nộp(?:\s+về)?|xin ý kiến|lấy ý kiến|ý kiến|"
    r"tham mưu(?:\s+(?:cho|giúp))?|"
    r"giúp(?:\s+việc)?|cho|kiến nghị|của|tại|theo|qua|về|từ|thông báo của|hướng dẫn|kiểm tra|thanh tra|"
    r"hỗ trợ|thay|"
    r"thuộc|ở|địa bàn|mời|tới|đến|với|đối với|cấp cho|bàn giao(?:\s+cho)?|được|đề nghị|yêu cầu|chỉ đạo|"
    r"đôn đốc|nhắc|"
    r"thẩm định của|và lãnh đạo|do|lên|sau khi|khi|để|nếu|đã|như|giao)\s*:?\s+$"
)
_JOINED = pattern(r"\s*(?:[,;&+]|(?:,\s*)?(?:và|cùng)(?!\w))\s*")
_CLAUSE = pattern(r"(?:^|[.;:!?]\s*|[-–+]\s*|^\s*(?:\d+|[a-zđ])[.)]\s*|,\s*|(?<!\w)(?:còn|riêng|thì)\s+)\s*$")
_INTRODUCED = pattern(
    r"(?:^|[.;!?]\s*)(?:theo|căn cứ|xét|trên cơ sở|thực hiện|qua|sau khi|tiếp theo|về)(?!\w)[^.;!?]*$"
)
_TELLS = pattern(
    r"\s*(?:,\s*)?(?:(?:đã|vừa|mới|đang|chưa|xin|là|không|về việc|v/v|đề nghị|đề xuất|kiến nghị|nêu|"
    r"phản ánh)(?!\w)"
    r"|trình (?:tại|theo)|báo cáo (?:tại|đã)|(?:có|tại|gửi|ban hành) (?:công văn|tờ trình|báo cáo số|"
    r"văn bản (?:số|đề nghị|xin)|"
    r"đơn|đề nghị|kiến nghị))"
)
_VERBS = (
    "tham mưu|trả lời|báo cáo|b/c|tổng hợp|triển khai|kiểm tra|xử lý|giải quyết|rà soát|nghiên cứu|"
    "đề xuất|xem xét|"
    "xem|thực hiện|chuẩn bị|phối hợp|thẩm định|hoàn thiện|hoàn chỉnh|hoàn thành|trình|soạn|soạn thảo|"
    "dự thảo|góp ý|"
    "cho ý kiến|có ý kiến|xác minh|khắc phục|làm rõ|làm|tổ chức|xây dựng|lập|theo dõi|đôn đốc|hướng dẫn|"
    "bố trí|"
    "cung cấp|gửi|nộp|khẩn trương|thanh tra|thống kê|đánh giá|cập nhật|cân đối|phân bổ|bổ sung|"
    "điều chỉnh|công bố|"
    "phát hành|ban hành|mời|sắp xếp|giám sát|quản lý|tiếp nhận|tiếp|thu hồi|chấn chỉnh|tăng cường|chỉ đạo|in|"
    "đăng|đăng ký|cử|chịu trách nhiệm|phải|cần|có trách nhiệm|chủ động|tiếp tục|sớm|kịp thời|nhanh chóng|"
    "tiến hành|liên hệ|trao đổi|thông báo|rút kinh nghiệm|giải trình|nhập|kiểm điểm|vận động|"
    "tuyên truyền|di dời|"
    "bàn giao|sửa|sửa chữa|nghiệm thu|quyết toán|giải ngân|hỗ trợ|bảo đảm|đảm bảo|phê duyệt|cấp|"
    "xác nhận|ký|trả"
)
_WORK = pattern(
    rf"\s*(?:[,:–-]\s*)?(?:(?:cần|phải|có trách nhiệm|trực tiếp|sớm|ngay|khẩn trương)\s+)*(?:{_VERBS})(?!\w)"
)
#: An order to nobody: a verb that begins a clause, or "giao" by itself.
_ORDER = pattern(
    rf"(?:^|[.;:!?,]\s*|(?<!\w)(?:và|để|đề nghị|yêu cầu)\s+)\s*(?:(?:cần|phải|sớm|ngay|khẩn trương|khẩn|"
    rf"gấp|hỏa tốc)[\s,:.]+)*"
    rf"(?:{_VERBS}|giao(?!\s+thông)|phân công|đề nghị|yêu cầu)(?!\w)(?!\s+(?:của|tại|số\s))"
)
_TELLING = ("thông báo", "thong bao", "gửi", "gui")
_NOTED = pattern(
    r"\s*(?:(?:đã\s+)?(?:xem|biết|đọc|rõ|nhận)|đồng ý|nhất trí|thống nhất|lưu|kính chuyển|để biết|"
    r"tôi (?:đã\s+)?(?:xem|biết)|"
    r"ok|cảm ơn)(?!\w)"
)


def place(said: Sentence, found: list[Mention]) -> None:
    """Say of each one named what part it has, and which of them are one group."""
    starts = {one.head for one in found}
    before: Mention | None = None
    for number, one in enumerate(found):
        one.group = number
        joined = _is_joined(said, before, one)
        _place_one(said, found[:number], one, starts, before if joined else None)
        before = one


def _place_one(
    said: Sentence, earlier: list[Mention], one: Mention, starts: set[int], joined: Mention | None
) -> None:
    ahead = one.head
    if said.begins(_INFO_AFTER, one.end):
        one.part = INFO
        _draw_along(said, earlier, one, {TOLD, SUBJECT, OTHER, INFO})
    elif said.begins(_CHAIRS_AFTER, one.end) and not _goes_on_to(said, one, _CHAIRS_AFTER, starts):
        one.part = CHAIRS
        if said.ends(_AMONG, ahead):
            _let_all_help(earlier, one)
        elif joined is not None:
            one.group = joined.group
            _draw_along(said, earlier, one, {TOLD, SUBJECT})
    elif said.ends(_CHAIRS_BEFORE, ahead):
        one.part = CHAIRS
    elif said.ends(_WITH, ahead):
        one.part = OTHER
    elif said.ends(_CO_BEFORE, ahead):
        one.part = CO
    elif said.ends(_INFO_BEFORE, ahead):
        one.part = INFO
    elif _is_helper(said, one, starts):
        one.part = CO
        _draw_along(said, earlier, one, {TOLD, SUBJECT, OTHER})
    elif said.ends(_TOLD, ahead) or said.ends(_ASKED, ahead):
        one.part = TOLD
    elif said.ends(_MADE_BY, ahead) and said.begins(_MADE_SO, one.end):
        one.part = OTHER if said.ends(_BEFORE_NOW, ahead) else TOLD
    elif joined is not None:
        _go_along(said, earlier, one, joined)
    elif said.ends(_ASIDE, ahead):
        one.part = OTHER
    elif said.ends(_CLAUSE, ahead) and not said.begins(_TELLS, one.end):
        is_first = not any(other.part in LEADING for other in earlier)
        one.part = SUBJECT if is_first or said.begins(_WORK, one.end) else OTHER


def _go_along(said: Sentence, earlier: list[Mention], one: Mention, joined: Mention) -> None:
    """A name in a list has the part of the name before it."""
    one.part, one.group = joined.part, joined.group
    if one.part == CHAIRS and not said.ends(_CHAIRS_BEFORE, _first_of(earlier, joined).head):
        one.part = TOLD
    # "Theo đề nghị của Sở A, Sở B rà soát": what follows the introduction does the work.
    is_apart = one.part == OTHER and said.matched[joined.end : one.head].strip() == ","
    if is_apart and said.ends(_INTRODUCED, one.head) and said.begins(_WORK, one.end):
        one.part = SUBJECT


def _first_of(earlier: list[Mention], joined: Mention) -> Mention:
    return next(one for one in earlier if one.group == joined.group)


def _is_joined(said: Sentence, before: Mention | None, one: Mention) -> bool:
    if before is None:
        return False
    between = said.matched[before.end : one.head]
    joins = _JOINED.plain if said.is_plain else _JOINED.marked
    return bool(joins.fullmatch(between)) or (not between.strip() and before.is_general != one.is_general)


def _is_helper(said: Sentence, one: Mention, starts: set[int]) -> bool:
    return bool(said.begins(_CO_AFTER, one.end)) and not _goes_on_to(said, one, _CO_AFTER, starts)


def _goes_on_to(said: Sentence, one: Mention, wanted: Pattern, starts: set[int]) -> bool:
    """True when the words after a name belong to the next name: "Sở A phối hợp Sở B"."""
    found = said.begins(wanted, one.end)
    if found is None:
        return False
    end = one.end + found.end()
    after = re.match(r"\s*:?\s*", said.matched[end:])
    return end + (after.end() if after else 0) in starts


def _draw_along(said: Sentence, earlier: list[Mention], last: Mention, parts: set[str]) -> None:
    """In "Sở A chủ trì, Sở B, Sở C phối hợp" those joined before the last do as it does."""
    after = last
    for one in reversed(earlier):
        if one.part not in parts or not _is_joined(said, one, after):
            return
        if last.part == CO and said.ends(_TOLD, one.head):
            # "Giao Sở A, Sở B phối hợp": whether A leads is not said.
            one.is_doubtful = ";" not in said.low[one.end : after.head]
            return
        one.part, one.group = last.part, last.group
        after = one


def _let_all_help(earlier: list[Mention], chair: Mention) -> None:
    """In "giao A, B và C, trong đó A chủ trì" the others work along."""
    for one in earlier:
        if one.part in {TOLD, SUBJECT}:
            one.part = OTHER if one.keys == chair.keys else CO


def let_join(said: Sentence, found: list[Mention]) -> None:
    """The work has its lead: whoever is told to do something works along, unless named as its new lead."""
    groups = {one.group for one in found if one.part == OTHER and said.ends(_JOINS, one.head)}
    for one in found:
        if one.part in {TOLD, SUBJECT} or (one.part == OTHER and one.group in groups):
            one.part = CO


def asks_for_work(said: Sentence, found: list[Mention]) -> bool:
    """True when the sentence orders something, to whomever; a mere note does not."""
    if any(one.part in {*LEADING, CO} for one in found):
        return True
    told = [one for one in found if one.part == INFO]
    return any(
        not said.begins(_NOTED, one.start()) and not (told and one[0].endswith(_TELLING))
        for one in said.find(_ORDER)
        if not any(other.head <= one.end() - 1 < other.end for other in found)
    )
