"""Reads one foreign sheet and prints its words as JSON: run by :mod:`intranet.records.grids` alone."""

import sys
from pathlib import Path
from typing import Any

from intranet.records import grid_csv, grid_xlsx
from intranet.records.child import answer


def read(kind: str, path: str, sheet: str) -> dict[str, Any]:
    """Read one sheet of a file.

    :raises Unreadable: with the code that becomes the verdict.
    """
    if kind == "csv":
        return grid_csv.read(Path(path))
    return grid_xlsx.read(Path(path), int(sheet))


if __name__ == "__main__":
    sys.exit(answer(sys.argv[1:], read))
