"""What the worker does for the log of acts: proofs that were asked for, and one each night."""

from typing import Any

from intranet.auditing import proving
from intranet.core import clock
from intranet.core.jobs import every, job

_NIGHT_HOUR = 2


@job(proving.JOB, is_slow=True)
def prove(payload: Any) -> dict[str, int]:
    """Prove the whole log of an agency."""
    return {"lines": proving.prove_whole(int(payload["org"])).seq}


@every(900, "audit.night")
def prove_night() -> None:
    """Go on with the proof of every log, once a night."""
    now = clock.local(clock.now())
    if now.hour >= _NIGHT_HOUR:
        proving.prove_night(now.date())
