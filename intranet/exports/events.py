"""What happens to files that are being made, told after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportMoved:
    """A file that an official asked for is further on, done or given up."""

    export_id: int
    user_id: int
    state: str
