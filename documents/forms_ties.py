"""Form of what one document is to another."""

from typing import Any

from wtforms import RadioField
from wtforms.validators import Optional

from documents.forms import optional_int
from documents.models.document import Relation
from documents.services.tying import BY_HAND
from intranet.core.forms import Limit, LineField, OfficeForm, Required
from intranet.core.labels import label


class TieForm(OfficeForm):
    """What this document is to which other."""

    relation = RadioField("Văn bản này", [Required("field.choose")], coerce=Relation)
    code = LineField("Số, ký hiệu hoặc số đến", [Required(), Limit(45)])
    #: Offered when the code names several.
    other_id = RadioField("Chọn đúng văn bản", [Optional()], coerce=optional_int, validate_choice=False)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.relation.choices = [(one, label(f"document.tie.{one.value}")) for one in BY_HAND]
        self.other_id.choices = []
