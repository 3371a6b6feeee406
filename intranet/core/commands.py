"""What a room may be asked: one table of commands, whatever carried the ask.

A command's payload is a dataclass: unknown fields and wrong types are refused before anything runs. A
repeated ``cid`` that succeeded gets the first answer again; a refusal changed nothing and is judged anew.
"""

import dataclasses
import logging
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from intranet.core.actor import Actor
from intranet.core.errors import DomainError, Forbidden, Invalid, NotFound, Unavailable
from intranet.core.once import done_once
from intranet.core.web import refusal_json

log = logging.getLogger("intranet.commands")

Answer = dict[str, Any]
Frame = Mapping[str, Any]
Run = Callable[[Actor, Any], Answer]
F = TypeVar("F", bound=Callable[..., Answer])
_MAX_CID = 64


@dataclass(frozen=True)
class Command:
    """One thing that may be asked."""

    name: str
    payload: type
    permit: str
    run: Run


_commands: dict[str, Command] = {}


def command(name: str, *, needs: str) -> Callable[[F], F]:
    """Declare a command: ``run(actor, payload)``, the payload's dataclass read from the annotation."""

    def register(function: F) -> F:
        hints = [kind for key, kind in get_type_hints(function).items() if key != "return"]
        _commands[name] = Command(name, hints[1], needs, function)
        return function

    return register


def declared() -> dict[str, Command]:
    """All commands, for the structure tests."""
    return dict(_commands)


def run(actor: Actor, frame: Any) -> Answer:
    """Do what the frame ``{cid, t, d}`` asks and answer ``{k: "ack", cid, ok, ...}``; never raises."""
    cid = frame.get("cid") if isinstance(frame, Mapping) else None
    try:
        name, payload, cid = _read(actor, frame)
        answer = done_once(actor, f"cid:{cid}", frame, lambda: _commands[name].run(actor, payload))
        return {"k": "ack", "cid": cid, "ok": True, **answer}
    except DomainError as refusal:
        if isinstance(cid, str) and not isinstance(refusal, Unavailable):
            log.info("refused", extra={"code": refusal.code, "actor": actor.id})
        return {"k": "ack", "cid": cid, **refusal_json(refusal)}
    except Exception:
        log.exception("command failed")
        return {"k": "ack", "cid": cid, **refusal_json(Unavailable("http.500"))}


def parse(kind: type, given: Any) -> Any:
    """Make the dataclass ``kind`` of a JSON object.

    :raises Invalid: ``command.payload``, naming the first field that is wrong, missing or unknown.
    """
    if not isinstance(given, Mapping):
        raise Invalid("command.payload", name="d")
    hints = get_type_hints(kind)
    unknown = set(given) - set(hints)
    if unknown:
        raise Invalid("command.payload", name=str(sorted(map(str, unknown))[0]))
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        if field.name in given:
            values[field.name] = _value(field.name, hints[field.name], given[field.name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Invalid("command.payload", name=field.name)
    return kind(**values)


def _read(actor: Actor, frame: Any) -> tuple[str, Any, str]:
    if not isinstance(frame, Mapping):
        raise Invalid("command.payload", name="cmd")
    cid = frame.get("cid")
    if not isinstance(cid, str) or not 8 <= len(cid) <= _MAX_CID:
        raise Invalid("command.payload", name="cid")
    found = _commands.get(str(frame.get("t")))
    if found is None:
        raise NotFound("command.unknown")
    if not actor.holds(found.permit):
        raise Forbidden("auth.no_permit")
    return found.name, parse(found.payload, frame.get("d")), cid


def _value(name: str, kind: Any, given: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if given is None and type(None) in args:
            return None
        return _value(name, next(arg for arg in args if arg is not type(None)), given)
    if origin in (list, tuple):
        if not isinstance(given, list) or len(given) > 1000:
            raise Invalid("command.payload", name=name)
        items = [_value(name, args[0], item) for item in given]
        return items if origin is list else tuple(items)
    if origin is typing.Literal:
        if given not in args:
            raise Invalid("command.payload", name=name)
        return given
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return parse(kind, given)
    if kind is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    if kind is Any:
        return given
    if not isinstance(given, kind) or (kind is int and isinstance(given, bool)):
        raise Invalid("command.payload", name=name)
    return given
