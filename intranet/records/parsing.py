"""The real parse of a foreign file, in a process of its own with memory, time and network taken away.

A hostile file ends that process; the caller gets a verdict. Never forked: the child is a fresh
interpreter, so it may be started from any process and thread.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from intranet.records import media
from intranet.records.media import Verdict
from intranet.records.pagetext import PageText
from intranet.records.sandbox import without_network
from intranet.records.secrecy import Mark

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Limits:
    """What one parse may use: bytes of memory and of answer, seconds of processor and of the clock."""

    memory: int = 2 * 1024**3
    output: int = 64 * 1024**2
    cpu_seconds: int = 40
    wall_seconds: float = 60.0


@dataclass(frozen=True)
class Parsed:
    """What the parse of a file found.

    :param verdict: ``None`` when the file is sound; else why it is refused or stays unread.
    :param pages: 0 where the format has none, or unknown.
    :param is_pictured: page 1 of a PDF is a picture; of text it has no more than a stamp.
    :param first_page: text of page 1 with its places; of a DOCX, of the preview set from its words.
    :param signed_page: likewise of the page with the signature, where that is not page 1.
    :param text: of the whole file, at most 200 000 characters; ``text_cut`` tells that there is more.
    :param marks: marks of state secrets; the caller must not store a file that has one.
    :param preview: a WebP picture of page 1.
    :param signed_preview: likewise of ``signed_page``, or of the last page of a scan.
    :param preview_pdf: of a DOCX its words on A4 pages.
    :param blocks: of a DOCX the tags of its named content controls.
    """

    media_type: str
    verdict: Verdict | None = None
    pages: int = 0
    encrypted: bool = False
    has_text: bool = False
    is_pictured: bool = False
    active: tuple[str, ...] = ()
    first_page: PageText | None = None
    signed_page: PageText | None = None
    text: str = ""
    text_cut: bool = False
    marks: tuple[Mark, ...] = ()
    preview: bytes | None = field(default=None, repr=False)
    signed_preview: bytes | None = field(default=None, repr=False)
    preview_pdf: bytes | None = field(default=None, repr=False)
    blocks: tuple[str, ...] = ()


def parse(path: Path, name: str, *, limits: Limits | None = None) -> Parsed:
    """Judge and read a staged file.

    Raises nothing for whatever the file holds: its faults come back as the verdict.

    :param name: the name it was given, for its extension.
    """
    verdict = media.check(path, name)
    media_type = media.BY_EXTENSION.get(media.extension_of(name), "application/octet-stream")
    if verdict is not None:
        return Parsed(media_type, verdict)
    return _read([(path, media_type)], limits or Limits())[0]


def parse_own(files: Sequence[tuple[Path, str]]) -> list[Parsed]:
    """Read files of our own making, all in one child: starting it costs more than most of them.

    :param files: path and media type of each.
    :returns: what was found, in their order; where they are too much together, each was read by itself.
    """
    if not files:
        return []
    found = _read(files, Limits())
    if len(files) > 1 and all(one.verdict == Verdict("file.too_hard") for one in found):
        return [_read([one], Limits())[0] for one in files]
    return found


def _read(files: Sequence[tuple[Path, str]], limits: Limits) -> list[Parsed]:
    words = [word for path, media_type in files for word in (media_type, str(path.resolve()))]
    answer = ask_child("intranet.records.parse_child", limits, *words)
    answers = answer.get("all") or [answer] * len(files)
    return [_judged(media_type, one) for (_, media_type), one in zip(files, answers, strict=True)]


def _judged(media_type: str, answer: dict[str, Any]) -> Parsed:
    if "code" in answer:
        return Parsed(media_type, Verdict(str(answer["code"]), dict(answer.get("data") or {})))
    try:
        return _parsed(media_type, answer)
    except (ValueError, TypeError):
        return Parsed(media_type, Verdict("file.damaged"))


def _parsed(media_type: str, answer: dict[str, Any]) -> Parsed:
    first, signed = answer.get("first_page"), answer.get("signed_page")
    marks = tuple(
        Mark(str(word), int(number), (box[0], box[1], box[2], box[3]) if box else None)
        for word, number, box in answer.get("marks", ())
    )
    return Parsed(
        media_type,
        Verdict("file.secret_mark", {"mark": marks[0].word}) if marks else None,
        pages=int(answer.get("pages", 0)),
        encrypted=bool(answer.get("encrypted")),
        has_text=bool(answer.get("has_text")),
        is_pictured=bool(answer.get("pictured")),
        active=tuple(answer.get("active", ())),
        first_page=PageText.from_json(first) if first else None,
        signed_page=PageText.from_json(signed) if signed else None,
        text=str(answer.get("text", "")),
        text_cut=bool(answer.get("text_cut")),
        marks=marks,
        preview=_bytes(answer.get("preview")),
        signed_preview=_bytes(answer.get("signed_preview")),
        preview_pdf=_bytes(answer.get("preview_pdf")),
        blocks=tuple(answer.get("blocks", ())),
    )


def _bytes(value: str | None) -> bytes | None:
    return base64.b64decode(value) if value else None


def ask_child(module: str, limits: Limits, *words: str) -> dict[str, Any]:
    """Let ``python -m module MEMORY SECONDS OUTPUT WORD...`` read a file (``child.answer``).

    :returns: ``{"code": "file.too_hard"}`` too when it went over its limits or said nothing readable.
    """
    figures = [str(limits.memory), str(limits.cpu_seconds), str(limits.output)]
    command = [*without_network(), sys.executable, "-m", module, *figures, *words]
    with tempfile.TemporaryDirectory(prefix="parse-") as folder, tempfile.TemporaryFile() as out:
        ended = _run(command, out, folder, limits.wall_seconds)
        out.seek(0)
        said = out.read(limits.output + 1)
    if not ended:
        return {"code": "file.too_hard"}
    try:
        answer = json.loads(said)
    except ValueError:
        return {"code": "file.too_hard"}
    return answer if isinstance(answer, dict) else {"code": "file.too_hard"}


def _run(command: list[str], out: IO[bytes], folder: str, seconds: float) -> bool:
    """Run to the end with an almost empty environment; whatever it started is killed with it."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": folder,
        "TMPDIR": folder,
    }
    child = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    try:
        return child.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
