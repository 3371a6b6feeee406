"""Who reads the log of acts, and who has it proved."""

from intranet.core.permits import permit
from intranet.people.models import Role

#: Everybody reads the own acts at least; :func:`intranet.auditing.reading.scope_of` says whose.
READ = permit("audit.read", *Role)
PROVE = permit("audit.prove", Role.LEADER, Role.OFFICE_HEAD, Role.ARCHIVIST, Role.AUDITOR, Role.ADMIN)
#: What everybody of the agency did.
READ_ALL = permit("audit.read_all", Role.LEADER, Role.OFFICE_HEAD, Role.ARCHIVIST, Role.AUDITOR)
#: That everybody acted and when; nothing of what it was about.
READ_BARE = permit("audit.read_bare", Role.ADMIN)
#: From where somebody acted: network address and device.
READ_PLACE = permit("audit.read_place", Role.AUDITOR, Role.ADMIN)
#: Of whom others' work may be looked at finds the page in the menu; everybody finds it at the own account.
MENU = permit(
    "audit.menu",
    Role.LEADER,
    Role.OFFICE_HEAD,
    Role.UNIT_HEAD,
    Role.ARCHIVIST,
    Role.AUDITOR,
    Role.ADMIN,
)
