"""Forms: all errors at once beside their fields, every value kept, and a key that makes clicks count once."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, PasswordField, StringField
from wtforms.validators import ValidationError

from intranet.core import clock, typed
from intranet.core.errors import BadState, DomainError, Invalid, NoRoom, Stale, TooMany, Unavailable
from intranet.core.labels import label
from intranet.core.text import nfc, one_line
from intranet.core.web import present_actor, sentence


def tidy_line(value: str | None) -> str | None:
    """WTForms filter of a one-line text: NFC, single spaces, trimmed."""
    return None if value is None else one_line(value)


def tidy_text(value: str | None) -> str | None:
    """WTForms filter of a longer text: NFC, trimmed, line breaks kept."""
    return None if value is None else nfc(value).replace("\r\n", "\n").strip()


class Limit:
    """Validator: at most so many characters, with the Vietnamese sentence."""

    def __init__(self, most: int, least: int = 0) -> None:
        self.most, self.least = most, least
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse a text that is too long or too short."""
        length = len(field.data or "")
        if length > self.most:
            raise ValidationError(label("error.field.too_long", most=self.most, length=length))
        # Of nothing at all ``Required`` speaks, where something must be there.
        if length < self.least and (length or not field.flags.required):
            raise ValidationError(label("error.field.too_short", least=self.least))


class Required:
    """Validator: something must be there; the sentence names what."""

    field_flags = {"required": True}  # noqa: RUF012 - read by WTForms

    def __init__(self, code: str = "field.required") -> None:
        self.code = code

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse an empty value."""
        value = field.data
        is_empty = value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())
        if is_empty and not field.errors and not getattr(field, "process_errors", None):
            raise ValidationError(label(f"error.{self.code}", name=field.label.text))


class LineField(StringField):
    """A one-line text, stored tidy."""

    def __init__(self, text: str, validators: Any = (), **kw: Any) -> None:
        super().__init__(text, validators, filters=[tidy_line], **kw)


class OfficeDateField(DateField):
    """A calendar day typed as 13/11/2026, 13/11 or 1311; a year left out is the present one."""

    #: The nearest day that would be right, offered as a button.
    fix: str | None = None

    def __init__(self, text: str, validators: Any = (), **kw: Any) -> None:
        super().__init__(text, validators, format="%d/%m/%Y", **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        :raises ValueError: no such day, with the Vietnamese sentence.
        """
        typed = (valuelist[0] if valuelist else "").strip()
        self.raw_data = valuelist
        self.data = None
        if typed:
            self.data = read_date(typed)


def read_date(typed: str) -> date:
    """The day that a clerk typed.

    :raises ValueError: no such day.
    """
    digits = typed.replace("/", "").replace("-", "").replace(".", "")
    parts = [part for part in typed.replace("-", "/").replace(".", "/").split("/") if part]
    if len(parts) == 1 and digits.isdecimal() and len(digits) in (4, 6, 8):
        parts = [digits[:2], digits[2:4], digits[4:]] if len(digits) > 4 else [digits[:2], digits[2:4]]
    if len(parts) == 3 and len(parts[0]) == 4:
        parts.reverse()
    if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
        raise ValueError(label("error.field.not_a_date"))
    year = int(parts[2]) if len(parts) == 3 else clock.today().year
    try:
        return date(year + 2000 if year < 100 else year, int(parts[1]), int(parts[0]))
    except ValueError:
        raise ValueError(label("error.field.no_such_day", typed=typed)) from None


def day_of(typed: str | None) -> date | None:
    """The day of a filter, ``None`` for an empty or a wrong one."""
    try:
        return read_date(typed.strip()) if typed and typed.strip() else None
    except ValueError:
        return None


def read_local(day: date, typed_time: str) -> datetime:
    """The instant (UTC) of a day and an office time typed as 08:30, 8h30 or 0830.

    :raises ValueError: no such time.
    """
    digits = typed_time.lower().replace("h", ":").replace(".", ":").strip(":")
    hour, _, minute = digits.partition(":")
    if not minute and len(hour) in (3, 4):
        hour, minute = hour[:-2], hour[-2:]
    if not (hour.isdecimal() and (minute or "0").isdecimal() and int(hour) < 24 and int(minute or 0) < 60):
        raise ValueError(label("error.field.not_a_time"))
    return clock.at_office(day, int(hour), int(minute or 0))


#: Where the words for what the form library itself refuses stand, by the beginning of its own words.
_LIBRARY_WORDS = {
    "Not a valid choice": "field.not_a_choice",
    "Invalid Choice": "field.not_a_choice",
    "Invalid choice": "field.not_a_choice",
    "'%(value)s'": "field.not_a_choice",
    "Not a valid integer": "field.not_a_number",
    "Not a valid decimal": "field.not_a_number",
    "Number must be between": "field.number_out_of_range",
    "Number must be at least": "field.number_too_small",
    "Number must be at most": "field.number_too_large",
}


class _Vietnamese:
    """What the form library says, in our own words."""

    def gettext(self, string: str) -> str:
        """One sentence; what is not foreseen is said in general."""
        found = next((code for start, code in _LIBRARY_WORDS.items() if string.startswith(start)), None)
        return label(f"error.{found or 'field.wrong'}")

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """One sentence, whatever the number."""
        return self.gettext(singular)


def _status_of(refusal: DomainError) -> int:
    return refusal.status if refusal.status >= 500 else 422


#: What nobody reads as words.
_UNTYPED = (HiddenField, PasswordField)


class OfficeForm(FlaskForm):
    """Parent of every form."""

    class Meta(FlaskForm.Meta):
        """How the library speaks."""

        def get_translations(self, form: Any) -> _Vietnamese:
            """Our own words."""
            return _Vietnamese()

    #: Makes a double click, a lost answer and a second tab one act (``core/once.py``).
    once = HiddenField(default=lambda: secrets.token_urlsafe(12))

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        #: Errors that belong to no field.
        self.refused: list[str] = []
        self._refused_with = 422

    def validate(self, extra_validators: Any = None) -> bool:
        """True when every field is right; words that must not be kept are wrong in any of them."""
        is_right: bool = super().validate(extra_validators)
        for field in self:
            is_text = isinstance(field, StringField) and not isinstance(field, _UNTYPED)
            code = typed.problem(field.data) if is_text and isinstance(field.data, str) else None
            if code is not None:
                typed.note(present_actor(), field.name)
                field.errors = [*field.errors, label(f"error.{code}")]
                is_right = False
        return is_right

    def accepts(self) -> bool:
        """True when this request sent the form and every field is right."""
        return bool(self.is_submitted() and self.validate())

    @property
    def status(self) -> int:
        """The answer's status: 422 when something was wrong, 503 or 507 when nothing could be written."""
        return self._refused_with if self.errors or self.refused else 200

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn a service's refusal into an error beside the field it names, or above the form.

        A database that is busy or full is one too: what was typed stays on the page. A refusal's ``fix`` is
        the nearest value that the rule would let pass; the page offers it as a button.
        """
        try:
            yield
        except (Invalid, BadState, Stale, TooMany, Unavailable, NoRoom) as refusal:
            self._refused_with = _status_of(refusal)
            words = sentence(refusal)
            name = refusal.data.get("field")
            if name in self._fields:
                field = self._fields[name]
                field.errors = [*field.errors, words]
                field.fix = refusal.data.get("fix")
            else:
                self.refused.append(words)

    def as_body(self) -> dict[str, Any]:
        """The form's content as JSON-able values, to tell a repeated request from another one."""
        skipped = {"csrf_token", "once"}
        return {name: request.form.getlist(name) for name in self._fields if name not in skipped}
