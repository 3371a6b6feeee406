"""What is settled about reports."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from intranet.boards.models import LAST_DAY
from intranet.boards.reports import MOST_CUTOFF
from intranet.core.forms import OfficeForm


class CutoffForm(OfficeForm):
    """The day with which the months of reports end."""

    day = SelectField(
        _("Ngày chốt số liệu"),
        coerce=int,
        choices=[
            SelectChoice(LAST_DAY, _("Ngày cuối tháng")),
            *(SelectChoice(n, str(n)) for n in range(1, MOST_CUTOFF + 1)),
        ],
    )
