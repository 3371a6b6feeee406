"""An end to waiting for others, where a time limit of each answer is not enough."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def cut_after(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    """Call ``cut`` from a thread of its own when the block takes longer: a byte a second is never silence."""
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
