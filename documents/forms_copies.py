"""Forms of kept copies: asked for, taken back."""

from wtforms.validators import ValidationError

from documents.forms import TextField
from documents.services.lending import MOST_DAYS, Asking
from intranet.core import clock
from intranet.core.forms import Limit, LineField, OfficeDateField, OfficeForm, Required
from intranet.core.labels import label


class CopyForm(OfficeForm):
    """What a kept copy is wanted for, and until when."""

    purpose = TextField("Mục đích sử dụng", [Required(), Limit(500, 5)])
    due_date = OfficeDateField("Hẹn trả", [Required()])
    case_code = LineField("Số, ký hiệu hồ sơ", [Limit(60)])
    user_text = LineField("Người sử dụng, nếu là người ngoài cơ quan", [Limit(150)])

    def validate_due_date(self, field: OfficeDateField) -> None:
        """From today on, not too long."""
        if field.data is not None and not 0 <= (field.data - clock.today()).days <= MOST_DAYS:
            raise ValidationError(label("error.copy.due_wrong", days=MOST_DAYS))

    def to_asking(self) -> Asking:
        """What is asked for."""
        return Asking(
            purpose=self.purpose.data or "",
            due_date=self.due_date.data or clock.today(),
            user_text=self.user_text.data or "",
            case_code=self.case_code.data or "",
        )
