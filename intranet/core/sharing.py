"""Several web processes share their rooms through Redis; one process needs none.

Three things travel on one channel, each in the order in which its process sent it: Socket.IO's own messages
(an event to a room whose members sit elsewhere too), facts, which every process tells to its own sockets
after reading what they mean from the database, and what each process says of itself, such as who is in its
rooms. Sending never waits: what cannot leave is dropped, and clients repair by version.
"""

import json
import logging
import queue
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from socketio.pubsub_manager import PubSubManager

from intranet.core.config import Settings
from intranet.core.fanout import FrameOnceManager

try:
    import redis
except ImportError:  # An office of one process does without.
    redis = None  # type: ignore[assignment,unused-ignore]  # asked for in make_manager

log = logging.getLogger("intranet.sharing")

#: Messages that may wait for Redis.
MAX_WAITING = 5_000
#: Seconds between what a process says of itself, and until it counts as gone.
SAY_SECONDS, GONE_SECONDS = 5.0, 16.0
_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 5.0
_OPTIONS = {"socket_connect_timeout": 3, "health_check_interval": 10}

Fact = dict[str, Any]


class SharedRooms(PubSubManager):
    """A client manager whose rooms reach over all processes that know the same Redis."""

    name = "office"

    def __init__(self, url: str, channel: str) -> None:
        super().__init__(channel=channel)
        self._url = url
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue(MAX_WAITING)
        self._mine: dict[str, Any] = {}
        #: By process and name: when it was heard, and what.
        self._others: dict[tuple[str, str], tuple[float, Any]] = {}
        #: Called with the name and the data of a fact that another process told.
        self.on_fact: Callable[[str, Fact], None] | None = None
        #: True while this process hears the others.
        self.is_listening = False

    def initialize(self) -> None:
        super().initialize()
        self.server.start_background_task(self._send_waiting)
        self.server.start_background_task(self._keep_saying)

    def tell_fact(self, name: str, data: Fact) -> None:
        """Let every other process tell a fact to its sockets; it is committed."""
        self._publish({"method": "fact", "name": name, "data": data, "host_id": self.host_id})

    def say(self, name: str, value: Any) -> None:
        """Say something of this process, again and again until it says something else.

        :param value: plain JSON.
        """
        if name not in self._mine or self._mine[name] != value:
            self._mine[name] = value
            self._say(name)

    def heard(self, name: str) -> list[Any]:
        """What the other living processes say under this name."""
        since = time.monotonic() - GONE_SECONDS
        return [
            value for (_, what), (at, value) in list(self._others.items()) if what == name and at >= since
        ]

    def _say(self, name: str) -> None:
        self._publish({"method": "say", "name": name, "data": self._mine[name], "host_id": self.host_id})

    def _publish(self, data: dict[str, Any]) -> None:
        try:
            self._waiting.put_nowait(data)
        except queue.Full:
            log.warning("sharing.dropped", extra={"waiting": MAX_WAITING})

    def _listen(self) -> Iterator[dict[str, Any]]:
        """Socket.IO's messages of other processes; facts and sayings are taken out of their way."""
        while True:
            try:
                with redis.Redis.from_url(self._url, **_OPTIONS) as client, client.pubsub() as ears:
                    ears.subscribe(self.channel)
                    while True:
                        message = ears.get_message(timeout=_LOOK_SECONDS)
                        if message is None:
                            continue
                        if message["type"] == "subscribe":
                            self.is_listening = True
                            log.info("sharing.listening")
                            self._publish({"method": "who", "host_id": self.host_id})
                            continue
                        data = json.loads(message["data"])
                        if data["host_id"] != self.host_id and not self._is_ours(data):
                            yield data
            except (redis.RedisError, OSError, ValueError, KeyError):
                log.warning("sharing.deaf", exc_info=True)
            self.is_listening = False
            time.sleep(_AGAIN_SECONDS)

    def _is_ours(self, data: dict[str, Any]) -> bool:
        method = data["method"]
        if method == "say":
            self._others[data["host_id"], data["name"]] = (time.monotonic(), data["data"])
        elif method == "who":
            for name in self._mine:
                self._say(name)
        elif method == "fact":
            if self.on_fact is not None:
                self.on_fact(data["name"], data["data"])
        else:
            return False
        return True

    def _send_waiting(self) -> None:
        """Send what waits, one after the other, for as long as the process lives."""
        with redis.Redis.from_url(self._url, socket_timeout=3, **_OPTIONS) as client:
            while True:
                data = self._waiting.get()
                try:
                    client.publish(self.channel, json.dumps(data))
                except (redis.RedisError, OSError):
                    log.warning("sharing.not_sent", exc_info=True)

    def _keep_saying(self) -> None:
        while True:
            time.sleep(SAY_SECONDS)
            for name in list(self._mine):
                self._say(name)
            since = time.monotonic() - GONE_SECONDS
            for key, (at, _) in list(self._others.items()):
                if at < since:
                    del self._others[key]


class SharedFrameOnceRooms(SharedRooms, FrameOnceManager):
    """Rooms over all processes; what reaches this one is framed once for its sockets."""


def make_manager(settings: Settings) -> Any:
    """The client manager of a web process, ``None`` for Socket.IO's own.

    :raises RuntimeError: Redis is wanted and its client is not installed, or the address is none.
    """
    url = settings.redis_url
    if url is None:
        return FrameOnceManager() if settings.frame_once else None
    if redis is None:
        raise RuntimeError("OFFICE_REDIS is set: install the extra 'redis' (pip install intranet[redis])")
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise RuntimeError("OFFICE_REDIS must begin with redis://, rediss:// or unix://")
    # Several offices may use one Redis: the processes of one share its key, and so its channel.
    channel = f"office:{sha256(settings.keys['signing'].encode()).hexdigest()[:16]}"
    return (SharedFrameOnceRooms if settings.frame_once else SharedRooms)(url, channel)
