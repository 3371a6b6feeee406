"""Promises that can be read off the source."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("intranet", "documents", "meetings", "mail")
_ACROSS = re.compile(r"across_orgs\(\s*\"([^\"]+)\"")


def python() -> list[tuple[str, str]]:
    """Name and text of each Python file of the product."""
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for package in PRODUCT
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def test_the_net_between_agencies_is_opened_only_for_known_reasons() -> None:
    found = sorted(
        f"{name}: {why}"
        for name, text in python()
        if name != "intranet/core/db.py"
        for why in _ACROSS.findall(text)
    )
    listed = Path(__file__).with_name("across_orgs.txt").read_text(encoding="utf-8").splitlines()
    assert found == listed


def test_nothing_reads_a_clock_but_the_clock() -> None:
    wrong = [
        name
        for name, text in python()
        if name != "intranet/core/clock.py" and re.search(r"datetime\.now\(|date\.today\(|utcnow\(", text)
        if name not in {"intranet/core/logs.py"}
    ]
    assert wrong == []


def test_nothing_asks_which_engine_runs_but_the_dialect() -> None:
    allowed = {"intranet/core/dialect.py", "intranet/core/db.py"}
    wrong = [n for n, t in python() if n not in allowed and re.search(r"dialect\.name|\"sqlite\" ?[=!]=", t)]
    assert wrong == []


def test_dangerous_calls_stand_nowhere() -> None:
    wrong = [
        f"{name}: {match}"
        for name, text in python()
        for match in re.findall(
            r"shell=True|pickle\.|yaml\.load|Markup\(f|text\(f[\"\']|\beval\(|\bexec\(", text
        )
    ]
    assert wrong == []


def test_the_lock_names_no_place_to_download_from() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"index-url|find-links|trusted-host", lock)
    assert "--hash=sha256:" in lock
