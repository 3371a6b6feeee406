"""Whom a report names: people who may read the task are told that they stand in it."""

from collections.abc import Collection

from intranet.core.actor import Actor
from intranet.directives.directory import names_in
from intranet.directives.mentions import find_mentions
from intranet.directives.words import Sentence
from intranet.notices import services as notices
from intranet.people import directory
from intranet.tasks.models import Task
from intranet.tasks.parties import Party
from intranet.tasks.permissions import To, may

#: So many people of one report are told.
_MOST = 20


def tell_named(actor: Actor, task: Task, text: str, *, but: Collection[int] = ()) -> None:
    """Tell those whom the words name beyond doubt, in the open unit of work; of namesakes nobody is told.

    :param but: ids of people who hear of the report anyway.
    """
    if not text:
        return
    found = find_mentions(Sentence(text), names_in(actor.org_id, text))
    sure = (Party.parse(one.keys[0]) for one in found if one.is_person and one.is_sure)
    named = dict.fromkeys(one.user_id for one in sure if one.user_id is not None and one.user_id not in but)
    people = (directory.receiver(user_id) for user_id in list(named)[:_MOST])
    readers = [one.id for one in people if one is not None and may(one, To.READ, task)]
    notices.notify(readers, "task.named", task.ref, by=actor)
