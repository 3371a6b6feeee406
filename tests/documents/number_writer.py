"""A process that grants numbers, some of its tries failing on purpose; run by the tests of numbering."""

import random
import sys
from pathlib import Path

from intranet.core import config, db
from intranet.people.models import User
from tests.documents.granting import grant


def main(data_dir: str, url: str, register_id: str, clerk_id: str, seed: str, tries: str) -> None:
    """Grant until the tries are used up, telling each number on a line of its own once it is committed."""
    settings = config.load(data_dir=Path(data_dir), database_url=url, public_url="http://localhost")
    db.open_database(settings)
    chance = random.Random(int(seed))
    with db.scope():
        org_id = db.session().get_one(User, int(clerk_id)).org_id
    for _ in range(int(tries)):
        with db.scope({org_id}):
            actor = db.session().get_one(User, int(clerk_id))
            try:
                number = grant(actor, int(register_id), fail=chance.random() < 0.2)
            except RuntimeError:
                continue
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
