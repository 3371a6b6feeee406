"""What every page shares: who may come in, who is there, and what a refusal looks like.

Deny by default: a route declares ``@needs``, ``@signed_in`` or ``@public``; the application does not start
while one has declared nothing.
"""

import dataclasses
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    Request,
    Response,
    current_app,
    g,
    has_app_context,
    has_request_context,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, MapAdapter

from intranet.core import db, permits, refs
from intranet.core.actor import Actor
from intranet.core.config import Settings
from intranet.core.devices import device_words
from intranet.core.errors import DomainError, Forbidden, Unauthenticated, Unavailable
from intranet.core.labels import has_label, label

log = logging.getLogger("intranet.web")
View = TypeVar("View", bound=Callable[..., Any])
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_LARGEST_ID = 2**31 - 1
_ADAPTER = "office.addresses"
_ARGUMENT = re.compile(r"<\w+>")
#: Seconds after which whoever was told "busy" may ask again.
_RETRY_SECONDS = 5
#: Kinds of refusal for machines, by status.
_KINDS = {401: "unauth", 403: "forbidden", 404: "not_found", 413: "too_big", 429: "rate"}


@dataclass(frozen=True)
class Access:
    """What a route asks of whoever comes."""

    rule: str
    permit: str | None = None
    why: str | None = None
    #: Whoever is bound to one record may come too where this is it ("meeting:<mid>"); see :func:`within`.
    within: str | None = None

    def __str__(self) -> str:
        bound = f" within {self.within}" if self.within else ""
        return f"{self.rule} {self.permit or self.why or ''}".strip() + bound


class RecordId(IntegerConverter):
    """``<int:...>`` in a route: a number that a key can be; a larger one is no address of ours."""

    def __init__(self, map: Map, *args: Any, **kw: Any) -> None:
        super().__init__(map, *args, **kw)
        self.max = _LARGEST_ID if self.max is None else self.max


class OfficeApp(Flask):
    """Flask, which looks once at the address of each connection."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What addresses are read and made by; the events of a socket share its environment."""
        if request is None:
            return super().create_url_adapter(request)
        kept: MapAdapter | None = request.environ.get(_ADAPTER)
        if kept is None:
            kept = request.environ[_ADAPTER] = super().create_url_adapter(request)
        return kept


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


def within(record: str) -> Callable[[View], View]:
    """Let a session that is bound to one record come to this route too; stands above what the route asks.

    :param record: ``meeting:<mid>``, the record as the address names it; ``*``, the view asks by itself
        whether what it serves belongs to the record (:func:`refs.may_read`).
    """

    def mark(view: View) -> View:
        asked = access_of(view)
        if asked is None:
            raise UndeclaredAccess(view.__name__)
        view.office_access = dataclasses.replace(asked, within=record)  # type: ignore[attr-defined]
        return view

    return mark


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


def present_person() -> int | None:
    """The id of whoever may hold a socket, ``None`` for nobody; each event asks anew what they may do."""
    loader: Callable[[], int | None] = current_app.extensions["office_person"]
    return loader()


def request_id() -> str:
    """The id under which this request is found in the log."""
    return str(g.get("request_id", "-"))


def came_from() -> tuple[str | None, str | None]:
    """The address from which this request comes, and its browser and system in words, where they are told."""
    if not has_request_context():
        return None, None
    device = ", ".join(filter(None, device_words(request.user_agent.string or "")))
    return (request.remote_addr or "")[:45] or None, device or None


def install(
    app: Flask, load_actor: Callable[[], Actor | None], load_person: Callable[[], int | None]
) -> None:
    """Make the application ask for declarations, open a scope per request and explain refusals."""
    app.extensions["office_actor"], app.extensions["office_person"] = load_actor, load_person
    app.url_map.converters["int"] = RecordId
    app.log_exception = _log_failure  # type: ignore[method-assign]  # Flask's own writes the address
    proxies = app.config["SETTINGS"].trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
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
    code = f"error.{refusal.code}"
    if has_label(code) or (has_app_context() and current_app.testing):
        return label(code, **refusal.data)
    log.error("a refusal has no words", extra={"code": refusal.code})
    return label("error.http.other")


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.office_access = access  # type: ignore[attr-defined]  # read back by access_of
        return view

    return mark


