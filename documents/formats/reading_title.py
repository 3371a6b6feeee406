"""Kind and subject: the centred lines under the head, or "V/v" under the number."""

import re

from documents.formats import symbols
from documents.formats.reading_blocks import Head, is_capitals, is_centred, stops
from documents.formats.reading_values import Found, found
from intranet.core.text import fold, one_line
from intranet.records.pagetext import TextLine

LETTER = "Công văn"
#: Longest subject that is filled in, characters.
SUBJECT_MAX = 500
_ABOUT = re.compile(r"^\s*(?:V\s*[/.]\s*v|Về việc)\s*[:.]?\s+", re.IGNORECASE)
_ENACTOR = re.compile(
    r"^(chủ tịch|ủy ban nhân dân|uỷ ban nhân dân|hội đồng nhân dân|bộ trưởng|thủ tướng chính phủ|chính phủ"
    r"|giám đốc|tổng giám đốc|cục trưởng|chi cục trưởng|chánh văn phòng|chánh thanh tra|hiệu trưởng"
    r"|trưởng ban|tổng cục trưởng|thống đốc|quốc hội|ủy ban thường vụ quốc hội|viện trưởng|trưởng phòng)\b",
    re.IGNORECASE,
)
_CHAPTER = re.compile(r"^(phần|chương|mục|điều|[IVX]+\.|\d+\.|-|a\))(\s|$)", re.IGNORECASE)


def read_kind(
    head: Head, kinds: tuple[str, ...], symbol: Found | None
) -> tuple[Found | None, TextLine | None]:
    """The kind, and its line where it has one; a letter has none but "V/v"."""
    by_name = {fold(kind).replace(" ", ""): kind for kind in kinds}
    by_symbol = symbols.kind_of(symbol.value) if symbol else None
    about = _about_line(head)
    for line in head.below[:25]:
        if stops(line.text) and not is_capitals(line.text):
            break
        name = by_name.get(fold(line.text).replace(" ", ""))
        if name is None or line.text.rstrip().endswith(":") or not is_capitals(line.text):
            continue
        if not is_centred(line, head.page, slack=0.12):
            continue
        agrees = by_symbol is not None and fold(by_symbol) == fold(name)
        if about is not None and not agrees:
            break
        sure = 0.98 if agrees else (0.9 if line.bold else 0.8)
        return found(name, [line], sure), line
    if about is not None:
        return found(LETTER, [about], 0.95 if head.number_at is not None else 0.7), None
    if any(fold(line.text).startswith("kinh gui") for line in head.below[:12]):
        return found(LETTER, [], 0.5 if by_symbol else 0.75), None
    if by_symbol in kinds and symbol is not None:
        return Found(by_symbol or "", box=symbol.box, confidence=0.55), None
    return None, None


def read_subject(head: Head, kind_line: TextLine | None, issuer: Found | None) -> Found | None:
    """The subject, its lines joined: under the kind, or after "V/v"."""
    lines, sure = _under_kind(head, kind_line, issuer) if kind_line is not None else _after_about(head)
    text = one_line(" ".join(line.text for line in lines))
    if kind_line is None:
        text = _ABOUT.sub("", text)
    if not 3 <= len(text) <= SUBJECT_MAX:
        return found(text[:SUBJECT_MAX], lines, 0.4) if text else None
    return found(text, lines, sure)


def _about_line(head: Head) -> TextLine | None:
    """The line with "V/v" in the left column, below the number."""
    start = head.number_at + 1 if head.number_at is not None else 0
    return next((line for line in head.left[start : start + 3] if _ABOUT.match(f"{line.text} ")), None)


def _after_about(head: Head) -> tuple[list[TextLine], float]:
    first = _about_line(head)
    if first is None:
        return [], 0.0
    lines = [first]
    for line in head.left[head.left.index(first) + 1 :]:
        step = lines[-1].y0 - line.y0
        if (
            line.text.upper().startswith("KÍNH GỬI")
            or step > 1.75 * line.size
            or (line.bold and not first.bold)
        ):
            break
        if (
            is_capitals(line.text)
            and not is_capitals(first.text)
            and len(line.text.split()) < 3
            and line.bold
        ):
            break
        lines.append(line)
    return lines, 0.95 if head.anchor else 0.7


def _under_kind(head: Head, kind_line: TextLine, issuer: Found | None) -> tuple[list[TextLine], float]:
    below = [line for line in head.below if line.y0 < kind_line.y0 - 0.5 * kind_line.size]
    lines: list[TextLine] = []
    sure = 0.95
    usual = 0.0
    for line in below[:14]:
        above = lines[-1] if lines else kind_line
        step = above.y0 - line.y0
        if abs(step) < 0.4 * line.size and lines:  # a second piece of one row
            lines.append(line)
            continue
        if _ends_subject(line, lines, step, usual, head, kind_line, issuer):
            break
        if lines:
            usual = max(usual, step) if usual else step
        lines.append(line)
    else:
        sure = 0.5
    if lines and not is_centred(lines[-1], head.page):
        sure = 0.7
    if lines and kind_line.bold and not any(line.bold for line in lines):
        sure = min(sure, 0.8)
    return lines, sure


def _ends_subject(
    line: TextLine,
    lines: list[TextLine],
    step: float,
    usual: float,
    head: Head,
    kind_line: TextLine,
    issuer: Found | None,
) -> bool:
    """Whether a line is the first that no longer belongs to the subject."""
    heading = line.bold and is_centred(line, head.page)
    carries_on = heading and (bool(lines) or fold(line.text).startswith("thuc hien"))
    if stops(line.text) and not carries_on:
        return True
    if not is_centred(line, head.page, slack=0.12):
        return True
    if not lines:
        return step > 3.2 * line.size
    if kind_line.bold and lines[0].bold and not line.bold:
        return not (line.text.startswith("(") and step < 1.75 * line.size)
    if step > 1.95 * line.size or (usual and step > 1.4 * usual):
        return True
    if _CHAPTER.match(line.text) and step > 1.3 * line.size and not usual:
        return True
    wider = step > 1.12 * usual if usual else step > 1.35 * line.size
    is_own = issuer is not None and fold(line.text) == fold(issuer.value)
    return wider and is_capitals(line.text) and (is_own or bool(_ENACTOR.match(line.text)))
