"""A process that reads one foreign file: its limits, and how it says what it found.

It takes its limits on itself before it opens anything, so that a hostile file ends this process and no other.
"""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from intranet.records.pagetext import Unreadable

_Json = dict[str, Any]


def limit_self(*, memory: int, seconds: int, output: int) -> None:
    """Bound this process: address space and written files in bytes, processor time in seconds."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(arguments: list[str], look: Callable[..., _Json]) -> int:
    """Limit this process by the first three arguments, look with the others, print what was found as JSON.

    :param look: gives the answer; ``Unreadable`` becomes its ``code`` and ``data``.
    :returns: 0, the exit code of a child that could say something.
    """
    memory, seconds, output = map(int, arguments[:3])
    limit_self(memory=memory, seconds=seconds, output=output)
    try:
        found = look(*arguments[3:])
    except Unreadable as wrong:
        found = {"code": wrong.code, "data": wrong.data}
    except (MemoryError, RecursionError):
        found = {"code": "file.too_hard"}
    json.dump(found, sys.stdout, ensure_ascii=False)
    sys.stdout.flush()
    return 0
