"""Who may change what everybody's deadlines are counted by."""

from intranet.core.permits import permit
from intranet.people.models import Role

CALENDAR = permit("calendar.edit", Role.ADMIN)
