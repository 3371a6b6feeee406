"""A small application behind the embedded server: ``small_app.py [max_unsent_bytes header_seconds]``.

``OFFICE_FRAME_ONCE=off`` gives it the plain websocket, as it does to the office.
"""

from gevent import monkey

monkey.patch_all()

# Everything below has to see the patched library.
import os  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask, request, send_file  # noqa: E402
from flask_socketio import SocketIO, join_room  # noqa: E402
from socketio.manager import Manager  # noqa: E402

from intranet.core import fanout, fastroom  # noqa: E402
from intranet.core.server import serve  # noqa: E402
from intranet.core.websocket import MAX_UNSENT_BYTES, harden  # noqa: E402

app = Flask(__name__)
is_framed_once = os.environ.get("OFFICE_FRAME_ONCE") != "off"
sockets = SocketIO(
    app,
    async_mode="gevent",
    transports=["websocket"],
    max_http_buffer_size=256 * 1024,
    client_manager=fanout.FrameOnceManager() if is_framed_once else Manager(),
)
max_unsent_bytes, header_seconds = [int(arg) for arg in sys.argv[1:]] or (MAX_UNSENT_BYTES, 10)
prepare = fastroom.install if is_framed_once else harden
prepare(sockets.server.eio, max_unsent=10_000, max_unsent_bytes=max_unsent_bytes)
reached: list[str] = []


@app.route("/", methods=["GET", "POST"])
def home() -> str:
    reached.append(request.method)
    return str(len(request.get_data()))


@app.get("/reached")
def how_often() -> str:
    return str(len(reached))


@app.get("/long")
def long() -> str:
    time.sleep(2)
    return "done"


@app.get("/work/<int:ms>")
def work(ms: int) -> str:
    """Keep the processor so long; how many came here before is the answer."""
    until = time.perf_counter() + ms / 1000
    while time.perf_counter() < until:
        pass
    reached.append("work")
    return str(len(reached) - 1)


@app.get("/file")
def file() -> Any:
    return send_file(large, mimetype="application/pdf")


@app.get("/wrapper")
def wrapper() -> str:
    return str(request.environ["wsgi.file_wrapper"](None).buffer_size)


@sockets.on("pour")
def pour(count: int, size: int) -> None:
    """Send ``count`` numbered events of ``size`` bytes to the asker, as fast as they are taken in."""

    def work(sid: str) -> None:
        for number in range(count):
            sockets.emit("drop", {"n": number, "x": "x" * size}, to=sid)
            sockets.sleep(0)

    sockets.start_background_task(work, request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO sets it


@sockets.on("join")
def join() -> None:
    """Come into the room."""
    join_room("all")


@sockets.on("tell")
def tell(count: int, size: int, pause_ms: int) -> None:
    """Tell the room ``count`` numbered events of ``size`` bytes, with a pause after each."""

    def work() -> None:
        for number in range(count):
            sockets.emit("drop", {"n": number, "x": "x" * size}, to="all")
            sockets.sleep(pause_ms / 1000)

    sockets.start_background_task(work)


@sockets.on("echo")
def echo(text: str) -> int:
    return len(text)


def ready(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


with tempfile.TemporaryDirectory() as folder:
    large = Path(folder) / "large.pdf"
    with large.open("wb") as file_of_nothing:
        file_of_nothing.truncate(8 * 1024 * 1024)
    serve(app, host="127.0.0.1", port=0, header_seconds=header_seconds, on_ready=ready)
