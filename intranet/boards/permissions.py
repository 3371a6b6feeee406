"""Who sees which board. What a board counts is each package's own rule."""

from intranet.boards.figures import Board
from intranet.core.actor import Actor
from intranet.core.permits import permit
from intranet.people.models import Role

READ = permit(
    "board.read",
    Role.LEADER,
    Role.OFFICE_HEAD,
    Role.AUDITOR,
    Role.UNIT_HEAD,
    Role.CLERK,
    Role.OFFICER,
    Role.ARCHIVIST,
    Role.ADMIN,
)
LEAD = permit("board.lead", Role.LEADER, Role.OFFICE_HEAD, Role.AUDITOR)
UNIT = permit("board.unit", Role.UNIT_HEAD)
DESK = permit("board.desk", Role.CLERK)
OWN = permit("board.own", Role.OFFICER)
#: What is kept, and where it is.
FILES = permit("board.files", Role.ARCHIVIST)
#: Who works with the house and how much; nothing of what is in it.
USAGE = permit("board.usage", Role.ADMIN)
#: Where things are stuck, and reports: of the agency, or of the units headed.
FLOW = permit("board.flow", Role.LEADER, Role.OFFICE_HEAD, Role.AUDITOR, Role.UNIT_HEAD)
REPORT = permit("board.report", Role.LEADER, Role.OFFICE_HEAD, Role.AUDITOR, Role.UNIT_HEAD, Role.CLERK)
#: The day with which the months of reports end.
KEEP = permit("board.keep", Role.OFFICE_HEAD, Role.ADMIN)

_PERMITS = {
    Board.LEADER: LEAD,
    Board.UNIT: UNIT,
    Board.CLERK: DESK,
    Board.OWN: OWN,
    Board.FILES: FILES,
    Board.USAGE: USAGE,
}


def boards_of(actor: Actor) -> list[Board]:
    """The boards that the actor may see, the widest first."""
    return [board for board, permit_ in _PERMITS.items() if actor.holds(permit_)]
