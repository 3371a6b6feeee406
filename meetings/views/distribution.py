"""Papers of a meeting handed out: dropped and placed, who may read them, published, listed."""

import io
from typing import Any, cast

from flask import Blueprint, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.errors import DomainError, Invalid
from intranet.core.headers import FILE_POLICY
from intranet.core.labels import label
from intranet.core.web import me, needs, sentence
from intranet.people import directory
from intranet.people.models import User
from intranet.records import media, scans
from meetings.models.meeting import Meeting
from meetings.models.paper import PaperRule
from meetings.permissions import ATTEND, To, access_meeting
from meetings.rules.paper_access import DOWNLOAD, PRINT, ROLES
from meetings.rules.paper_changes import MB, MOST_BYTES
from meetings.services import (
    copies,
    distributing,
    earlier,
    listing,
    originals,
    paper_rights,
    papers,
    placing,
    publishing,
)
from meetings.services.placing import Dropped

bp = Blueprint("meetings_papers", __name__, url_prefix="/meetings/<int:mid>/papers")


def _user() -> User:
    return cast(User, me())


@bp.get("")
@needs(ATTEND)
def index(mid: int) -> ResponseReturnValue:
    """All papers with their places and rights, and what publishing them would tell."""
    return _page(access_meeting(_user(), mid, To.PLAN))


@bp.post("/drop")
@needs(ATTEND)
def drop(mid: int) -> ResponseReturnValue:
    """Take an upload in where its name says; asked again it tells how that stands."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    body = request.get_json(silent=True)
    staged = body.get("staged") if isinstance(body, dict) else None
    if not isinstance(staged, str):
        raise Invalid("command.payload", name="staged")
    found = placing.drop(_user(), mid, staged)
    return jsonify(ok=True, state=found.state, item=found.item_id, msg=_said(meeting, found))


@bp.post("/<string(length=32):public_id>/move")
@needs(ATTEND)
def move(mid: int, public_id: str) -> ResponseReturnValue:
    """Give a paper, or a file of the tray, to an item; ``item`` empty: to the whole meeting."""
    item_id = request.form.get("item", type=int)
    return _do(mid, lambda: placing.move_paper(_user(), mid, public_id, item_id))


@bp.post("/<string(length=32):public_id>/discard")
@needs(ATTEND)
def discard(mid: int, public_id: str) -> ResponseReturnValue:
    """Throw a file of the tray away."""
    return _do(mid, lambda: placing.throw_away(_user(), mid, public_id))


@bp.post("/<string(length=32):public_id>/convert")
@needs(ATTEND)
def convert(mid: int, public_id: str) -> ResponseReturnValue:
    """Have the PDF of a paper tried once more that could not be made."""
    return _do(mid, lambda: originals.convert_again(_user(), mid, public_id))


@bp.post("/refused/forget")
@needs(ATTEND)
def forget_refused(mid: int) -> ResponseReturnValue:
    """Take the reasons of refused files off the page."""
    return _do(mid, lambda: placing.forget_refused(_user(), mid))


@bp.route("/<string(length=32):public_id>/rights", methods=["GET", "POST"])
@needs(ATTEND)
def rights(mid: int, public_id: str) -> ResponseReturnValue:
    """Who may read, fetch and print a paper."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    paper = papers.paper_of(meeting, public_id)
    problem = None
    if request.method == "POST":
        is_few = request.form.get("who") == "few"
        try:
            if not is_few and _grants():
                # Whoever ticked readers believes the paper limited; it would be open to all.
                raise Invalid("paper.ticks_for_all", field="who")
            distributing.set_rights(
                _user(),
                mid,
                public_id,
                grants=_grants() if is_few else None,
                online_only="online_only" in request.form,
                is_marked="is_marked" in request.form,
            )
            return redirect(url_for(".index", mid=mid, _anchor=f"p-{public_id}"))
        except DomainError as refusal:
            if refusal.status in {403, 404}:
                raise
            problem = sentence(refusal)
    people = directory.people([part.user_id for part in meeting.participants])
    given, is_few, online_only, is_marked = _chosen(paper_rights.rules_of(mid).get(paper.id))
    shown = {
        "meeting": meeting,
        "paper": papers.paper_entry(paper, meeting),
        "is_few": is_few,
        "online_only": online_only,
        "is_marked": is_marked,
        "given": given,
        "named": {who.partition(":")[0] for who in given},
        "roles": ROLES,
        "units": _units_of(people.values()),
        "people": sorted(people.values(), key=lambda one: one.full_name.split()[-1]),
        "problem": problem,
    }
    return render_template("meetings/paper_rights.html", **shown), 422 if problem else 200


