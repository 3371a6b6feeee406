"""Names that the directory has not, and words for many at once."""

import re
from collections.abc import Iterator

from intranet.directives.words import Sentence, flat, pattern

#: What may precede a given name and makes it one.
HONORIFIC = r"(?:các đồng chí|đồng chí|các đ/c|đ/c|đ\.c|đc|dc|d/c|ông|bà|anh|chị|cô|chú)"
_PLACES = r"(?:tỉnh|huyện|xã|phường|thành phố|tp|quận|thị xã|khu|thôn|cấp)"
#: A name that goes on is another name ("Văn phòng Chính phủ").
GOES_ON = pattern(
    rf"\s+(?:{_PLACES}(?=\s+\w)|(?:đăng ký|đoàn|điều phối|công chứng|luật sư|đại diện|hđnd|hội đồng|"
    rf"tỉnh ủy|huyện ủy|"
    r"đảng ủy|thành ủy|chính phủ|quốc hội|trung ương|chuyên trách)(?!\w))"
)
HEAD_WORDS = (
    "sở|bộ|ban|phòng|cục|chi cục|tổng cục|trung tâm|ubnd|ủy ban nhân dân|ủy ban|văn phòng|hội|viện|"
    "trường|công ty|"
    "tổng công ty|tập đoàn|bệnh viện|kho bạc|đài|báo|chi nhánh|tổ|đoàn|liên đoàn|công an|ca|thanh tra|tòa án|"
    "viện kiểm sát|bảo hiểm xã hội|bhxh|ngân hàng|quỹ|hạt|đội|trạm|thuế|hải quan|bưu điện|tỉnh đoàn|tỉnh ủy|"
    "đảng ủy|mặt trận|mttq|hđnd|bộ chỉ huy|bchqs|hiệp hội|học viện|nhà máy|khu|điện lực|vườn|thư viện|"
    "bảo tàng"
)
_HEAD_WORD = pattern(rf"(?<!\w)(?:{HEAD_WORDS})(?!\w)")
_CALLED = pattern(rf"(?<!\w)(?:{HONORIFIC}|anh|chị)\s+(?=\w)")
_MANY = (
    r"(?:sở|ban|ngành|bộ|cơ quan|đơn vị|phòng|xã|phường|địa phương|bộ phận|thành viên|tổ chức|cá nhân|huyện|"
    r"doanh nghiệp|hội|đoàn thể|bên|cấp|chuyên viên|đồng chí|thành phố|chủ đầu tư|nhà thầu|lực lượng|trường|"
    r"thôn|khu phố|nơi|người|phó chủ tịch|ủy viên)"
)
#: Words for many at once, neither a party nor a question.
_GENERAL = pattern(
    rf"(?<!\w)(?:(?:ubnd|ub|văn phòng|công an|lãnh đạo|thủ trưởng|đại diện)\s+)?"
    rf"(?:(?:tất cả\s+)?(?:các|những|mọi|toàn thể|một số|hai|ba|\d+)\s+)(?:cơ quan,\s+|"
    rf"đồng chí\s+)?{_MANY}(?!\w)"
    rf"(?:(?:\s*[,-]\s*|\s+và\s+|\s+)(?:các\s+)?{_MANY}(?!\w))*"
    r"(?:\s+(?:có\s+)?(?:liên quan|trực thuộc|chuyên môn|chức năng|khác|thuộc\s+\w+|của\s+\w+|ngành|cấp xã|"
    r"trên địa bàn(?:\s+tỉnh)?|trong tỉnh|tham mưu|phụ trách))*"
    rf"|(?<!\w){_MANY}(?:\s*,\s*{_MANY})*\s+(?:có\s+)?(?:liên quan|chuyên môn|chức năng|trực thuộc)(?!\w)"
    r"|(?<!\w)(?:ubnd\s+)?cấp (?:xã|huyện|tỉnh)(?!\w)"
)
#: What may stand before the name of a unit in a sentence without capitals.
_AFTER_CUE = pattern(
    r"(?:^|[.,;:]|(?<!\w)(?:giao|chuyển|cho|với|và|cùng|do|yêu cầu|đề nghị|phân công|phối hợp))\s*$"
)
#: First syllables of what may follow a name.
_VERB_BEGINNINGS = frozenset(
    flat(word)
    for word in re.findall(
        r"\w+",
        "chủ phối báo tham xử thực rà trả tổng kiểm để và cùng trước xong trong biết là có tại trình gửi "
        "nghiên theo đôn hoàn lập tổ xây triển khẩn khắc xác làm đảm hỗ hướng thanh "
        "thẩm ban chuẩn cho phải cần đã sẽ giải quyết xem ngay thông chỉ tiếp bố cung cấp nhanh sớm "
        "kịp với của sau khi "
        "nay nộp đưa ký soạn góp",
    )
)
#: Heads that tell an unknown unit in a sentence without capitals.
_PLAIN_HEADS = frozenset(
    form for word in ("sở", "phòng", "ubnd", "chi cục", "trung tâm", "công ty") for form in (word, flat(word))
)
_WORD = re.compile(r"\w[\w&./-]*\w|\w")


def capital_run(said: Sentence, at: int) -> int:
    """Where the words in capitals end that begin here; 0 when none does."""
    end = 0
    for found in _WORD.finditer(said.text, at):
        between = said.text[end or at : found.start()]
        if between.strip() not in {"", "-", "&"} or not found[0][0].isupper():
            break
        end = found.end()
    return end


def _unit_run(said: Sentence, at: int) -> int:
    """As :func:`capital_run`, with the second syllable of a word: "Sở Du lịch"."""
    end = capital_run(said, at)
    rest = re.match(r"\s(\w+)", said.low[end:]) if end and len(said.text[at:end].split()) == 1 else None
    is_word = rest is not None and not said.text[at:end].isupper() and flat(rest[1]) not in _VERB_BEGINNINGS
    return end + rest.end() if rest is not None and is_word else end


def general_words(said: Sentence) -> Iterator[tuple[int, int]]:
    """Where words for many at once stand."""
    for found in said.find(_GENERAL):
        yield found.span()


def unknown_names(said: Sentence) -> Iterator[tuple[int, int, bool]]:
    """Where names of units or people stand, whether the directory has them or not; true for a person."""
    for found in said.find(_HEAD_WORD):
        if found.start() and said.text[found.start() - 1] in "/-_":
            continue
        after = re.match(r"\.?\s+", said.text[found.end() :])
        if after is None:
            continue
        begin = found.end() + after.end()
        if said.has_capitals:
            end = _unit_run(said, begin)
            is_acronym = said.text[found.start() : found.end()].isupper() and len(found[0]) > 2
            if not end and (goes_on := said.begins(GOES_ON, found.end())):
                end = found.end() + goes_on.end()
                end = capital_run(said, end + 1) or (end if is_acronym else 0)
            if not end and is_acronym:
                end = found.end()
            if end:
                yield found.start(), end, False
        elif found[0] in _PLAIN_HEADS and said.ends(_AFTER_CUE, found.start()):
            name = re.match(r"\w+(?:\s\w+)?", said.text[begin:])
            if name is not None:
                yield found.start(), begin + name.end(), False
    for found in said.find(_CALLED):
        if said.has_capitals:
            end = capital_run(said, found.end())
            if end:
                yield found.end(), end, True
