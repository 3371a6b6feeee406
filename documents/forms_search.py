"""Forms of the search page."""

from wtforms import SelectField

from documents.forms import optional_int
from documents.models.search import NAME_MAX
from intranet.core.forms import Limit, LineField, OfficeForm, Required


class SavedSearchForm(OfficeForm):
    """Under which name a search is kept, and who sees it."""

    name = LineField("Tên bộ lọc", [Required(), Limit(NAME_MAX)])
    unit_id = SelectField("Dùng chung", coerce=optional_int)
