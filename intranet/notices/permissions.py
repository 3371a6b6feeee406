"""Who may change what everybody's deadlines are counted by, and look after what leaves the house."""

from intranet.core.permits import permit
from intranet.people.models import Role

CALENDAR = permit("calendar.edit", Role.ADMIN)
#: When everybody is reminded.
RULES = permit("reminder.rules", Role.ADMIN)
#: See what waits and what was refused, without its words; send again; let nothing leave.
OUTBOX = permit("outbox.manage", Role.ADMIN)
