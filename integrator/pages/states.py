"""How a state looks: one table word → look, icon, label. Colour is never alone; an unknown word is shown as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StateLook:
    """``look`` is the CSS class that sets the tone, ``icon`` a name of the sprite, ``label`` the words."""

    look: str
    icon: str
    label: str


_TABLE: dict[str, tuple[str, str, str]] = {
    # runs and step visits
    "running": ("is-running", "player-play", "Running"),
    "waiting": ("is-waiting", "clock", "Waiting"),
    "completed": ("is-completed", "circle-check", "Completed"),
    "failed": ("is-failed", "x", "Failed"),
    "incident": ("is-incident", "alert-triangle", "Needs a person"),
    "cancelled": ("is-cancelled", "ban", "Cancelled"),
    "ready": ("is-running", "point", "About to run"),
    "retrying": ("is-running", "refresh", "Trying again"),
    "skipped": ("is-cancelled", "player-skip-forward", "Skipped"),
    "next": ("is-cancelled", "circle-dashed", "Not reached yet"),
    # flows and versions
    "draft": ("is-draft", "pencil", "Draft"),
    "live": ("is-live", "broadcast", "Live"),
    "paused": ("is-paused", "player-pause", "Paused"),
    "archived": ("is-cancelled", "archive", "Archived"),
    "retired": ("is-cancelled", "archive", "Retired"),
    # tasks and approvals
    "open": ("is-waiting", "clock", "Open"),
    "claimed": ("is-running", "user-check", "Claimed"),
    "done": ("is-completed", "circle-check", "Done"),
    "withdrawn": ("is-cancelled", "arrow-back-up", "Withdrawn"),
    "approved": ("is-completed", "circle-check", "Approved"),
    "rejected": ("is-failed", "x", "Rejected"),
    "decided": ("is-completed", "circle-check", "Decided"),
    # requests
    "accepted": ("is-completed", "circle-check", "Accepted"),
    "refused": ("is-failed", "shield-x", "Refused"),
    "duplicate": ("is-cancelled", "copy", "Repeat"),
    "replayed": ("is-running", "repeat", "Replayed"),
    # messages
    "delivered": ("is-completed", "mail", "Delivered"),
    "parked": ("is-waiting", "hourglass", "Kept"),
    # effects
    "intended": ("is-waiting", "send", "About to be sent"),
    "sending": ("is-running", "send", "Being sent"),
    "sent": ("is-completed", "circle-check", "Sent"),
    "succeeded": ("is-completed", "circle-check", "Done"),
    "unsure": ("is-incident", "alert-triangle", "Not sure"),
    "unknown": ("is-incident", "alert-triangle", "Not sure"),
    # alerts
    "info": ("is-running", "info-circle", "For information"),
    "warning": ("is-incident", "alert-triangle", "Warning"),
    "critical": ("is-failed", "alert-circle", "Critical"),
    "unread": ("is-waiting", "mail", "Unread"),
    "read": ("is-cancelled", "eye", "Read"),
    "acknowledged": ("is-completed", "circle-check", "Acknowledged"),
    "queued": ("is-waiting", "clock", "Waiting to be sent"),
    # cases, people, tokens, the log
    "closed": ("is-completed", "circle-check", "Closed"),
    "resolved": ("is-completed", "circle-check", "Dealt with"),
    "planned": ("is-waiting", "clock", "Planned"),
    "ended": ("is-cancelled", "circle-minus", "Ended"),
    "active": ("is-completed", "circle-check", "Active"),
    "deactivated": ("is-cancelled", "user-off", "Deactivated"),
    "revoked": ("is-cancelled", "ban", "Revoked"),
    "expired": ("is-cancelled", "hourglass", "Expired"),
    "intact": ("is-completed", "shield-check", "Log intact"),
    "broken": ("is-failed", "shield-x", "Log broken"),
}
STATES: dict[str, StateLook] = {
    word: StateLook(look=look, icon=icon, label=label) for word, (look, icon, label) in _TABLE.items()
}


def look_of(word: str) -> StateLook:
    """The look of a state; a word of the user's own (a case status) gets a neutral dot and stays as it is written."""
    return STATES.get(word.strip().lower()) or StateLook(
        look="is-cancelled", icon="point", label=word.replace("_", " ").strip().capitalize() or "None"
    )
