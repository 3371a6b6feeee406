"""A room's event is encoded once and framed once, and the same bytes go to every tablet that can take them.

:class:`FrameOnceManager` writes a room's frame to every idle socket without waiting. A socket that is busy or
full gets the packet through its queue, behind what is there already, so that order always holds and nobody
waits for a slow reader; a queue over its limits ends the socket. What passes and is kept nowhere is not put
behind much: it would come too late, and fill the queue. Of last values the newest alone waits.
"""

from typing import Any

from socketio.manager import Manager
from socketio.packet import EVENT

from intranet.core.fastroom import FramedPacket, FrameOnceWebSocket

#: Id of a client, its websocket if it has one by now, and the engine's socket, which has the queue.
_Listener = tuple[str, FrameOnceWebSocket | None, Any]
#: Events that may be lost, a pointer or a stroke being drawn; behind so many packets they are.
_LOSSY, _LOST_BEHIND = frozenset({"eph"}), 8
#: The event of last values, and what in it says of what.
_LAST, _OF = "lv", ("mid", "key")


class FrameOnceManager(Manager):
    """Frames a room's event once; sockets that wait for nothing get it before ``emit`` returns."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        #: Who hears what a room is told, by namespace and room, until somebody enters or leaves it.
        self._heard_by: dict[tuple[str, Any], list[_Listener]] = {}

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: str | None = None) -> None:
        """Let a client hear a room."""
        self._heard_by.pop((namespace, room), None)
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        """Let a client hear a room no more."""
        self._heard_by.pop((namespace, room), None)
        super().basic_leave_room(sid, namespace, room)

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        """Tell everybody in a room; one socket's trouble is nobody else's."""
        room = to or room
        if isinstance(room, str) and room not in self.rooms.get(namespace, ()):
            return  # nobody is there: nothing to encode
        packet = None if callback else self._framed(event, data, namespace)
        if packet is None:
            super().emit(event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, **options)
            return
        listeners, wire = self._listeners(namespace, room), packet.wire
        if skip_sid:
            skipped = set(skip_sid) if isinstance(skip_sid, list) else {skip_sid}
            listeners = [one for one in listeners if one[0] not in skipped]
        behind = _LOST_BEHIND if event in _LOSSY else None
        for _, websocket, engine_socket in listeners:
            if websocket is None or not websocket.offer(wire):
                _tell_later(engine_socket, packet, behind)

    def _listeners(self, namespace: str, room: Any) -> list[_Listener]:
        """Everybody in a room, found out once for as long as they are the same."""
        if not isinstance(room, str):
            return self._find_listeners(namespace, room)
        kept = self._heard_by.get((namespace, room))
        if kept is None:
            kept = self._heard_by[namespace, room] = self._find_listeners(namespace, room)
        return kept

    def _find_listeners(self, namespace: str, room: Any) -> list[_Listener]:
        found = []
        for sid, engine_sid in self.get_participants(namespace, room):
            engine_socket = self.server.eio.sockets.get(engine_sid)
            if engine_socket is not None:
                websocket = getattr(engine_socket.queue, "websocket", None)
                is_upgraded = engine_socket.upgraded and not engine_socket.upgrading
                found.append((sid, websocket if is_upgraded else None, engine_socket))
        return found

    def _framed(self, event: str, data: Any, namespace: str) -> FramedPacket | None:
        """The event as one text frame; ``None`` when nobody is there or it holds bytes."""
        if namespace not in self.rooms:
            return None
        words = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        text = self.server.packet_class(EVENT, namespace=namespace, data=[event, *words]).encode()
        about = tuple(data.get(name) for name in _OF) if event == _LAST and isinstance(data, dict) else None
        return FramedPacket(text, about) if isinstance(text, str) else None


def _tell_later(engine_socket: Any, packet: FramedPacket, behind: int | None) -> None:
    """Put a packet into the queue of a client that is still there, unless it may wait behind so many only."""
    if engine_socket.closed or engine_socket.closing:
        return
    if behind is None or engine_socket.queue.qsize() < behind:
        engine_socket.queue.put(packet)
