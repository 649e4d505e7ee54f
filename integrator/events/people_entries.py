"""The events about people: sign-in, teams and roles, calendars, tokens. A part of the list in ``catalogue_entries``."""

from __future__ import annotations

from integrator.events.trigger_entries import Entry

_SUBSTITUTION = {
    "person": "lee",
    "substitute": "lia",
    "team": "legal",
    "starts_at": "2026-11-23T00:00:00Z",
    "ends_at": "2026-12-01T00:00:00Z",
}
_MEMBERSHIP = {"username": "lee", "role": "approver", "team": "legal"}
PEOPLE: tuple[Entry, ...] = (
    ("person.signed_in", "Signed in", "{actor} signed in[ with {method}]", "method:text", {"method": "password"}),
    (
        "person.sign_in_failed",
        "Sign-in failed",
        "A sign-in failed[: {reason}]",
        "reason:text",
        {"reason": "wrong password"},
    ),
    ("person.signed_out", "Signed out", "{actor} signed out", "", {}),
    ("person.added", "Person added", "{actor} added the person[ {username}]", "username:text", {"username": "lee"}),
    (
        "person.deactivated",
        "Person deactivated",
        "{actor} deactivated the person[ {username}]",
        "username:text",
        {"username": "lee"},
    ),
    (
        "person.reactivated",
        "Person reactivated",
        "{actor} reactivated the person[ {username}]",
        "username:text",
        {"username": "lee"},
    ),
    (
        "person.changed",
        "Person changed",
        "{actor} changed the person[ {username}]",
        "username:text",
        {"username": "lee"},
    ),
    ("team.added", "Team added", "{actor} added the team[ {slug}]", "slug:text", {"slug": "legal"}),
    ("team.changed", "Team changed", "{actor} changed the team[ {slug}]", "slug:text", {"slug": "legal"}),
    (
        "calendar.added",
        "Calendar added",
        "{actor} added the calendar[ {calendar}]",
        "calendar:text",
        {"calendar": "bavaria"},
    ),
    (
        "calendar.changed",
        "Calendar changed",
        "{actor} changed the calendar[ {calendar}]",
        "calendar:text",
        {"calendar": "bavaria"},
    ),
    (
        "calendar.removed",
        "Calendar removed",
        "{actor} removed the calendar[ {calendar}]",
        "calendar:text",
        {"calendar": "bavaria"},
    ),
    (
        "membership.added",
        "Role given",
        "{actor} gave[ {username}] the role[ {role}][ in {team}]",
        "username:text role:text team:text",
        _MEMBERSHIP,
    ),
    (
        "membership.removed",
        "Role taken",
        "{actor} took the role[ {role}][ in {team}][ from {username}]",
        "username:text role:text team:text",
        _MEMBERSHIP,
    ),
    (
        "people.substitute_named",
        "Substitute named",
        "{actor} named {substitute} as substitute for {person}[ in {team}]",
        "person:text! substitute:text! team:text starts_at:text! ends_at:text!",
        _SUBSTITUTION,
    ),
    (
        "people.substitute_started",
        "Substitute began",
        "{substitute} acts for {person}[ in {team}] from now on",
        "person:text! substitute:text! team:text starts_at:text! ends_at:text!",
        _SUBSTITUTION,
    ),
    (
        "people.substitute_ended",
        "Substitute ended",
        "{substitute} no longer acts for {person}[ in {team}]",
        "person:text! substitute:text! team:text starts_at:text! ends_at:text!",
        _SUBSTITUTION,
    ),
    ("token.created", "Access token made", "{actor} made an access token[ {name}]", "name:text", {"name": "ci"}),
    (
        "token.first_used",
        "Access token first used",
        "An access token[ {name}] of {actor} was used for the first time",
        "name:text",
        {"name": "ci"},
    ),
    ("token.revoked", "Access token revoked", "{actor} revoked an access token[ {name}]", "name:text", {"name": "ci"}),
    (
        "mfa.enabled",
        "Second factor added",
        "{actor} added a second factor[: {method}]",
        "method:text",
        {"method": "totp"},
    ),
    (
        "mfa.disabled",
        "Second factor removed",
        "{actor} removed a second factor[: {method}]",
        "method:text",
        {"method": "totp"},
    ),
)
