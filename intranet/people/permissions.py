"""What the roles may do with agencies, people and stand-ins."""

from intranet.core.permits import permit
from intranet.people.models import Role

#: Agencies, units, people, roles and stand-ins of the whole installation; carries no right to read content.
ADMIN = permit("people.admin", Role.ADMIN)
#: Name one's own stand-in.
STAND_IN = permit("people.stand_in", Role.LEADER, Role.OFFICE_HEAD, Role.UNIT_HEAD)