@bp.get("/<string(length=32):public_id>/read")
@needs(ATTEND)
def read(mid: int, public_id: str) -> ResponseReturnValue:
    """A paper, or a file of the tray, page by page, for whoever prepares the meeting."""
    meeting, paper = placing.paper_or_in_tray(_user(), mid, public_id)
    url = papers.url_of(paper)
    if url is None:
        return redirect(paper.url)
    return render_template(
        "meetings/paper.html", meeting=meeting, file=paper, title=papers.title_of(paper), url=url
    )


@bp.get("/<string(length=32):public_id>/versions/<int:no>")
@needs(ATTEND)
def version(mid: int, public_id: str, no: int) -> ResponseReturnValue:
    """A version of a paper page by page, an earlier one too: to be looked at, not written on."""
    shown = earlier.look_at(_user(), mid, public_id, no)
    now = url_for(".version", mid=mid, public_id=public_id, no=len(shown.versions))
    if listing.is_readable(shown.meeting):
        now = url_for("meetings_room.enter", mid=mid, _anchor=public_id)
    at = f"{clock.local(clock.now()):%H:%M %d/%m/%Y}"
    return render_template(
        "meetings/version.html",
        shown=shown,
        title=papers.title_of(shown.version.file),
        url=papers.url_of(shown.version.file),
        now_url=now,
        stamp=f"{_user().full_name}, {at}" if shown.is_marked else None,
    )


@bp.get("/<string(length=32):public_id>/print")
@needs(ATTEND)
def printed(mid: int, public_id: str) -> ResponseReturnValue:
    """A paper as it is to be printed; the browser shows it and prints it."""
    data, name = copies.printed(_user(), mid, public_id)
    return _pdf(data, name)


@bp.get("/list.pdf")
@needs(ATTEND)
def cover_list(mid: int) -> ResponseReturnValue:
    """The list of the papers, to be printed."""
    return _pdf(copies.cover_list(_user(), mid), f"Danh mục tài liệu {mid}.pdf")


@bp.post("/publish")
@needs(ATTEND)
def publish(mid: int) -> ResponseReturnValue:
    """Give out what lies on the table as the next issue."""
    return _do(mid, lambda: publishing.publish_papers(_user(), mid))


@bp.post("/seen")
@needs(ATTEND)
def seen(mid: int) -> ResponseReturnValue:
    """Nothing is new to me any more."""
    publishing.mark_all_seen(_user(), mid)
    return redirect(url_for("meetings.detail", mid=mid, _anchor="agenda"))


def _page(meeting: Meeting, problem: str | None = None) -> ResponseReturnValue:
    user = _user()
    files = papers.for_reader(user, meeting)
    found = [entry for listed in files.values() for entry in listed]
    draft = publishing.draft_of(meeting)
    heavy = ", ".join(f"{name} ({_mb(size)})" for name, size in draft.heavy)
    most = MOST_BYTES // MB
    shown: dict[str, Any] = {
        "meeting": meeting,
        "files": files,
        "draft": draft,
        "mb": _mb,
        "heavy_names": heavy,
        "locked_words": label(f"error.{draft.locked}", most=most, names=heavy) if draft.locked else "",
        "originals": originals.of_papers([one["id"] for one in found]),
        "acting": {
            rev: ", ".join(label(f"file.acting.{part}") for part in parts)
            for rev, parts in papers.acting([one["rev"] for one in found]).items()
        },
        "scans": scans.of([one["rev"] for one in found]),
        "count": len(found),
        "readers": _readers(one["rule"] for one in found),
        "problem": problem,
    }
    return render_template("meetings/papers.html", **shown), 422 if problem else 200


