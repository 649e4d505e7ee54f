"""Who may change forms of the library, and their rows for those who may. A stranger cannot tell what there is."""

from __future__ import annotations

from cases.forms.errors import FormForbidden, FormNotFound
from cases.models import Form
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can

_WHO = {
    Action.FORM_DRAFT: "Analysts and publishers of {team} may change its forms. Ask one of them.",
    Action.FORM_PUBLISH: "Publishers of {team} may publish its forms. Ask one of them.",
}


def check_right(person: Person | None, team: Team, action: Action) -> None:
    """Raises FormNotFound for strangers to the team, FormForbidden for those who may only look. None: a command."""
    if person is None or can(person, action, team):
        return
    if not can(person, Action.FORM_READ, team):
        raise FormNotFound
    raise FormForbidden(_WHO[action].format(team=team))


def get_form_to(person: Person, key: str, action: Action) -> Form:
    """The form, for those who may do ``action`` with it. Raises FormNotFound, FormForbidden."""
    found = Form.objects.select_related("team").filter(key=key).first()
    if found is None:
        raise FormNotFound
    check_right(person, found.team, action)
    return found


def lock_form(person: Person | None, key: str, action: Action) -> Form:
    """The form with its draft, held for a change. Raises FormNotFound, FormForbidden."""
    row = Form.objects.select_for_update(no_key=True, of=("self",)).select_related("team", "draft").filter(key=key)
    found = row.first()
    if found is None:
        raise FormNotFound
    check_right(person, found.team, action)
    return found
