"""Letters of the outbox on their way: composed for their receiver, then handed to the mail server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jinja2 import Environment

from intranet.core import clock
from intranet.core.config import Settings
from intranet.core.text import one_line
from intranet.notices import addresses
from intranet.notices.outbox import Claimed
from intranet.notices.outbox_sending import Carry, Nothing, Refused, Transport, receiver_of, words_of
from mail.formats.message import Letter, as_bytes
from mail.services.smtp import Server


def carrier(pages: Environment) -> Callable[[Settings], Transport | None]:
    """What fills the slot of e-mail: a transport where a mail server is configured.

    :param pages: the application's templates.
    """

    def answer(settings: Settings) -> Transport | None:
        if settings.smtp_host is None:
            return None

        @contextmanager
        def one_round() -> Iterator[Carry]:
            with Server(settings) as server:
                yield lambda letter: _deliver(letter, server, settings, pages)

        return one_round

    return answer


def _deliver(letter: Claimed, server: Server, settings: Settings, pages: Environment) -> None:
    """One letter, from its words to the server's answer."""
    person = receiver_of(letter)
    to = letter.payload.get("to") or addresses.confirmed(person.id)
    if to is None:
        raise Nothing("no_address")
    if not addresses.is_inside(to):
        raise Refused("address_outside")
    words = words_of(letter, person)
    said = {
        "name": person.full_name,
        "agency": person.org.name,
        "text": words.text,
        "link": settings.public_url + words.link if words.link else "",
        "settings_link": f"{settings.public_url}/notices/channels",
    }
    made = Letter(
        message_id=letter.message_id,
        sender=settings.mail_from,
        sender_name=person.org.short_name,
        to=to,
        to_name=person.full_name,
        subject=one_line(words.subject),
        text=pages.get_template("mail/letters/letter.txt").render(said),
        html=pages.get_template("mail/letters/letter.html").render(said),
        at=clock.now(),
    )
    server.hand_over(settings.mail_from, to, as_bytes(made))
