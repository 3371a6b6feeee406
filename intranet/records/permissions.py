"""What the ground floor's records ask of a role."""

from intranet.core.permits import permit

#: To say that what looks like a secret mark is none.
CLEAR_MARK = permit("file.clear_secret_mark", "office_head")
