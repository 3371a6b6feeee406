"""One document taken along whole: its data, files, history and lines of the register, with checksums."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from documents.models.document import Document, DocumentLink
from documents.models.register import LedgerEvent
from documents.permissions import To, access_document
from documents.services import about, history, packaging, watching
from documents.services.chaining import payload_of
from intranet.auditing.permissions import READ_PLACE
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import NotFound
from intranet.core.labels import has_label, label
from intranet.exports import services as exports
from intranet.records import audit, files, store
from intranet.records.names import clean_name
from intranet.records.package import Package
from intranet.records.tables import Format, Progress

#: Under this name the ground floor asks for it.
KIND = "document.package"


def ask(actor: Actor, document_id: int) -> int:
    """Have the document packed; returns the number of the file to come.

    :raises NotFound: ``document.missing``.
    :raises BadState: ``export.too_many``.
    """
    with db.unit_of_work():
        document = _own(actor, document_id)
        audit.record(actor, "document.packed", document)
        name = clean_name(document.code.replace("/", "-")) if document.code else str(document.id)
        title = label("package.one_title", name=name)
        return exports.ask(actor, KIND, {"document": document.id}, Format.ZIP, title)


def pack(actor: Actor, asked: dict[str, Any], progress: Progress) -> Path:
    """Write the package (``exports``); the caller takes the file over.

    :raises NotFound: ``document.missing``.
    """
    document = _own(actor, int(asked["document"]))
    watching.note_taken(actor, watching.EXPORTED, [document.id], "package")
    path = store.folder("tmp") / f"package-{secrets.token_hex(16)}"
    try:
        with path.open("xb") as into:
            package = Package(into)
            facts = _write(package, actor, document, progress)
            head = packaging.head_of(document.org_id, actor) | facts
            named = label("package.scope.one", name=document.code or document.id)
            package.close(head | {"scope": named}, "package.read_me_one")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _own(actor: Actor, document_id: int) -> Document:
    """A document of the actor's own agency; that of another behind a task is not taken along."""
    document = access_document(actor, document_id, To.READ)
    if document.org_id not in actor.org_ids:
        raise NotFound("document.missing")
    return document


def _write(package: Package, actor: Actor, document: Document, progress: Progress) -> dict[str, Any]:
    columns = Document.__table__.columns
    row = db.session().execute(select(*columns).where(columns.id == document.id)).one()
    package.add_lines("van-ban/van-ban.jsonl", [dict(row._mapping)])
    known = about.about(actor, document)
    heads = [label(f"package.history.{name}") for name in ("at", "act", "by", "told", "reason")]
    package.add_csv("van-ban/lich-su.csv", heads, _history(document))
    package.add_lines(
        "van-ban/lich-su.jsonl",
        (audit.plain(line, with_place=actor.holds(READ_PLACE)) for line, _ in history.whole(document)),
    )
    package.add_lines(
        "van-ban/y-kien-chi-dao.jsonl",
        (
            {"at": one.created_at, "by": one.author.full_name, "text": one.text, "due": one.due_date}
            for one in known.directives
        ),
    )
    shown = {one.link_id for one in known.related}
    links = db.session().scalars(select(DocumentLink).where(DocumentLink.id.in_(shown)))
    package.add_lines(
        "van-ban/lien-quan.jsonl",
        ({"from": one.from_id, "to": one.to_id, "relation": one.relation.value} for one in links),
    )
    lines = list(_ledger(document))
    package.add_lines("so/nhat-ky-dong-so.jsonl", lines)
    progress(0.3)
    count, index = 0, []
    for place, file in enumerate(known.files, 1):
        if "download" not in files.rights(actor, file):
            continue
        name = f"van-ban/tep/{place:02d}-{clean_name(file.name)}"
        if packaging.add_file(package, name, file):
            index.append({"document": document.id, "file": name, "role": file.role, "sha256": file.sha256})
            count += 1
        progress(0.3 + 0.7 * place / len(known.files))
    package.add_lines("van-ban/tep.jsonl", index)
    return {"lines": len(lines), "documents": 1, "attachments": count}


def _history(document: Document) -> Iterator[tuple[str, ...]]:
    """The log in words, oldest first."""
    for line, part in history.whole(document):
        who = part.people.get(line.actor_id or 0)
        yield (
            f"{clock.local(line.at):%d/%m/%Y %H:%M:%S}",
            label(f"act.{line.act}") if has_label(f"act.{line.act}") else line.act,
            who.full_name if who is not None else label("document.by_system"),
            "; ".join(part.told(line)),
            line.reason or "",
        )


def _ledger(document: Document) -> Iterator[dict[str, Any]]:
    """What was done to the document's line in its register, link by link of the chain."""
    query = select(LedgerEvent).where(LedgerEvent.entry_id == document.register_entry_id)
    for event in db.session().scalars(query.order_by(LedgerEvent.id)):
        yield {"prev_hash": event.prev_hash, "hash": event.hash, "event": payload_of(event)}
