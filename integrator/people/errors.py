"""What can go wrong with people, teams and tokens.

PeopleError
├── PersonMissing           person.not_found
├── NameTaken               person.name_taken, person.email_taken, team.name_taken
├── PasswordRefused         person.password_weak
├── FieldRefused            person.field_refused, team.field_refused, token.field_refused
├── LastAdmin               person.last_admin
├── TeamMissing             team.not_found
├── CalendarMissing         calendar.not_found
├── CalendarRefused         calendar.refused, calendar.key_taken, calendar.in_use
├── MembershipMissing       membership.not_found
├── RoleRefused             membership.role_refused
├── SubstitutionMissing     substitution.not_found
├── SubstitutionForbidden   substitution.forbidden
├── SubstitutionRefused     substitution.refused, substitution.overlaps
└── TokenMissing            token.not_found
"""

from __future__ import annotations

from collections.abc import Mapping


class PeopleError(Exception):
    """Base. ``message`` is safe to show and says what to do; nothing here gets better by trying again."""

    code = "people.error"
    retryable = False

    def __init__(self, message: str, *, code: str = "", details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = dict(details or {})


class PersonMissing(PeopleError):
    """There is no such person."""

    code = "person.not_found"


class NameTaken(PeopleError):
    """Somebody or some team has this name or address already. ``details["field"]`` names the field."""

    code = "person.name_taken"


class PasswordRefused(PeopleError):
    """The password is too easy to guess."""

    code = "person.password_weak"


class FieldRefused(PeopleError):
    """A value is not acceptable. ``details["field"]`` names the field."""

    code = "person.field_refused"


class LastAdmin(PeopleError):
    """Without this person nobody could manage people any more."""

    code = "person.last_admin"


class TeamMissing(PeopleError):
    """There is no such team."""

    code = "team.not_found"


class CalendarMissing(PeopleError):
    """There is no such business calendar."""

    code = "calendar.not_found"


class CalendarRefused(PeopleError):
    """A calendar cannot be so. ``details["field"]`` names the field, where it is one's fault."""

    code = "calendar.refused"


class MembershipMissing(PeopleError):
    """The person does not hold this role."""

    code = "membership.not_found"


class RoleRefused(PeopleError):
    """This role cannot be held everywhere."""

    code = "membership.role_refused"


class TokenMissing(PeopleError):
    """There is no such token of this person."""

    code = "token.not_found"


class SubstitutionMissing(PeopleError):
    """There is no such substitution, or the person may not see it."""

    code = "substitution.not_found"


class SubstitutionForbidden(PeopleError):
    """The person may not name a substitute for this one."""

    code = "substitution.forbidden"


class SubstitutionRefused(PeopleError):
    """A substitution cannot be so. ``details["field"]`` names the field."""

    code = "substitution.refused"
