"""A letter as bytes: plain text and HTML side by side, headers that mail programs and filters understand."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

#: Lines as SMTP wants them; bodies travel as base64, which no server on the way alters.
_POLICY = policy.SMTP


@dataclass(frozen=True)
class Letter:
    """One letter to one person."""

    message_id: str
    sender: str
    #: Name shown as the sender, that of the agency.
    sender_name: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    at: datetime


def as_bytes(letter: Letter) -> bytes:
    """The letter as it is handed to a server; the same letter gives the same Message-ID each time."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(letter.sender_name, addr_spec=letter.sender)
    message["To"] = Address(letter.to_name, addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.message_id
    message["Content-Language"] = "vi"
    # Answering machines leave letters of machines alone (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    for part in message.iter_parts():
        del part["MIME-Version"]
    return message.as_bytes()
