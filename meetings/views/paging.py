"""The key of a list's next page, as its address carries it: the instant and id of the last row shown."""

from datetime import datetime

Key = tuple[datetime, int]


def written(key: Key | None) -> str | None:
    """The key as text for an address."""
    return None if key is None else f"{key[0].isoformat()}~{key[1]}"


def read(text: str | None) -> Key | None:
    """The key that an address carries, ``None`` for none and for what we never wrote."""
    at, _, key = (text or "").partition("~")
    try:
        return (datetime.fromisoformat(at), int(key)) if at else None
    except ValueError:
        return None
