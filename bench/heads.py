"""How much of a document's head is read right: real heads typeset in the prescribed layout, and scanned.

The scans are pictures of the same pages at 200 dots an inch, a little askew, grainy and pressed as JPEG.
Needs the real heads beside the project; ``OFFICE_BENCH_HEADS`` names another number of scans than 50.
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.figures import Figure
from documents.formats.layout_pdf import build_pdf
from documents.formats.reading import Reading, read_first_page
from intranet.core.text import toned
from intranet.records import looking
from intranet.records.parsing import parse
from tests.documents import papers
from tests.documents.test_reading import HEADS, Sample, faults, make_sample

#: Percent of heads of which each field may be empty or wrong: on text, on scans.
MOST = {
    **dict.fromkeys(("number", "doc_date", "kind"), (2, 10)),
    **dict.fromkeys(("issuer", "subject"), (5, 15)),
    **dict.fromkeys(("signer_name", "signer_title", "signer_authority"), (5, 15)),
    **dict.fromkeys(("urgency", "due_date", "due_days", "reply_to"), (5, 15)),
}

#: Fields whose words are also compared mark by mark; what is missed above is missed with marks aside.
MARKED = ("issuer", "subject", "signer_name")


def measure() -> Iterator[Figure]:
    """Percent of heads whose field is not right, and percent filled in wrongly; faults are printed."""
    rows = [json.loads(line) for line in HEADS.read_text(encoding="utf-8").splitlines()]
    samples = [make_sample(row, place) for place, row in enumerate(rows)]
    scans = int(os.environ.get("OFFICE_BENCH_HEADS", "50"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head.pdf"
        yield from _share("text", samples, path, is_scan=False)
        yield from _share("scan", samples[:: max(1, len(samples) // scans)][:scans], path, is_scan=True)


def _share(kind: str, samples: list[Sample], path: Path, *, is_scan: bool) -> Iterator[Figure]:
    empty: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    for number, sample in enumerate(samples):
        path.write_bytes(build_pdf(sample.text, sample.style))
        if is_scan:
            path.write_bytes(papers.scanned(path.read_bytes(), (-1) ** number))
        reading = _read(path, is_scan=is_scan)
        missing, other = faults(reading, sample.want)
        empty.update(missing)
        wrong.update(other)
        for name in MARKED:
            said = reading.value(name)
            if name not in missing | other and toned(said) != toned(sample.want[name]):
                marks[name] += 1
                print(f"  {kind} {number} {name}: {sample.want[name]!r} read {said!r}, marks apart")
        for name in sorted(missing | other):
            found = getattr(reading, name)
            print(
                f"  {kind} {number} {name}: {sample.want[name]!r} read {found.value if found else None!r}"
                f" ({found.confidence if found else 0:.2f})"
            )
    for name, most in MOST.items():
        missed = 100 * (empty[name] + wrong[name]) / len(samples)
        yield Figure(f"heads, {kind}: {name} missed", missed, "%", most=most[is_scan])
        yield Figure(f"heads, {kind}: {name} filled in wrongly", 100 * wrong[name] / len(samples), "%")
    for name in MARKED:
        yield Figure(f"heads, {kind}: {name} right but for marks", 100 * marks[name] / len(samples), "%")


def _read(path: Path, *, is_scan: bool) -> Reading:
    """As the office reads an upload: parsed, and looked at where it is a scan."""
    parsed = parse(path, path.name)
    if looking.is_wanted(parsed) is not is_scan:
        raise SystemExit("a scan is taken for a text, or the other way round")
    if is_scan:
        parsed = looking.looked_at(path, parsed)
    if parsed.first_page is None:
        return Reading()
    return read_first_page(
        parsed.first_page,
        signed_page=parsed.signed_page,
        today=date(2026, 1, 1),
        source="ocr" if is_scan else "pdf_text",
    )
