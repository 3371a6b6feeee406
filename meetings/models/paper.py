"""What was decided about papers of a meeting: who may do what with them, and what was handed out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base

#: What a file is to its meeting or item: a paper on the table.
PAPER = "paper"
#: A paper taken back: still kept with the record, no longer on the table.
WITHDRAWN = "withdrawn"
#: Dropped, but nobody has said yet to which item it belongs; for those who prepare the meeting.
TRAY = "paper_tray"
#: The office document of which a paper is the PDF.
ORIGINAL = "paper_original"
#: The next version of a paper while it is compared, and the one before afterwards.
INCOMING = "paper_incoming"
REPLACED = "paper_replaced"


@dataclass(frozen=True)
class FewPapersChanged:
    """Something changed about papers that only some may read; each asks anew for what is theirs."""

    meeting_id: int


@dataclass(frozen=True)
class PacksChanged:
    """What devices keep of a meeting is another: a paper came, went, was replaced or is for others now."""

    meeting_id: int


class PaperRule(Base):
    """What is special about one paper; one without a row is read, fetched and printed by everybody there."""

    __tablename__ = "paper_rule"
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    #: Only whom a grant names may read it, beside those who prepare the meeting or report on its item.
    is_restricted: Mapped[bool] = mapped_column(default=False)
    #: ``[{"who": "role:guest" | "unit:7" | "user:12", "can": ["download", "print"]}]``; each may read.
    grants: Mapped[Any] = mapped_column(JSON, default=list)
    #: It may not be kept on a device.
    online_only: Mapped[bool] = mapped_column(default=False)
    #: Prints and downloads carry name and time.
    is_marked: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class PaperIssue(Base):
    """One publishing of the papers of a meeting: what lay on the table then, version by version."""

    __tablename__ = "paper_issue"
    __table_args__ = (UniqueConstraint("meeting_id", "no"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    #: From 1, without gaps.
    no: Mapped[int]
    #: ``{public id: {"rev": sha256, "n": name, "item": id or None, "no": issue in which this came}}``.
    papers: Mapped[Any] = mapped_column(JSON)
    #: Bytes of all of them.
    size: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class PaperLook(Base):
    """When a person last looked through the papers of a meeting."""

    __tablename__ = "paper_look"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    #: The issue that was seen before the present look; what came later is new.
    before: Mapped[int] = mapped_column(default=0)
    #: The issue that is seen in the present look, and when that look was last renewed.
    seen: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
