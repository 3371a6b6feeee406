"""What the official's desk, the menu and the search box show of documents."""

from typing import Any
from urllib.parse import urlencode

from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.permissions import DIRECT, DRAFT, PRESENT, READ, REGISTER
from documents.services import capturing, directing, hits, lending, listing, restricting, searching, watching
from documents.services.listing import waits_for
from documents.services.titles import name_of, url_of
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices import digest
from intranet.tasks.permissions import person_of

_SHOWN = 5
#: The most that the search page shows of documents.
_FOUND = 20


def intake_count(actor: Actor) -> int:
    """Received documents that wait to be registered."""
    return capturing.waiting_count(actor)


def to_present_count(actor: Actor) -> int:
    """Registered documents that wait to be put before a leader, for those who do it."""
    if not actor.holds(PRESENT):
        return 0
    return listing.count(actor, Document.direction == Direction.IN, Document.state == DocState.REGISTERED)


def inbox_count(actor: Actor) -> int:
    """Documents that wait for the actor's direction."""
    return directing.waiting_count(actor, listing.MOST_COUNTED)


def signing_count(actor: Actor) -> int:
    """Drafts that wait for the actor's signature."""
    person = person_of(actor).standing
    return listing.count(
        actor,
        Document.direction == Direction.OUT,
        Document.state == DocState.TO_SIGN,
        Document.signer_id == person.id,
    )


def drafts_count(actor: Actor) -> int:
    """Drafts that cannot go on without the actor."""
    return listing.count(actor, Document.direction == Direction.OUT, waits_for(actor))


def review_count(actor: Actor) -> int:
    """Drafts of others that wait for the actor's review, by the unit or of the layout."""
    if not actor.holds(READ):
        return 0
    reviewed = Document.state.in_((DocState.UNIT_REVIEW, DocState.LAYOUT_REVIEW))
    return listing.count(actor, Document.direction == Direction.OUT, reviewed, waits_for(actor))


def outgoing_count(actor: Actor) -> int:
    """Signed documents that wait for number, seal or receivers."""
    return listing.count(
        actor,
        Document.direction == Direction.OUT,
        Document.state.in_((DocState.SIGNED, DocState.NUMBERED, DocState.SEALED)),
    )


def incoming_panel(actor: Actor) -> dict[str, Any] | None:
    """The card of what comes in: for the clerk what to register, for the leader what to direct."""
    if actor.holds(DIRECT):
        rows = directing.waiting_for(actor, _SHOWN)
        return _panel("inbox", rows, inbox_count(actor), "/documents/inbox", 5) if rows else None
    if actor.holds(REGISTER):
        received = capturing.received(actor, _SHOWN)
        url = "/documents/incoming/intake"
        return _panel("intake", received, intake_count(actor), url, 5) if received else None
    return None


def to_present_panel(actor: Actor) -> dict[str, Any] | None:
    """The card of registered documents that nobody has put before a leader."""
    if not actor.holds(PRESENT):
        return None
    rows = listing.in_state(actor, Direction.IN, DocState.REGISTERED, limit=_SHOWN)
    url = "/documents/incoming?tab=to_present"
    return _panel("to_present", rows, to_present_count(actor), url, 8) if rows else None


def drafts_panel(actor: Actor) -> dict[str, Any] | None:
    """The card of drafts that cannot go on without the actor."""
    if not actor.holds(READ):
        return None
    rows = listing.drafts(actor, "waiting", _SHOWN)
    return _panel("drafts", rows, drafts_count(actor), "/documents/drafts", 12) if rows else None


def asked_panel(actor: Actor) -> dict[str, Any] | None:
    """The card of what others ask of the actor: a word on changed access, kept copies."""
    if not actor.holds(READ):
        return None
    waiting = {"access": restricting.waiting_count(actor), **lending.waiting_counts(actor)}
    urls = {"access": "/documents/access", "late": "/documents/copies?tab=late"}
    rows = [(code, n, urls.get(code, "/documents/copies?tab=open")) for code, n in waiting.items() if n]
    context = {"rows": rows, "count": sum(waiting.values())}
    return (
        {"template": "documents/_asked.html", "order": 6, "side": True, "context": context} if rows else None
    )


