"""Owner, team-mate, lead, stranger, auditor, guest and the deactivated at every page and fragment, by the URL list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from cases.models import GuestPass, SlaClock
from cases.operations.invitations import make_guest_link
from flows.designer.urls import urlpatterns as designer
from integrator.events.models import Event
from integrator.people.models import AccessToken, Person
from tests.flows.views.test_access import CHANGE, LISTS, READ
from tests.hazards.persona_table import SUBJECTS, TABLE
from tests.support.company import Company, furnish, make_company
from tests.support.page_addresses import list_pages
from tests.support.personas import make_token_of
from tests.support.rights_rows import WHO, Row, undone
from tests.support.routes import ROUTES, walk
from tests.support.run_pages import store_request

pytestmark = pytest.mark.django_db
READS = {"file.read", "form.exported", "audit.read", "export.made"}  # what a GET may leave in the log
OPEN = {  # for everybody who has the link
    "healthz", "readyz", "live", "metrics", "public_status", "start_form", "start_receipt", "guest_task", "guest_file",
}  # fmt: skip


@pytest.fixture
def company(db: None, settings: Any) -> Company:
    """The company with a clock, a token and a request, and all that hangs on it."""
    made = furnish(make_company(), settings)
    clock = SlaClock.objects.get(task=made.task)
    more = {"clock": clock.pk, "what": "open", "flow": "sum"}
    more |= {"first": 1, "starter": "approval-round-trip"}
    make_token_of(made.people["operator"])
    more |= {"token": AccessToken.objects.get().pk, "request": store_request(made.run.version).id}
    return replace(made, beside={**made.beside, **more})


def call(client: Client, row: Row, company: Company) -> HttpResponse:
    """The answer, read to its end."""
    body = {
        name: SimpleUploadedFile("note.txt", value) if isinstance(value, bytes) else value
        for name, value in (row.body or {}).items()
    }
    answer: HttpResponse = getattr(client, row.verb)(list_pages()[row.path].fill(company.get_parts()), body)
    if answer.streaming:
        b"".join(answer)
    return answer


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def tell(row: Row, who: str, status: int, new: set[str]) -> Iterator[str]:
    """What is not as the table says."""
    if status != row.answer_to(who):
        yield f"{row} as {who}: {status}, not {row.answer_to(who)}"
    if bool(new) != (who in row.does):
        yield f"{row} as {who}: {sorted(new) or 'nothing'} came of it"
    if row.verb == "get" and not new <= READS:
        yield f"{row} as {who}: changed something, {sorted(new)}"


class TestEveryPage:
    def test_is_in_a_table(self) -> None:
        access = {row[0] for row in (*READ, *CHANGE)} | set(LISTS)
        drawn = {str(pattern.name) for pattern in walk(designer)}
        known = access | drawn | OPEN | {route.name for route in ROUTES if not _is_of_nothing(route)}
        assert sorted(set(list_pages()) - known - {row.path for row in TABLE}) == []

    @pytest.mark.parametrize("subject", SUBJECTS)
    def test_answers_by_right_and_does_no_more(self, company: Company, subject: str) -> None:
        clients = {who: sign_in(company.people[who]) for who in WHO}
        wrong: list[str] = []
        for row in SUBJECTS[subject]:
            for who, client in clients.items():
                last = Event.objects.order_by("-id").values_list("id", flat=True)[0]
                with undone():
                    answer = call(client, row, company)
                    new = set(Event.objects.filter(id__gt=last).values_list("name", flat=True))
                wrong += tell(row, who, answer.status_code, new)
        assert not wrong, "\n".join(wrong)

    def test_has_no_other_verb(self, company: Company) -> None:
        listed = {(row.verb, row.path) for row in TABLE}
        client = sign_in(company.people["lead"])
        for name in {row.path for row in TABLE}:
            for verb in ("get", "post", "put", "patch", "delete"):
                if (verb, name) not in listed:
                    answer = getattr(client, verb)(list_pages()[name].fill(company.get_parts()))
                    assert (verb, name, answer.status_code) in {(verb, name, 405), (verb, name, 404)}

    def test_is_closed_to_nobody_the_deactivated_and_guests(self, company: Company) -> None:
        gone = sign_in(company.people["deactivated"])
        Person.objects.filter(pk=company.people["deactivated"].pk).update(is_active=False)
        guest = Client()
        link = make_guest_link(GuestPass.objects.get().pk).partition("https://flows.example")[2]
        assert guest.get(link).status_code == 200
        last = Event.objects.order_by("-id").values_list("id", flat=True)[0]
        for row in TABLE:
            for who, client in (("nobody", Client()), ("deactivated", gone), ("guest", guest)):
                answer = call(client, row, company)
                assert (who, str(row), answer.status_code) == (who, str(row), 302)
                assert answer.headers["Location"].startswith("/accounts/login/"), f"{row} as {who}"
        assert not Event.objects.filter(id__gt=last).exists()

    def test_shows_a_stranger_what_a_missing_thing_shows(self, company: Company) -> None:
        client = sign_in(company.people["stranger"])
        for row in TABLE:
            if list_pages()[row.path].converters and row.answer_to("stranger") == 404:
                hidden = call(client, row, company)
                assert b"There is nothing here that you can see" in hidden.content, str(row)

    def test_acts_on_a_change_of_rights_at_once(self, company: Company) -> None:
        client = sign_in(company.people["lead"])
        gets = (row for row in TABLE if row.verb == "get" and list_pages()[row.path].converters)
        own = [row for row in gets if (row.answer_to("lead"), row.answer_to("stranger")) == (200, 404)]
        assert len(own) > 15
        assert {call(client, row, company).status_code for row in own} == {200}
        company.people["lead"].memberships.all().delete()
        assert {call(client, row, company).status_code for row in own} == {404}


def _is_of_nothing(route: Any) -> bool:
    """Whether the registry tries the address only with an id that nothing has, or as everybody's."""
    return route.action is not None and str(route.action) == "token.own" and set(route.verbs.values()) <= {404}
