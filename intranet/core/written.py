"""A part of answers that is the same for very many, turned into JSON once."""

import json
from functools import cached_property
from typing import Any


class Written(dict[str, Any]):
    """A JSON object that nobody changes after it was first asked for as text."""

    @cached_property
    def text(self) -> bytes:
        """It as JSON, without blanks; letters as they are, for a name with marks is half as long so."""
        return json.dumps(self, separators=(",", ":"), ensure_ascii=False).encode()


class Filled:
    """A message with such a part in it: a tenth of a megabyte, copied once, when it leaves."""

    __slots__ = ("parts",)

    def __init__(self, head: str, part: bytes, tail: str) -> None:
        self.parts = (head.encode(), part, tail.encode())

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __str__(self) -> str:
        return b"".join(self.parts).decode()
