"""What an agency settled for its reports."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core.db import Base

#: The day that stands for the last one of its month, however long that is.
LAST_DAY = 31


class BoardSetting(Base):
    """The day with which the months of an agency's reports end (ngày chốt số liệu)."""

    __tablename__ = "board_setting"
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    #: 1 to 28, or 31 for the last day of the month.
    cutoff_day: Mapped[int] = mapped_column(default=LAST_DAY)
