"""The application for a server of one's own: ``gunicorn -k gevent -w 1 intranet.wsgi:app``.

Rooms live in the memory of the process; ``-w N`` needs ``OFFICE_REDIS``, by which processes share them.
A supervisor runs ``intranet worker`` beside it.
"""

from gevent import monkey

monkey.patch_all()

import signal  # noqa: E402 - patched first
from typing import Any  # noqa: E402

import gevent  # noqa: E402

from intranet.app import create_app  # noqa: E402
from intranet.core import config, health  # noqa: E402
from intranet.core.live import sockets  # noqa: E402

#: A worker that is asked to go takes nothing more after a second; who came back earlier would get it again.
_CLOSED_SECONDS = 2.0
_end = signal.getsignal(signal.SIGTERM)


def _say_goodbye(*how: Any) -> None:
    """Whoever waits for something is answered now, and the sockets hear when to come back."""
    health.stop()
    gevent.spawn_later(_CLOSED_SECONDS, sockets.send_away)
    if callable(_end):
        _end(*how)


app = create_app(config.load(is_web=True))
sockets.start_background(app)
if callable(_end):
    signal.signal(signal.SIGTERM, _say_goodbye)