def figures(actor: Actor) -> list[dict[str, Any]]:
    """Numbers that open their lists."""
    found: list[dict[str, Any]] = []
    if actor.holds(REGISTER):
        found.append(_figure("intake", intake_count(actor), "/documents/incoming/intake", 10))
        found.append(_figure("to_present", to_present_count(actor), "/documents/incoming?tab=to_present", 20))
        found.append(_figure("outgoing", outgoing_count(actor), "/documents/outgoing/desk", 30))
    elif actor.holds(DIRECT):
        found.append(_figure("inbox", inbox_count(actor), "/documents/inbox", 10))
        found.append(_figure("signing", signing_count(actor), "/documents/signing", 20))
    else:
        if actor.holds(PRESENT):
            waiting = to_present_count(actor)
            found.append(_figure("to_present", waiting, "/documents/incoming?tab=to_present", 20))
        if actor.holds(READ):
            found.append(_figure("drafts", drafts_count(actor), "/documents/drafts", 25))
    if actor.holds(DIRECT) or actor.holds(REGISTER):
        late = listing.counts(actor, Direction.IN, ("overdue",))["overdue"]
        found.append(_figure("overdue", late, "/documents/incoming?tab=overdue", 40, bad=late > 0))
    return found


def this_morning(actor: Actor) -> list[digest.Line]:
    """What the letter of the morning says of documents: how many wait where, no titles."""
    counted = []
    if actor.holds(DIRECT):
        counted = [("inbox", inbox_count(actor)), ("signing", signing_count(actor))]
    elif actor.holds(REGISTER):
        counted = [("to_present", to_present_count(actor)), ("outgoing", outgoing_count(actor))]
    counted.append(("review", review_count(actor)))
    return [digest.Line("waiting", label(f"digest.{name}", n=n), n) for name, n in counted if n]


def acts(actor: Actor) -> list[dict[str, Any]]:
    """What one most often begins."""
    if actor.holds(REGISTER):
        return [_act("register", "/documents/incoming/intake", "upload", 10)]
    if actor.holds(DIRECT):
        return [_act("direct", "/documents/inbox", "inbox", 10)]
    return [_act("draft", "/documents/drafts/new", "pencil", 40)] if actor.holds(DRAFT) else []


def found_for(actor: Actor, words: str) -> dict[str, Any] | None:
    """Documents that a few words name, for the search page."""
    if not actor.holds(READ):
        return None
    ids = searching.Search(actor, words).ids(_FOUND + 1)
    rows = hits.load(actor, ids)
    watching.note_later(actor, watching.FOUND, rows[:_FOUND])
    return {
        "label": label("menu.group.documents"),
        "order": 10,
        "rows": [
            {"title": name_of(row), "url": url_of(row.id), "note": _found_note(row)} for row in rows[:_FOUND]
        ],
        "more": len(rows) > _FOUND,
        "all": f"/documents/search?{urlencode({'q': words})}",
    }


def _found_note(document: Document) -> str:
    day = document.doc_date.strftime("%d/%m/%Y") if document.doc_date is not None else ""
    return ", ".join(one for one in (document.issuer_text, day) if one)


def _panel(code: str, rows: list[Document], count: int, url: str, order: int) -> dict[str, Any]:
    context = {"code": code, "rows": rows, "count": count, "url": url}
    return {"template": "documents/_panel.html", "order": order, "side": False, "context": context}


def _figure(code: str, count: int, url: str, order: int, *, bad: bool = False) -> dict[str, Any]:
    shown = count if count <= listing.MOST_COUNTED else f"{listing.MOST_COUNTED}+"
    return {
        "n": shown,
        "label": label(f"document.figure.{code}"),
        "note": "",
        "url": url,
        "bad": bad,
        "order": order,
    }


def _act(code: str, url: str, icon: str, order: int) -> dict[str, Any]:
    return {"label": label(f"document.act.{code}"), "url": url, "icon": icon, "order": order, "main": True}
