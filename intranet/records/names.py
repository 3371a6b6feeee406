"""Names of files as people gave them, made safe to keep, to show and to send back."""

import unicodedata
from pathlib import PurePosixPath

from intranet.core.text import one_line

#: Bytes of a kept name, its ending included.
MAX_NAME_BYTES = 150
_UNNAMED = "tệp"
#: Controls, marks of direction, line ends, halves of pairs, letters of nobody.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: Not allowed in a name on some system that the file may be saved on.
_BAD = dict.fromkeys(map(ord, '<>:"|?*'), "-")


def clean_name(name: str) -> str:
    """NFC, no folders, no control or bidirectional marks, at most 150 bytes; the ending is kept."""
    seen = "".join(" " if sign.isspace() else sign for sign in name if sign.isspace() or _is_seen(sign))
    last = PurePosixPath(one_line(seen).replace("\\", "/")).name.translate(_BAD).strip().rstrip(". ")
    if not last:
        return _UNNAMED
    if last.startswith("."):
        last = f"{_UNNAMED}.{last.lstrip('. ')}"
    path = PurePosixPath(last)
    ending = path.suffix[:12]
    stem = last.removesuffix(ending) if ending else last
    room = MAX_NAME_BYTES - len(ending.encode())
    cut = stem.encode()[:room].decode(errors="ignore").rstrip()
    return (cut or _UNNAMED) + ending


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in _UNSEEN
