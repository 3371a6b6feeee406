"""What was decided about papers of a meeting: who may do what with them, and what was handed out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base

#: What a file is to its meeting or item: a paper on the table.
PAPER = "paper"
#: A paper taken back: still kept with the record, no longer on the table.
WITHDRAWN = "withdrawn"
#: The office document of which a paper is the PDF.
ORIGINAL = "paper_original"
#: The next version of a paper while it is compared, and the one before afterwards.
INCOMING = "paper_incoming"
REPLACED = "paper_replaced"


@dataclass(frozen=True)
class FewPapersChanged:
    """Something changed about papers that only some may read; each asks anew for what is theirs."""

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
