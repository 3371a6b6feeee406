"""Old registers for tests: the sheets that agencies keep, as xlsx and csv."""

import io
from collections.abc import Sequence
from typing import Any

from documents.models.importing import RegisterImport
from documents.services import importing
from intranet.core import db, jobs
from intranet.core.actor import Actor
from intranet.records import table_xlsx
from intranet.records.tables import Column, Line, Table

HEADS = ("Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu", "Ngày văn bản", "Tên loại và trích yếu", "Ghi chú")


def csv_of(rows: Sequence[Sequence[str]], heads: Sequence[str] = HEADS, separator: str = ";") -> bytes:
    """A csv in UTF-8."""
    return "\n".join(separator.join(f'"{cell}"' for cell in row) for row in (heads, *rows)).encode()


def xlsx_of(rows: Sequence[Sequence[str]], heads: Sequence[str] = HEADS, title: str = "SỔ") -> bytes:
    """An Excel file with a title above its heads."""
    table = Table(
        title=title,
        period="",
        columns=tuple(Column(head, 20) for head in heads),
        lines=[Line(tuple(row)) for row in rows],
        foot=("", "", ""),
    )
    return table_xlsx.write(table, lambda _share: None)


def lines(count: int, year: int = 2024, first: int = 1) -> list[tuple[str, ...]]:
    """Good lines of an incoming register."""
    return [
        (
            f"{1 + n // 400 % 28:02d}/03/{year}",
            str(n),
            "Bộ Tài chính" if n % 2 else "Sở Nội vụ",
            f"{n + 100}/BTC-ĐT",
            f"01/03/{year}",
            f"Công văn: Về việc số {n}",
            "",
        )
        for n in range(first, first + count)
    ]


def given(actor: Actor, register_id: int, data: bytes, name: str = "so.csv") -> RegisterImport:
    """Give a file and let the worker read it."""
    import_id = importing.receive(actor, register_id, io.BytesIO(data), name)
    return read(import_id)


def read(import_id: int) -> RegisterImport:
    """Let the worker do what waits, and look at the import."""
    jobs.run_due()
    with db.across_orgs("tests look at what became of an import"):
        return db.session().get_one(RegisterImport, import_id, populate_existing=True)


def taken(actor: Actor, register_id: int, data: bytes, name: str = "so.csv") -> RegisterImport:
    """Give a file and take it over, warnings and all."""
    row = given(actor, register_id, data, name)
    importing.accept(actor, row.id, warnings_seen=True)
    return read(row.id)


def problems(row: RegisterImport) -> list[tuple[int, str]]:
    """Row and code of what was found."""
    told: list[dict[str, Any]] = row.report["problems"]
    return [(one["row"], one["code"]) for one in told]
