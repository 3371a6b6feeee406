"""Kinds of columns: instants, and words of an enumeration."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Enum, TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive values, stores UTC, gives aware UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Store an aware instant as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not an instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give the instant back, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(kind: type) -> list[str]:
    return [member.value for member in kind]  # type: ignore[attr-defined]  # Enum classes iterate


class ValueEnum(Enum):
    """A StrEnum stored as its value in a plain text column."""

    def __init__(self, *enums: Any, **kw: Any) -> None:
        kw |= {"native_enum": False, "length": 40, "values_callable": _values, "create_constraint": False}
        super().__init__(*enums, **kw)