def _open_scope() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    # Only a proxy of ours may name a request; anybody else could make two look like one.
    given = request.headers.get("X-Request-Id", "") if settings.trusted_proxies else ""
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
    if "\0" in request.path or b"%00" in request.query_string:
        raise BadRequest  # no word of ours has it, and PostgreSQL takes none
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
        if _is_page_asked():
            return redirect(_sign_in_from(request.full_path))
        raise Unauthenticated("auth.sign_in_first")
    if actor.only is not None and not _is_within(access, actor.only):
        home = refs.home_of(actor.only)
        if home is not None and _is_page_asked():
            return redirect(home)
        raise Forbidden("session.bound")
    if access.permit is not None and not actor.holds(access.permit):
        raise Forbidden("auth.no_permit")
    return None


def _is_page_asked() -> bool:
    """True for a whole page that somebody opens."""
    return request.method in {"GET", "HEAD"} and not wants_json() and "HX-Request" not in request.headers


def _is_within(access: Access, only: str) -> bool:
    """True where a session bound to one record may come: the address names that record, or the view asks."""
    if access.within is None or access.within == "*":
        return access.within is not None
    given = {f"<{name}>": str(value) for name, value in (request.view_args or {}).items()}
    return _ARGUMENT.sub(lambda found: given.get(found.group(), ""), access.within) == only


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


def _sign_in_from(path: str) -> str:
    return url_for("people.sign_in", next=path.rstrip("?"))


def _log_request(response: Response) -> Response:
    log.info(
        "request",
        extra={
            "rule": str(request.url_rule) if request.url_rule else None,
            "method": request.method,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
            "actor": g.get("actor_id"),
        },
    )
    response.headers["X-Request-Id"] = request_id()
    return response


def _log_failure(exc_info: Any) -> None:
    rule = str(request.url_rule) if request.url_rule else None
    log.error("request failed", exc_info=exc_info, extra={"rule": rule})


def _explain(refusal: DomainError) -> Response:
    response = _refuse(refusal.status, refusal.kind, refusal.code, sentence(refusal), refusal.data)
    if isinstance(refusal, Unauthenticated) and "HX-Request" in request.headers:
        # A fragment cannot show the sign-in page; the page that asked for it is where one comes back to.
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        response.headers["HX-Redirect"] = _sign_in_from(f"{here.path or '/'}?{here.query}")
    if refusal.status in {429, 503}:
        response.headers["Retry-After"] = str(int(refusal.data.get("wait", _RETRY_SECONDS)))
    return response


def _explain_http(problem: HTTPException) -> Response:
    if isinstance(problem.response, Response):
        return problem.response
    if isinstance(problem, SecurityError):
        # A foreign host name: there is no address to build a page's links from.
        return Response(label("error.http.400"), 400, mimetype="text/plain")
    status = problem.code or 500
    code = "auth.csrf" if isinstance(problem, CSRFError) else f"http.{status}"
    words = label(f"error.{code}" if has_label(f"error.{code}") else "error.http.other")
    response = _refuse(status, _KINDS.get(status, "retry" if status >= 500 else "invalid"), code, words)
    for name, value in problem.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            response.headers.add(name, value)  # such as Allow and Content-Range
    return response


def _explain_failure(problem: Exception) -> Response:
    if isinstance(problem, DataError | OverflowError):
        log.warning("a value that no column takes", exc_info=True, extra={"rule": str(request.url_rule)})
        return _explain_http(BadRequest())
    if isinstance(problem, PoolIsEmpty):
        log.error("no connection was free", extra={"rule": str(request.url_rule)})
        return _explain(Unavailable("database.busy"))
    if current_app.testing:
        raise problem
    log.exception("request failed", extra={"rule": str(request.url_rule)})
    return _refuse(500, "retry", "http.500", label("error.http.500"))


def _refuse(status: int, kind: str, code: str, words: str, data: Any = None) -> Response:
    if wants_json():
        told = {"ok": False, "err": kind, "code": code, "msg": words, "data": dict(data or {})}
        response = jsonify(told | {"request": request_id()})
    else:
        response = make_response(_page(status, words))
    response.status_code = status
    return response


def _page(status: int, words: str) -> str | Response:
    try:
        return render_template("errors/error.html", status=status, sentence=words, request_id=request_id())
    except Exception:
        if current_app.testing:
            raise
        log.exception("the page of an error failed")
        return Response(f"{words}\n{request_id()}\n", status, mimetype="text/plain")
