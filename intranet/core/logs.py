"""Logs are JSON lines without personal data: keys and codes, never names, titles, words or addresses."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from flask import g, has_request_context

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: instant, level, event, request id, and what ``extra`` adds."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if has_request_context():
            line["request"] = g.get("request_id")
        line |= {key: value for key, value in vars(record).items() if key not in _PLAIN}
        if record.exc_info:
            line["trace"] = _trace(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def start(level: int = logging.INFO) -> None:
    """Send the house's logs to standard error as JSON lines; doing it twice changes nothing."""
    house = logging.getLogger("intranet")
    if house.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("intranet", "apscheduler", "geventwebsocket", "engineio.server", "socketio.server"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level if name == "intranet" else logging.WARNING)
        logger.propagate = False


def _trace(record: logging.LogRecord) -> list[str]:
    """File, line and function of each frame and the error's type: its text may hold what a user typed."""
    kind, _, trace = record.exc_info or (None, None, None)
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return [*frames[-12:], kind.__name__ if kind else ""]
