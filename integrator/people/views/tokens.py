"""One's own access tokens: made (shown once), listed without their text, revoked. Nobody sees another's."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from integrator.events.actors import Actor
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.errors import PeopleError, TokenMissing
from integrator.people.forms import TokenForm, add_people_error
from integrator.people.operations import NewToken, create_token, revoke_token
from integrator.people.queries import describe_token_state, list_tokens
from integrator.people.rights import Action


@needs(Action.TOKEN_OWN)
@require_http_methods(["GET", "POST"])
@never_cache
def show_tokens(request: HttpRequest) -> HttpResponse:
    """The list and the form; after making one, the same page shows its text this one time."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    made: NewToken | None = None
    if form.is_bound and form.is_valid():
        made = make_token(request, form)
    person, now = get_reader(request), timezone.now()
    rows = [(token, describe_token_state(token, now=now)) for token in list_tokens(person)]
    status = 400 if form.is_bound and made is None else 200
    context = {"rows": rows, "form": TokenForm() if made else form, "made": made}
    return render_page(request, "people/tokens.html", context, status=status)


def make_token(request: HttpRequest, form: TokenForm) -> NewToken | None:
    """The new token, or None with the reason in the form."""
    person, now = get_reader(request), timezone.now()
    days = form.cleaned_data["days"]
    try:
        return create_token(
            person_id=person.pk,
            name=form.cleaned_data["name"],
            expires_at=now + timedelta(days=int(days)) if days else None,
            actor=Actor.person(person),
            now=now,
        )
    except PeopleError as error:
        add_people_error(form, error)
        return None


@needs(Action.TOKEN_OWN)
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends one of one's own tokens."""
    person = get_reader(request)
    try:
        revoke_token(token_id=token_id, person_id=person.pk, actor=Actor.person(person), now=timezone.now())
    except TokenMissing as error:
        raise Http404 from error
    messages.success(request, "The token is revoked. Calls that use it are refused from now on.")
    return redirect("tokens")
