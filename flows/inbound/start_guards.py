"""What keeps machines away from forms that start flows: a hidden field, a signed time, a limit for each address.

No third party is asked, and nothing needs scripts. Each refusal is a sentence that a person can act on.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing

from flows.errors import CallRefused
from flows.operations.intake.start_forms import StartForm
from integrator.rates import Rate, get_counter

TRAP = "website"  # a field that people do not see
OPEN_FOR = timedelta(hours=24)
LOOKS = Rate(requests=120, per_s=60)  # of one address
SENDS = Rate(requests=10, per_s=60)
_SALT = "flows.start_form"
STATUS_BY_CODE = {
    "form.trap": 400,
    "form.too_fast": 400,
    "form.too_old": 400,
    "intake.invalid": 400,
    "intake.too_large": 413,
    "intake.rate": 429,
}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One view of a form: ``nonce`` tells repeats, ``shown_at`` is when it was first shown. Signed, not secret."""

    nonce: str
    shown_at: datetime

    def sign(self, path: str) -> str:
        """As the page carries it."""
        return signing.dumps([path, self.nonce, int(self.shown_at.timestamp() * 1000)], salt=_SALT)


def make_mark(now: datetime) -> Mark:
    """The mark of a form that is shown for the first time."""
    return Mark(nonce=uuid.uuid4().hex, shown_at=now)


def read_mark(text: str, path: str, *, now: datetime) -> Mark | None:
    """The mark that a page sent back; None for one that we did not make for this form, or too long ago."""
    try:
        made_for, nonce, shown_ms = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    shown_at = datetime.fromtimestamp(shown_ms / 1000, tz=now.tzinfo)
    return Mark(nonce=nonce, shown_at=shown_at) if made_for == path and now - shown_at <= OPEN_FOR else None


def guard_form(mark: Mark | None, trapped: str, *, now: datetime) -> Mark:
    """This will let a person through. Raises CallRefused: ``form.too_old``, ``form.trap``, ``form.too_fast``."""
    if trapped.strip():
        raise CallRefused(
            "form.trap",
            "A field that nobody sees was filled in, perhaps by your browser. It is empty again: send it once more.",
            reason="The hidden field was filled in, as machines do.",
        )
    if mark is None:
        raise CallRefused(
            "form.too_old",
            "The page was open for more than a day. What you filled in is still here: look it through and send it.",
            reason="The page's signed time was missing, not ours, or more than a day old.",
        )
    took = now - mark.shown_at
    if took < timedelta(seconds=settings.START_FORM_MIN_S):
        raise CallRefused(
            "form.too_fast",
            f"That was quick. Wait {settings.START_FORM_MIN_S} seconds, then send the form again.",
            reason=f"It came {took.total_seconds():.1f} s after the page was shown, faster than people fill it in.",
        )
    return mark


def admit_look(address: str) -> None:
    """Count a look at a form. Raises CallRefused ``intake.rate``."""
    _enter(f"start:look:{address}", LOOKS)


def admit_sending(form: StartForm, address: str) -> None:
    """Count what is sent by one address. Raises CallRefused ``intake.rate``."""
    own = form.rate
    rate = Rate(requests=int(own["requests"]), per_s=int(own["per_s"])) if own else SENDS
    _enter(f"start:{form.listener.trigger_id}:{address}", rate)


def _enter(key: str, rate: Rate) -> None:
    wait_s = get_counter().enter(key, rate)
    if wait_s > 0:
        seconds = max(1, math.ceil(wait_s))
        raise CallRefused(
            "intake.rate",
            f"There were too many tries from where you are. Wait {seconds:,} s, then send it again.",
            reason=f"More than {rate.requests:,} in {rate.per_s:,} s came from one address.",
            details={"retry_after_s": seconds},
        )
