"""Number and symbol of a document: read, put together, compared (Decree 30/2020/NĐ-CP, appendix III)."""

import re
from dataclasses import dataclass
from datetime import date

from intranet.core.text import fold, nfc

#: Kinds of administrative document and their abbreviation; the two sorts of letter have none.
#: The first 29 are appendix III of the decree, the others arrive as normative documents.
KIND_ABBREVIATIONS: dict[str, str] = {
    "Nghị quyết": "NQ",
    "Quyết định": "QĐ",
    "Chỉ thị": "CT",
    "Quy chế": "QC",
    "Quy định": "QyĐ",
    "Thông cáo": "TC",
    "Thông báo": "TB",
    "Hướng dẫn": "HD",
    "Chương trình": "CTr",
    "Kế hoạch": "KH",
    "Phương án": "PA",
    "Đề án": "ĐA",
    "Dự án": "DA",
    "Báo cáo": "BC",
    "Biên bản": "BB",
    "Tờ trình": "TTr",
    "Hợp đồng": "HĐ",
    "Công điện": "CĐ",
    "Công văn": "",
    "Bản ghi nhớ": "BGN",
    "Bản thỏa thuận": "BTT",
    "Giấy ủy quyền": "GUQ",
    "Giấy mời": "GM",
    "Giấy giới thiệu": "GGT",
    "Giấy nghỉ phép": "GNP",
    "Phiếu gửi": "PG",
    "Phiếu chuyển": "PC",
    "Phiếu báo": "PB",
    "Thư công": "",
    "Luật": "L",
    "Pháp lệnh": "PL",
    "Lệnh": "L",
    "Nghị định": "NĐ",
    "Thông tư": "TT",
    "Thông tư liên tịch": "TTLT",
}

#: Longest number and symbol that the register keeps, characters.
NUMBER_MAX, SYMBOL_MAX = 11, 30

_LETTERS = "0-9A-ZĐĂÂÊÔƠƯa-zđăâêôơư"
_SHAPE = re.compile(rf"(\d{{1,6}})([a-zđ]?)(?:/(\d{{4}}))?/([{_LETTERS}][{_LETTERS}&.\-/]*)")


@dataclass(frozen=True)
class Symbol:
    """What stands behind "Số:" on a document, taken apart.

    :param number: digits as printed, leading zero kept.
    :param suffix: letter behind the number ("12a"), or empty.
    :param year: the year inside the code of a normative document (``30/2020/NĐ-CP``).
    :param letters: kind and agency, or agency and unit (``QĐ-UBND``, ``UBND-VX``).
    """

    number: str
    suffix: str
    year: int | None
    letters: str

    @property
    def symbol(self) -> str:
        """All that follows the first slash, as printed: ``QĐ-UBND``, ``2020/NĐ-CP``."""
        return f"{self.year}/{self.letters}" if self.year else self.letters

    @property
    def code(self) -> str:
        """The whole: ``05/QĐ-UBND``."""
        return f"{self.number}{self.suffix}/{self.symbol}"

    @property
    def abbreviation(self) -> str:
        """First part of the letters: the kind's abbreviation, or the agency's on an official letter."""
        return self.letters.split("-", 1)[0]

    @property
    def agency(self) -> str:
        """Letters of the agency: behind the kind, or in front of the unit on an official letter."""
        first, _, rest = self.letters.partition("-")
        return rest if first in _KIND_OF and rest else first


_KIND_OF: dict[str, str] = {
    **{abbreviation: kind for kind, abbreviation in reversed(KIND_ABBREVIATIONS.items()) if abbreviation},
    "L": "Luật",
}


def parse(text: str) -> Symbol | None:
    """Take a printed code apart; ``None`` when it has not the usual shape (old forms stay as typed).

    Blanks around ``/`` and ``-`` are dropped, dashes made hyphens, the case kept.
    """
    tidy = (
        re.sub(r"\s*([/\-])\s*", r"\1", re.sub(r"[\u2010-\u2015\u2212]", "-", nfc(text)))
        .strip()
        .rstrip(".,;:-")
    )
    found = _SHAPE.fullmatch(tidy)
    if found is None:
        return None
    number, suffix, year, letters = found.groups()
    if year and not 1945 <= int(year) <= 2100:
        return None
    return Symbol(number, suffix, int(year) if year else None, letters)


def pad(number: int) -> str:
    """Write a number as the decree wants it: a leading zero below 10, none above."""
    return f"{number:02d}"


def compose(number: int | str, symbol: str, suffix: str = "") -> str:
    """Put number and symbol together: ``compose(5, "QĐ-UBND")`` is ``05/QĐ-UBND``."""
    digits = pad(number) if isinstance(number, int) else number
    return f"{digits}{suffix}/{symbol}" if symbol else f"{digits}{suffix}"


def symbol_for(kind: str | None, agency: str, unit: str = "") -> str:
    """The symbol of a new document: kind and agency, or agency and unit for an official letter.

    :param kind: name of the kind as in :data:`KIND_ABBREVIATIONS`; ``None`` or a kind without
        abbreviation makes a letter's symbol.
    """
    abbreviation = KIND_ABBREVIATIONS.get(kind or "", "")
    if abbreviation:
        return f"{abbreviation}-{agency}"
    return f"{agency}-{unit}" if unit else agency


def kind_of(letters: str) -> str | None:
    """The kind that a symbol's first part stands for, ``None`` for an official letter's symbol."""
    first, _, rest = letters.rpartition("/")[2].partition("-")
    return _KIND_OF.get(first) if rest else None


def symbol_key(code: str) -> str:
    """The form under which two spellings of one code are equal: folded, parts apart, no leading zeros."""
    return re.sub(r"^0+(?=\d)", "", fold(code))


def date_words(day: date) -> str:
    """A date in words of the decree: zero before a day under 10 and before January and February only."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
