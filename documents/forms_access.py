"""Forms of who may see a document, or several."""

from collections.abc import Iterable

from wtforms import HiddenField, RadioField, SelectMultipleField

from documents.forms import TextField
from documents.models.document import AccessLevel, Document
from documents.services.restricting import NAMED, Named, Wish, may_be_named
from intranet.core.forms import Limit, OfficeForm, Required
from intranet.core.labels import label
from intranet.people.models import User


class AccessForm(OfficeForm):
    """Whether a document is restricted, to whom, and why."""

    level = RadioField("Phạm vi xem")
    names = SelectMultipleField("Người được nêu tên", coerce=int)
    reason = TextField("Lý do", [Required(), Limit(500, 10)])
    version = HiddenField()

    def offer(self, document: Document, named: list[Named]) -> None:
        """Fill the lists; a form that was not sent shows what holds."""
        self.level.choices = [(one.value, label(f"access.level.{one.value}")) for one in AccessLevel]
        #: Whom the work itself names cannot be taken off the list, so they are not on it.
        self.fixed = {one.user_id for one in named if one.reason != NAMED}
        self.known = {one.user_id for one in named if one.reason == NAMED and one.user_id is not None}
        people = [one for one in may_be_named(document.org_id) if one.id not in self.fixed]
        self.names.choices = [(one.id, _shown(one)) for one in people]
        if not self.is_submitted():
            self.level.data = document.access_level.value
            self.names.data = sorted(self.known)
            self.version.data = str(document.version)

    def to_wish(self) -> Wish:
        """What is to change."""
        chosen = frozenset(self.names.data or ())
        return Wish(AccessLevel(self.level.data), chosen - self.known, frozenset(self.known - chosen))


class AccessManyForm(OfficeForm):
    """What is to become of the access of several documents, and why; what is left empty stays."""

    level = RadioField("Phạm vi xem", default="")
    add = SelectMultipleField("Thêm người được nêu tên", coerce=int)
    remove = SelectMultipleField("Bớt người được nêu tên", coerce=int)
    reason = TextField("Lý do", [Required(), Limit(500, 10)])
    #: Of what the counts were shown: another wish shows its own first.
    seen = HiddenField()

    def __init__(self, org_id: int) -> None:
        super().__init__()
        self.level.choices = [
            ("", label("access.level.kept")),
            *((one.value, label(f"access.level.{one.value}")) for one in AccessLevel),
        ]
        people = [(one.id, _shown(one)) for one in may_be_named(org_id)]
        self.add.choices, self.remove.choices = people, people

    def to_wish(self) -> Wish:
        """What is to change."""
        level = AccessLevel(self.level.data) if self.level.data else None
        return Wish(level, frozenset(self.add.data or ()), frozenset(self.remove.data or ()))

    def print_of(self, ids: Iterable[int]) -> str:
        """What tells this wish for these documents from another one."""
        wish = self.to_wish()
        return repr((sorted(ids), wish.level, sorted(wish.add), sorted(wish.remove)))


def _shown(person: User) -> str:
    """Name, title and unit: many have the same title."""
    unit = person.posts[0].unit.short_name if person.posts else ""
    return ", ".join(part for part in (person.full_name, person.title, unit) if part)
