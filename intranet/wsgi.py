"""The application for a server of one's own: ``gunicorn -k gevent -w 1 intranet.wsgi:app``.

Rooms live in the memory of the process; ``-w N`` needs ``OFFICE_REDIS``, by which processes share them.
A supervisor runs ``intranet worker`` beside it.
"""

from gevent import monkey

monkey.patch_all()

from intranet.app import create_app  # noqa: E402 - patched first
from intranet.core import config  # noqa: E402
from intranet.core.live import sockets  # noqa: E402

app = create_app(config.load(is_web=True))
sockets.start_background(app)
