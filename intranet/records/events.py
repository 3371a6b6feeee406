"""What happens to files, told after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileRead:
    """An upload was read and judged; ``state`` is one of :class:`~intranet.records.models.StagedState`."""

    staged_public_id: str
    user_id: int
    state: str


@dataclass(frozen=True)
class FileAttached:
    """A file became one of a record."""

    file_id: int
    ref_kind: str
    ref_id: int


@dataclass(frozen=True)
class FileConverted:
    """The making of a PDF ended; ``state`` is ``done`` (the file holds the PDF now) or ``failed``."""

    file_id: int
    ref_kind: str
    ref_id: int
    state: str


@dataclass(frozen=True)
class BlobDamaged:
    """Stored bytes are no longer what they were."""

    sha256: str


@dataclass(frozen=True)
class FileReadAgain:
    """Bytes that could not be read were read once more, with or without success."""

    sha256: str


@dataclass(frozen=True)
class ListMoved:
    """A list that somebody takes over in the background came to an end, well or not."""

    user_id: int