def _pdf(data: bytes, name: str) -> ResponseReturnValue:
    response = send_file(io.BytesIO(data), mimetype=media.PDF, download_name=name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _mb(size: int) -> str:
    """A number of bytes as an official reads it."""
    tenths = max(1, round(size / MB * 10))
    return f"{tenths // 10},{tenths % 10} MB".replace(",0", "")


def _do(mid: int, act: Any) -> ResponseReturnValue:
    """Run a service; a refusal becomes a sentence on the page from which it was asked."""
    back = url_for(".index", mid=mid) if request.form.get("back") == "papers" else None
    try:
        act()
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        return _page(access_meeting(_user(), mid, To.PLAN), sentence(refusal))
    return redirect(back or url_for("meetings.detail", mid=mid, _anchor="agenda"))


def _grants() -> list[dict[str, Any]]:
    """What the form says, row by row; whoever may fetch or print may read."""
    can = {name: set(request.form.getlist(name)) for name in ("read", DOWNLOAD, PRINT)}
    named = sorted(set().union(*can.values()))
    return [{"who": who, "can": [name for name in (DOWNLOAD, PRINT) if who in can[name]]} for who in named]


def _chosen(rule: PaperRule | None) -> tuple[dict[str, list[str]], bool, bool, bool]:
    """What the form shows: what was just sent and refused, else what holds."""
    if request.method == "POST":
        given = {one["who"]: one["can"] for one in _grants()}
        is_few = request.form.get("who") == "few"
        return given, is_few, "online_only" in request.form, "is_marked" in request.form
    if rule is None:
        return {}, False, False, False
    given = {one["who"]: one["can"] for one in rule.grants}
    return given, rule.is_restricted, rule.online_only, rule.is_marked


def _units_of(people: Any) -> list[Any]:
    """The units from which people take part, by name."""
    ids = {key for one in people for key in one.unit_ids}
    return sorted(directory.units(ids).values(), key=lambda one: one.name)


def _readers(rules: Any) -> dict[int, str]:
    """For each paper for few, by file, whom it is for, in words."""
    found = [rule for rule in rules if rule is not None and rule.is_restricted]
    return {rule.file_id: ", ".join(_names(rule)) for rule in found}


def _names(rule: PaperRule) -> list[str]:
    keys = [one["who"].partition(":") for one in rule.grants]
    people = directory.people([int(key) for kind, _, key in keys if kind == "user"])
    units = directory.units([int(key) for kind, _, key in keys if kind == "unit"])
    named = {
        "role": lambda key: label(f"meeting.role.{key}").lower(),
        "user": lambda key: people[int(key)].full_name if int(key) in people else "",
        "unit": lambda key: units[int(key)].name if int(key) in units else "",
    }
    return [name for kind, _, key in keys if (name := named[kind](key))]


def _said(meeting: Meeting, found: Dropped) -> str:
    """How a dropped file stands, in words."""
    if found.state == "refused":
        return label(f"error.{found.problem}", **{"name": found.name, **(found.data or {})})
    places = {item.id: (no, item.title) for no, item in enumerate(meeting.agenda, 1)}
    if found.state == "placed" and found.item_id in places:
        no, title = places[found.item_id]
        said = label("papers.dropped.item", no=no, title=title)
    else:
        said = label("papers.dropped.common" if found.state == "placed" else f"papers.dropped.{found.state}")
    return f"{said}. {label(f'error.{found.problem}')}" if found.problem else said
