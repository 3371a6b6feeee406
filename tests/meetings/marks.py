"""Marks of every kind as a tablet sends them."""

from typing import Any

TABLET, PHONE = "0" * 25 + "A", "0" * 25 + "B"

DATA: dict[str, dict[str, Any]] = {
    "ink": {"tool": "pen", "rgb": "c4161c", "w": 200, "pts": [10000, 20000, 3000, -400], "pr": [50, 60]},
    "highlight": {
        "rgb": "ffd94a",
        "quads": [10000, 71000, 20000, 71000, 10000, 69600, 20000, 69600],
        "quote": "Trang 1",
        "pre": "",
        "post": "hết trang",
    },
    "underline": {"rgb": "c4161c", "quads": [100, 300, 900, 300, 100, 100, 900, 100], "quote": "Căn cứ"},
    "strike": {"rgb": "c4161c", "quads": [100, 300, 900, 300, 100, 100, 900, 100], "quote": "Căn cứ"},
    "note": {"rgb": "ffd94a", "at": [30000, 40000], "text": "Cần số liệu giải ngân đến 31/10"},
    "text": {
        "rgb": "1c4a96",
        "rect": [5000, 5000, 23000, 10400],
        "text": "Đề nghị rà soát",
        "size": 1200,
        "turn": 0,
    },
    "arrow": {"rgb": "c4161c", "w": 150, "ends": [10000, 50000, 16000, 53000]},
    "box": {"rgb": "c4161c", "w": 150, "rect": [20000, 20000, 30000, 26000]},
    "bookmark": {"label": "Trang 1"},
}


def data(kind: str, **more: Any) -> dict[str, Any]:
    """What is stored of a mark of a kind."""
    return {"kind": kind} | DATA[kind] | more


def add(
    number: int, lam: int, file: str, kind: str = "ink", dev: str = TABLET, **more: Any
) -> dict[str, Any]:
    """An operation that makes a mark, or with ``op="set"`` changes it; ``d`` is changed by ``more["d"]``."""
    head = {"op": "add", "id": f"{number:026d}", "lam": lam, "dev": dev, "file": file, "page": 1}
    return head | more | {"d": data(kind, **more.get("d", {}))}


def drop(number: int, lam: int, dev: str = TABLET) -> dict[str, Any]:
    """An operation that takes a mark away."""
    return {"op": "del", "id": f"{number:026d}", "lam": lam, "dev": dev}
