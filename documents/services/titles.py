"""How documents and registers are called, and where their pages are."""

from collections.abc import Collection

from documents.models.asking import NumberRequest
from documents.models.document import Document
from documents.models.lifecycle import Direction
from documents.models.register import NumberHold, Register
from documents.permissions import READ_REGISTER, readable
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.labels import label


def title_of(document_id: int) -> str:
    """The title of a document; ask who may read it first."""
    with db.across_orgs("the title of a document that the asker may read"):
        document = db.session().get(Document, document_id)
    return name_of(document) if document is not None else label("document.gone")


def titles_of(actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """Titles of those documents that the actor may read, in one question."""
    found = readable(actor, ids)
    # A session knows of a record while somebody holds it: whoever shows titles asks for their pages next.
    db.session().info["document.titled"] = found
    return {document.id: name_of(document) for document in found}


def name_of(document: Document) -> str:
    """Code and subject in one line."""
    return f"{document.code} {document.subject}".strip() or label("document.unnamed")


def url_of(document_id: int) -> str:
    """The path of the document's page."""
    with db.across_orgs("the page of a document; the page itself asks who may read it"):
        document = db.session().get(Document, document_id)
    if document is not None and document.direction is Direction.OUT:
        return f"/documents/drafts/{document_id}"
    return f"/documents/incoming/{document_id}"


def register_title(register_id: int) -> str:
    """The name of a register."""
    register = db.session().get(Register, register_id)
    return register.name if register is not None else label("register.gone")


def register_url(_register_id: int) -> str:
    """The page on which registers and their proofs are."""
    return "/documents/registers"


def may_read_register(actor: Actor, register_id: int) -> bool:
    """True for those who see the registers of the agency."""
    register = db.session().get(Register, register_id)
    return register is not None and register.org_id in actor.org_ids and actor.holds(READ_REGISTER)


def numbers_url(_id: int) -> str:
    """The page of numbers that are held or asked for."""
    return "/documents/numbers"


def request_title(request_id: int) -> str:
    """What was asked of a register, in words."""
    found = db.session().get(NumberRequest, request_id)
    return words_of_request(found) if found is not None else label("register.gone")


def hold_title(hold_id: int) -> str:
    """The register and the reason of numbers that are held."""
    found = db.session().get(NumberHold, hold_id)
    return (
        f"{register_title(found.register_id)}: {found.reason}"
        if found is not None
        else label("register.gone")
    )


def may_read_request(actor: Actor, request_id: int) -> bool:
    """True for whoever asked, and for those who see the registers."""
    found = db.session().get(NumberRequest, request_id)
    if found is None or found.org_id not in actor.org_ids:
        return False
    return actor.holds(READ_REGISTER) or found.asked_by_id in (actor.id, actor.acting_for)


def may_read_hold(actor: Actor, hold_id: int) -> bool:
    """True for whoever holds the numbers, and for those who see the registers."""
    found = db.session().get(NumberHold, hold_id)
    if found is None or found.org_id not in actor.org_ids:
        return False
    return actor.holds(READ_REGISTER) or found.holder_id in (actor.id, actor.acting_for)


def words_of_request(asked: NumberRequest) -> str:
    """What was asked of a register, in words."""
    number = asked.entry.shown if asked.entry is not None else ""
    words = label(f"register.asked.{asked.asked.value}", count=asked.count, number=number, year=asked.year)
    return f"{words}, {asked.register.name}"
