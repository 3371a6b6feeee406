"""What every page shares: who may come in, who is there, and what a refusal looks like.

Deny by default: a route declares ``@needs``, ``@signed_in`` or ``@public``; the application does not start
while one has declared nothing.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from intranet.core import db, permits
from intranet.core.actor import Actor
from intranet.core.config import Settings
from intranet.core.errors import DomainError, Forbidden, Unauthenticated
from intranet.core.labels import has_label, label

log = logging.getLogger("intranet.web")
View = TypeVar("View", bound=Callable[..., Any])
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True)
class Access:
    """What a route asks of whoever comes."""

    rule: str
    permit: str | None = None
    why: str | None = None

    def __str__(self) -> str:
        return f"{self.rule} {self.permit or self.why or ''}".strip()


class UndeclaredAccess(Exception):
    """A route says nothing about who may use it; the application refuses to start."""


def needs(permit: str) -> Callable[[View], View]:
    """Declare that a route asks for a signed-in person one of whose roles carries the permit."""
    return _declare(Access("needs", permit=permit))


def signed_in(view: View) -> View:
    """Declare that a route is for everybody who is signed in; the services decide the rest."""
    return _declare(Access("signed_in"))(view)


def public(why: str) -> Callable[[View], View]:
    """Declare that a route is open to anybody, and why."""
    return _declare(Access("public", why=why))


def access_of(view: Callable[..., Any]) -> Access | None:
    """What a view declared."""
    return getattr(view, "office_access", None)


def require_declared(app: Flask) -> None:
    """Refuse to start with an undeclared route or an unknown permit.

    :raises UndeclaredAccess: naming each.
    """
    faults = []
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access is None:
            faults.append(f"{rule.endpoint} declares no access")
        elif access.permit is not None and not permits.exists(access.permit):
            faults.append(f"{rule.endpoint} needs the unknown permit {access.permit}")
    if faults:
        raise UndeclaredAccess("; ".join(sorted(set(faults))))


def me() -> Actor:
    """Whoever is signed in, the object itself.

    :raises Unauthenticated: nobody is.
    """
    actor = present_actor()
    if actor is None:
        raise Unauthenticated("auth.sign_in_first")
    return actor


def present_actor() -> Actor | None:
    """Whoever is signed in, ``None`` for nobody."""
    loader: Callable[[], Actor | None] = current_app.extensions["office_actor"]
    return loader()


def request_id() -> str:
    """The id under which this request is found in the log."""
    return str(g.get("request_id", "-"))


def install(app: Flask, load_actor: Callable[[], Actor | None]) -> None:
    """Make the application ask for declarations, open a scope per request and explain refusals."""
    app.extensions["office_actor"] = load_actor
    app.view_functions["static"] = public("assets")(app.view_functions["static"])
    app.before_request(_open_scope)
    app.before_request(_guard)
    app.after_request(_log_request)
    app.teardown_request(_close_scope)
    app.register_error_handler(DomainError, _explain)
    app.register_error_handler(HTTPException, _explain_http)
    app.register_error_handler(Exception, _explain_failure)


def wants_json() -> bool:
    """True when the asker is a program, or a script of ours that reads JSON."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and "text/html" not in (request.headers.get("Accept") or "")


def refusal_json(refusal: DomainError) -> dict[str, Any]:
    """A refusal as the machines' answer: ``ok``, ``err``, ``code``, ``msg`` and the data."""
    return {
        "ok": False,
        "err": refusal.kind,
        "code": refusal.code,
        "msg": sentence(refusal),
        "data": dict(refusal.data),
    }


def sentence(refusal: DomainError) -> str:
    """The Vietnamese sentence of a refusal: what happened and what to do."""
    return label(f"error.{refusal.code}", **refusal.data)


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.office_access = access  # type: ignore[attr-defined]  # read back by access_of
        return view

    return mark


def _open_scope() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.started = time.perf_counter()
    g.scope = db.scope()
    g.scope.__enter__()


def _close_scope(_problem: BaseException | None) -> None:
    opened = g.pop("scope", None)
    if opened is not None:
        opened.__exit__(None, None, None)


def _guard() -> ResponseReturnValue | None:
    if request.url_rule is None:
        return None
    _check_origin()
    access = access_of(current_app.view_functions[request.url_rule.endpoint])
    if access is None:
        raise UndeclaredAccess(request.url_rule.endpoint)
    actor = None if access.rule == "public" and request.endpoint == "static" else present_actor()
    if actor is not None:
        db.set_agencies(actor.org_ids)
    if access.rule == "public":
        return None
    if actor is None:
        if request.method == "GET" and not wants_json() and "HX-Request" not in request.headers:
            return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")))
        raise Unauthenticated("auth.sign_in_first")
    if access.permit is not None and not actor.holds(access.permit):
        raise Forbidden("auth.no_permit")
    return None


def _check_origin() -> None:
    """An unsafe request comes from our own pages: Origin, else Referer, and Sec-Fetch-Site agree."""
    if request.method not in _UNSAFE:
        return
    settings: Settings = current_app.config["SETTINGS"]
    origin = request.headers.get("Origin")
    if origin is None:
        referer = urlsplit(request.headers.get("Referer", ""))
        origin = f"{referer.scheme}://{referer.netloc}" if referer.netloc else None
    is_foreign = origin is not None and origin not in settings.origins
    if is_foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden("auth.foreign_origin")


def _log_request(response: Response) -> Response:
    actor_id = g.get("actor_id")
    log.info(
        "request",
        extra={
            "rule": str(request.url_rule) if request.url_rule else None,
            "method": request.method,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
            "actor": actor_id,
        },
    )
    response.headers["X-Request-Id"] = request_id()
    return response


def _explain(refusal: DomainError) -> ResponseReturnValue:
    if wants_json():
        return jsonify(refusal_json(refusal) | {"request": request_id()}), refusal.status
    return _page(refusal.status, sentence(refusal)), refusal.status


def _explain_http(problem: HTTPException) -> ResponseReturnValue:
    if isinstance(problem.response, Response):
        return problem.response
    if isinstance(problem, SecurityError):
        # A foreign host name: there is no address to build a page's links from.
        return Response(label("error.http.400"), 400, mimetype="text/plain")
    status = problem.code or 500
    code = f"http.{status}"
    words = label(f"error.{code}" if has_label(f"error.{code}") else "error.http.other")
    if wants_json():
        kind = {401: "unauth", 403: "forbidden", 404: "not_found", 413: "too_big", 429: "rate"}.get(
            status, "invalid"
        )
        return jsonify(ok=False, err=kind, code=code, msg=words, request=request_id()), status
    return _page(status, words), status


def _explain_failure(problem: Exception) -> ResponseReturnValue:
    if current_app.testing and not isinstance(problem, DomainError):
        raise problem
    log.exception("request failed", extra={"rule": str(request.url_rule)})
    words = label("error.http.500")
    if wants_json():
        return jsonify(ok=False, err="retry", code="http.500", msg=words, request=request_id()), 500
    return _page(500, words), 500


def _page(status: int, words: str) -> str:
    return render_template("errors/error.html", status=status, sentence=words, request_id=request_id())
