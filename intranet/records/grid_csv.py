"""Words of a csv: in UTF-8 or UTF-16, or in one of the two 8-bit spellings of older Vietnamese programs.

Which of those it is, is told by the words that every register has in its heads.
"""

import csv
import io
from pathlib import Path
from typing import Any

from intranet.core.text import nfc, words
from intranet.records.pagetext import Unreadable
from intranet.records.sheet_limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS

_SEPARATORS = (";", ",", "\t", "|")
#: Lines by which the separator is told.
_LOOKED_AT = 40
#: Words of a register's heads and lines: some stand in each of them when it is read as it was written.
_TELLING = frozenset(
    words(
        "số ký hiệu ngày tháng năm văn bản đến đi trích yếu nội dung tên loại người nhận nơi gửi ghi chú "
        "chuyển đơn vị cơ quan ban hành tác giả việc quyết định báo cáo thông kế hoạch của về lưu"
    )
)
#: TCVN 5712 (ABC) letters by their byte; its capitals are another font over the small letters.
_TCVN3 = dict(
    zip(
        bytes.fromhex(
            "a1a2a3a4a5a6a7a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcdddedfe1e2e3"
            "e4e5e6e7e8e9eaebecedeeeff1f2f3f4f5f6f7f8f9fafbfcfdfe"
        ),
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)


def read(path: Path) -> dict[str, Any]:
    """Read a csv whole.

    :raises Unreadable: ``file.spelling``, ``file.sheet_empty``, ``file.sheet_damaged``.
    """
    text, spelling = decoded(path.read_bytes())
    separator = _separator(text)
    rows: list[list[str]] = []
    numbers: list[int] = []
    is_cut = False
    try:
        lines = csv.reader(io.StringIO(text), delimiter=separator)
        for cells in lines:
            tidy = [nfc(cell)[:MAX_CELL].strip() for cell in cells[:MAX_COLUMNS]]
            if not any(tidy):
                continue
            if len(rows) == MAX_ROWS:
                is_cut = True
                break
            rows.append(tidy)
            numbers.append(lines.line_num)
    except csv.Error as wrong:
        raise Unreadable("file.sheet_damaged") from wrong
    if not rows:
        raise Unreadable("file.sheet_empty")
    return {
        "rows": rows,
        "numbers": numbers,
        "formulas": [],
        "sheets": [],
        "index": 0,
        "spelling": spelling,
        "separator": separator,
        "is_cut": is_cut,
    }


def decoded(data: bytes) -> tuple[str, str]:
    """The text and how it was spelt.

    :raises Unreadable: ``file.spelling``: none of the spellings gives Vietnamese words.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16"), "utf-16"
    if data[1:2] == b"\0" or data[:1] == b"\0":
        return _strictly(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    found = [(_telling(text), name, text) for name, text in _older(data)]
    score, name, text = max(found, key=lambda one: one[0])
    if score == 0:
        raise Unreadable("file.spelling")
    return text, name


def _strictly(data: bytes, spelling: str) -> str:
    try:
        return data.decode(spelling)
    except UnicodeDecodeError as wrong:
        raise Unreadable("file.spelling") from wrong


def _older(data: bytes) -> list[tuple[str, str]]:
    tcvn = "".join(chr(byte) if byte < 0x80 else _TCVN3.get(byte, " ") for byte in data)
    return [("cp1258", nfc(data.decode("cp1258", "replace"))), ("tcvn3", tcvn)]


def _telling(text: str) -> int:
    """How many of the telling words that carry a mark stand in the text."""
    return sum(not word.isascii() and word in _TELLING for word in words(text[:50_000]))


def _separator(text: str) -> str:
    """The sign that cuts most of the first lines into the same number of cells, more than one."""
    head = "\n".join(text.splitlines()[:_LOOKED_AT])
    best, most = ",", 0
    for sign in _SEPARATORS:
        try:
            counts = [len(row) for row in csv.reader(io.StringIO(head), delimiter=sign) if len(row) > 1]
        except csv.Error:
            continue
        score = max((counts.count(width) * width for width in set(counts)), default=0)
        if score > most:
            best, most = sign, score
    return best
