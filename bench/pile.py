"""The morning's pile: 60 PDFs as a ward gets them, with what each of them says."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pikepdf

from documents.formats.layout_pdf import build_pdf
from documents.sample.letters import INCOMING, SENDERS
from intranet.core import clock
from tests.documents import papers
from tests.documents.test_reading import BODY, HEADS, make_sample

TEXTS, SCANS = 40, 15
_AS_PRINTED = ("subject", "issuer", "signer_name", "signer_title", "signer_authority", "reply_to")
#: Sentences that make one page, two and three.
_LENGTHS = (0, 7, 16)


@dataclass(frozen=True)
class Paper:
    """A file of the pile; ``want`` is what its form must say, nothing for one that gets none."""

    name: str
    #: ``text``, ``scan`` or ``awkward``.
    kind: str
    want: dict[str, str]
    is_double: bool = False


def make_pile(folder: Path) -> list[Paper]:
    """Lay the files into a folder; the names mix them, as a post room's numbers do."""
    pile: list[Paper] = []
    heads = _heads()
    for n in range(TEXTS + SCANS):
        is_scan = n % 11 in (2, 5, 8) and sum(one.kind == "scan" for one in pile) < SCANS
        name = f"{n + 1:02} {'quét' if is_scan else 'văn bản'}.pdf"
        data, want = _typeset(next(heads), n)
        (folder / name).write_bytes(papers.scanned(data, (-1) ** n) if is_scan else data)
        pile.append(Paper(name, "scan" if is_scan else "text", want))
    first = next(one for one in pile if one.kind == "text")
    data, want = _typeset(next(heads), TEXTS + SCANS)
    for name, given, says in (
        ("26a gửi lại.pdf", (folder / first.name).read_bytes(), {}),
        ("31a có mật khẩu.pdf", _encrypted(data), want),
        ("37a dấu mật.pdf", papers.pdf(circulation_mark="MẬT"), {}),
        ("43a rỗng.pdf", b"", {}),
        ("49a chương trình.pdf", b"MZ" + bytes(4000), {}),
    ):
        (folder / name).write_bytes(given)
        pile.append(Paper(name, "awkward", says, is_double=name.startswith("26a")))
    return pile


def _heads() -> Iterator[dict[str, Any]]:
    """Heads with codes that do not repeat: real ones where they lie beside the project, else our own."""
    seen: set[str] = set()
    if HEADS.is_file():
        rows = [json.loads(line) for line in HEADS.read_text(encoding="utf-8").splitlines()]
    else:
        rows = [_own(n) for n in range(TEXTS + SCANS + 1)]
    for row in [*rows[::3], *rows[1::3]]:
        code = f"{row['code_number']}/{row['code_notation']}"
        if code not in seen:
            seen.add(code)
            yield row


def _own(n: int) -> dict[str, Any]:
    letter = INCOMING[n % len(INCOMING)]
    agency, symbol, place, _, _ = SENDERS[letter.sender]
    return {
        "agency_block": agency.upper(),
        "doc_type": "Công văn",
        "subject": f"{letter.subject} (đợt {n + 1})",
        "code_number": str(4100 + n),
        "code_notation": symbol,
        "place": place,
        "addressee": "Ủy ban nhân dân tỉnh An Bình",
        "recipients": ["Như trên"],
    }


def _typeset(row: dict[str, Any], n: int) -> tuple[bytes, dict[str, str]]:
    """The paper, some days old, and what a clerk enters of it."""
    day = clock.today() - timedelta(days=1 + n % 6)
    sample = make_sample({**row, "issued_date": day.isoformat()}, n)
    text = replace(sample.text, body=(*sample.text.body, *(BODY[0],) * _LENGTHS[n % 3]))
    said = sample.want
    want = {
        "code": f"{said['number']}/{said['symbol']}",
        "doc_date": f"{day:%d/%m/%Y}",
        "kind_id": said["kind"],
        "urgency": said["urgency"] or "0",
        **{name: said[name] for name in _AS_PRINTED},
    }
    # A span is counted from the day of arrival, by the calendar of the office.
    if not said["due_days"]:
        want["due_date"] = f"{date.fromisoformat(said['due_date']):%d/%m/%Y}" if said["due_date"] else ""
    return build_pdf(text, sample.style), want


def _encrypted(data: bytes) -> bytes:
    """The same, with a password that nobody sent along."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as whole:
        whole.save(made, encryption=pikepdf.Encryption(owner="chủ", user="khoá"))
    return made.getvalue()
