"""What a room may be asked: one table of commands, whatever carried the ask.

A command's payload is a dataclass: unknown fields and wrong types are refused before anything runs. A
repeated ``cid`` gets the first answer again, a refusal too; what was never judged, because the office was
busy or what came was no command, is judged when it comes again.
"""

import contextlib
import dataclasses
import logging
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from intranet.core import typed
from intranet.core.actor import Actor
from intranet.core.errors import DomainError, Forbidden, Invalid, NotFound, Unavailable
from intranet.core.once import done_once, keep_answer
from intranet.core.web import refusal_json

log = logging.getLogger("intranet.commands")

Answer = dict[str, Any]
Frame = Mapping[str, Any]
Run = Callable[[Actor, Any], Answer]
F = TypeVar("F", bound=Callable[..., Answer])
_MAX_CID = 64
_MOST_ITEMS = 1000
_LARGEST_INT = 2**63 - 1
_SIMPLE = frozenset({int, float, str, bool})
#: A nought byte and halves of characters, which no text of ours has.
_UNFIT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Command:
    """One thing that may be asked."""

    name: str
    payload: type
    permit: str
    run: Run
    #: Keep the answer for a repeated ``cid``; the act of one that keeps none knows itself what was done.
    keeps: bool = True


_commands: dict[str, Command] = {}


def command(name: str, *, needs: str, keeps: bool = True) -> Callable[[F], F]:
    """Declare a command: ``run(actor, payload)``, the payload's dataclass read from the annotation.

    :param keeps: ``False`` for what nothing may be kept of, not even a digest of what was asked: ballots.
    """

    def register(function: F) -> F:
        hints = [kind for key, kind in get_type_hints(function).items() if key != "return"]
        _commands[name] = Command(name, hints[1], needs, function, keeps)
        return function

    return register


def declared() -> dict[str, Command]:
    """All commands, for the structure tests."""
    return dict(_commands)


def run(actor: Actor, frame: Any) -> Answer:
    """Do what the frame ``{cid, t, d}`` asks and answer ``{k: "ack", cid, ok, ...}``; never raises."""
    cid = frame.get("cid") if isinstance(frame, Mapping) else None
    asked: Command | None = None
    try:
        name, payload, cid = _read(actor, frame)
        asked = _commands[name]
        answer: Answer
        if asked.keeps:
            answer = done_once(actor, f"cid:{cid}", frame, lambda: asked.run(actor, payload))
        else:
            answer = asked.run(actor, payload)
        return {"k": "ack", "cid": cid, "ok": True, **answer}
    except DomainError as refusal:
        if isinstance(cid, str) and not isinstance(refusal, Unavailable):
            log.info("refused", extra={"code": refusal.code, "actor": actor.id})
        refused = refusal_json(refusal)
        if asked is not None and asked.keeps and not isinstance(refusal, Unavailable):
            refused = _keep_refusal(actor, f"cid:{cid}", frame, refused)
        return {"k": "ack", "cid": cid, **refused}
    except Exception:
        log.exception("command failed")
        return {"k": "ack", "cid": cid, **refusal_json(Unavailable("http.500"))}


def _keep_refusal(actor: Actor, key: str, frame: Any, refused: Answer) -> Answer:
    """The refusal, kept for whoever asks the same again; what was refused changed nothing all the same."""
    try:
        answer: Answer = keep_answer(actor, key, frame, refused)
        return answer
    except Exception:
        # It stands as it was judged; should it be asked again, it is judged again.
        log.exception("refusal not kept")
        return refused


def parse(kind: type, given: Any) -> Any:
    """Make the dataclass ``kind`` of a JSON object.

    :raises Invalid: ``command.payload``, naming the first field that is wrong, missing or unknown.
    """
    if not isinstance(given, Mapping):
        raise Invalid("command.payload", name="d")
    hints, declared_fields = _declared(kind)
    unknown = set(given) - set(hints)
    if unknown:
        raise Invalid("command.payload", name=str(sorted(map(str, unknown))[0]))
    values: dict[str, Any] = {}
    for field in declared_fields:
        if field.name in given:
            values[field.name] = _value(field.name, hints[field.name], given[field.name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Invalid("command.payload", name=field.name)
    return kind(**values)


@lru_cache(maxsize=256)
def _declared(kind: type) -> tuple[dict[str, Any], tuple[dataclasses.Field[Any], ...]]:
    """The kinds of a dataclass's fields, and the fields."""
    return get_type_hints(kind), dataclasses.fields(kind)


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
    if type(given) is kind and kind in _SIMPLE and _fits(kind, given):
        if kind is str:
            typed.refuse(None, **{name: given})
        return given
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(name, args, given)
    if origin in (list, tuple):
        return _items(name, origin, args, given)
    if origin is typing.Literal:
        # By type too: True would pass for 1.
        if not any(given == arg and type(given) is type(arg) for arg in args):
            raise Invalid("command.payload", name=name)
        return given
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return parse(kind, given)
    if kind is Any:
        return given
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(given)
        except ValueError:
            raise Invalid("command.payload", name=name) from None
    if kind is float and isinstance(given, int) and not isinstance(given, bool):
        given = float(given) if abs(given) <= _LARGEST_INT else math.inf
    if not isinstance(given, origin or kind) or not _fits(kind, given):
        raise Invalid("command.payload", name=name)
    return given


def _one_of(name: str, kinds: tuple[Any, ...], given: Any) -> Any:
    """The value as the first of several kinds that takes it."""
    if given is None and type(None) in kinds:
        return None
    rest = [kind for kind in kinds if kind is not type(None)]
    for kind in rest[:-1]:
        with contextlib.suppress(Invalid):
            return _value(name, kind, given)
    return _value(name, rest[-1], given)


def _items(name: str, origin: type, args: tuple[Any, ...], given: Any) -> Any:
    if not isinstance(given, list) or len(given) > _MOST_ITEMS:
        raise Invalid("command.payload", name=name)
    if origin is list or args[-1] is Ellipsis:
        return origin(_value(name, args[0], item) for item in given)
    if len(given) != len(args):
        raise Invalid("command.payload", name=name)
    return tuple(_value(name, kind, item) for kind, item in zip(args, given, strict=True))


def _fits(kind: Any, given: Any) -> bool:
    """False for what JSON can carry and a database cannot take."""
    if kind is int:
        return not isinstance(given, bool) and abs(given) <= _LARGEST_INT
    if kind is float:
        return math.isfinite(given)
    if kind is str:
        return not _UNFIT.search(given)
    return True
