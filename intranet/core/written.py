"""A part of answers that is the same for very many, turned into JSON once."""

import json
from functools import cached_property
from typing import Any


class Written(dict[str, Any]):
    """A JSON object that nobody changes after it was first asked for as text."""

    @cached_property
    def text(self) -> str:
        """It as JSON, without blanks."""
        return json.dumps(self, separators=(",", ":"))
