"""Forms of the search page."""

from wtforms import BooleanField, SelectField

from documents.forms import ChecksField, optional_int
from documents.models.search import NAME_MAX
from intranet.core.forms import Limit, LineField, OfficeForm, Required


class SavedSearchForm(OfficeForm):
    """Under which name a search is kept, and who sees it."""

    name = LineField("Tên bộ lọc", [Required(), Limit(NAME_MAX)])
    unit_id = SelectField("Dùng chung", coerce=optional_int)
    reminds = BooleanField("Báo cho tôi khi có văn bản mới khớp")
    columns = ChecksField("Cột khi xuất")
