"""Facts about documents, told after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DocumentMoved:
    """A document changed its state, or came into being; ``state`` is the new one."""

    document_id: int
    org_id: int
    state: str


@dataclass(frozen=True)
class DocumentIssued:
    """An outgoing document was issued."""

    document_id: int
    org_id: int


@dataclass(frozen=True)
class DispatchChanged:
    """A receiver's answer reached the sender's board."""

    dispatch_id: int
    document_id: int
    state: str


@dataclass(frozen=True)
class IntakeChanged:
    """A dropped file became a received document, or was refused."""

    staged_id: str
    user_id: int
    org_id: int


@dataclass(frozen=True)
class ImportMoved:
    """An old register, or a ZIP of its files, is further on."""

    user_id: int
    org_id: int
