"""Forms of old registers: which register a file is for, and how its columns are read."""

from typing import Any

from wtforms import BooleanField, FileField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from documents.forms import optional_int
from intranet.core.forms import Limit, LineField, OfficeForm, Required
from intranet.core.labels import label

_YEAR_NEEDED = InputRequired(label("error.import.year_wrong"))


class SheetForm(OfficeForm):
    """A sheet and the register that it is of."""

    register_id = SelectField("Sổ", [Required("field.choose")], coerce=optional_int)
    file = FileField("Tệp sổ cũ")


class BundleForm(OfficeForm):
    """A ZIP of files and the register's year whose lines they belong to."""

    register_id = SelectField("Sổ", [Required("field.choose")], coerce=optional_int)
    year = IntegerField("Năm của sổ", [_YEAR_NEEDED, NumberRange(1945, 2100)])
    file = FileField("Tệp nén các văn bản")


class ColumnsForm(OfficeForm):
    """What the columns of a sheet hold; they are named ``column-0`` and so on."""

    year = IntegerField("Năm của sổ", [Optional(), NumberRange(1945, 2100)])
    sheet = SelectField("Trang tính", coerce=optional_int)

    def offer(self, sheets: list[str]) -> None:
        """Let one of the sheets of the file be chosen."""
        names = sheets or [label("import.only_sheet")]
        self.sheet.choices = [(place, name) for place, name in enumerate(names)]

    def mapping(self, given: Any, width: int) -> dict[int, str]:
        """What was chosen for each column."""
        chosen = {column: str(given.get(f"column-{column}", "")) for column in range(width)}
        return {column: name for column, name in chosen.items() if name}


class AcceptForm(OfficeForm):
    """That the warnings were looked at."""

    seen = BooleanField("Tôi đã xem các lưu ý và đồng ý nhập")


class PlaceForm(OfficeForm):
    """The number of the line that a file belongs to."""

    number = LineField("Số trong sổ", [Required(), Limit(10)])
