"""How uploads arrive: their bytes go straight to the store's ``tmp``, counted and hashed on the way."""

from typing import IO

from flask import Request

from intranet.core import db
from intranet.records import store


class OfficeRequest(Request):
    """A request whose uploads never lie outside the data folder."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.endpoint != "records.stage":
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        store.require_room(total_content_length or 0)
        return store.Incoming(db.database().settings.max_file_bytes)  # type: ignore[return-value]  # all it needs
