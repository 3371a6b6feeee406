"""Logs are JSON lines without personal data: keys and codes, never names, titles, words or addresses."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from flask import g, has_request_context

_HOUSE = "intranet"
_MOST_CAUSES = 5
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: instant, level, event, request id, and what ``extra`` adds."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        if has_request_context():
            line["request"] = g.get("request_id")
        line |= {key: value for key, value in vars(record).items() if key not in _PLAIN}
        if record.exc_info:
            line["trace"] = _trace(record)
        return json.dumps(line, ensure_ascii=False, default=str)


class _ToStandardError(logging.StreamHandler[Any]):
    """Writes to whatever standard error is at the moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Standard error."""
        return sys.stderr

    @stream.setter
    def stream(self, _stream: Any) -> None:
        raise AttributeError("standard error it is")


def start(level: int = logging.INFO) -> None:
    """Send all logs to standard error as JSON lines; doing it twice changes nothing.

    Of other packages only warnings are told, and of those the words without what was put into them.
    """
    house, root = logging.getLogger(_HOUSE), logging.getLogger()
    if any(isinstance(handler, _ToStandardError) for handler in house.handlers):
        return
    handler = _ToStandardError()
    handler.setFormatter(JsonLines())
    house.addHandler(handler)
    house.setLevel(level)
    house.propagate = False
    root.addHandler(handler)
    for name in ("engineio.server", "socketio.server"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns twice a second while a job takes longer than the pause between two looks.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _event(record: logging.LogRecord) -> str:
    is_ours = record.name == _HOUSE or record.name.startswith(f"{_HOUSE}.")
    return record.getMessage() if is_ours else str(record.msg)


def _trace(record: logging.LogRecord) -> list[str]:
    """File, line and function of each frame and the errors' types: their texts may hold what a user typed."""
    kind, problem, trace = record.exc_info or (None, None, None)
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    causes: list[str] = []
    while problem is not None and len(causes) < _MOST_CAUSES:
        causes.append(type(problem).__name__)
        problem = problem.__cause__ or problem.__context__
    return [*frames[-12:], " from ".join(causes) or (kind.__name__ if kind else "")]
