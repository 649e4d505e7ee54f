"""The pages of connections, as a publisher uses them. Who may open them: the table of routes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from flows.models import Connection
from integrator.people.rights import Action
from integrator.people.roles import Role
from integrator.secrets.store import resolve_secrets
from tests.support.flows import make_version
from tests.support.personas import Personas, make_person, make_personas, sign_in

pytestmark = pytest.mark.django_db
SECRET = "s3cret-Value/42"


@pytest.fixture
def personas() -> Personas:
    return make_personas(Action.CONNECTION_MANAGE)


@pytest.fixture
def browser(personas: Personas) -> Client:
    return sign_in(personas.owner)


def typed(personas: Personas, **more: Any) -> dict[str, Any]:
    return {
        "team": personas.team.pk,
        "key": "erp",
        "name": "ERP",
        "base_url": "https://erp.example",
        "kind": "api_key",
        "key_place": "header",
        "key_name": "X-Api-Key",
        "secret": SECRET,
        **more,
    }


class TestConnectionPages:
    def test_add_edit_and_remove_one(self, personas: Personas, browser: Client) -> None:
        assert browser.post("/connections/add/", typed(personas)).status_code == 302
        row = Connection.objects.get()
        assert row.environments.get().settings == {"header": "X-Api-Key"}
        page = f"/connections/of/{personas.team.slug}/erp/"
        assert "ERP" in browser.get("/connections/").content.decode()
        assert SECRET not in browser.get(page).content.decode()
        changed = typed(personas, kind="basic", user="jo", allow="10.0.0.0/8\n")
        assert browser.post(page, changed).status_code == 302
        row.refresh_from_db()
        live = row.environments.get()
        assert (row.kind, live.settings, live.allow) == ("basic", {"user": "jo"}, ["10.0.0.0/8"])
        assert browser.post(f"{page}secret/", {"secret": "another"}).status_code == 302
        assert resolve_secrets(personas.team.pk, "connection.erp") == ["another"]
        assert browser.post(f"{page}remove/").status_code == 302
        assert not Connection.objects.exists()

    def test_name_the_steps_that_use_one_as_the_designer_does(self, personas: Personas, browser: Client) -> None:
        browser.post("/connections/add/", typed(personas))
        calls = (
            "send: {kind: http.request, name: Tell the ERP, with: {method: GET, url: /, connection: erp}, next: ask_it}"
        )
        again = "ask_it: {kind: http.request, with: {method: GET, url: /, connection: erp}}"
        make_version(f"format: 1\nflow: a\nname: A\nteam: {personas.team.slug}\nsteps:\n  {calls}\n  {again}\n")
        page = browser.get(f"/connections/of/{personas.team.slug}/erp/").content.decode()
        assert "version 1, step “Tell the ERP”" in page
        assert "version 1, step “Ask it”" in page

    def test_keep_what_was_typed_and_say_what_is_wrong(self, personas: Personas, browser: Client) -> None:
        answer = browser.post("/connections/add/", typed(personas, base_url="erp.example"))
        page = answer.content.decode()
        assert answer.status_code == 400
        assert "The address must begin with http:// or https://." in page
        assert 'value="erp.example"' in page
        assert SECRET not in page

    def test_offer_no_team_of_others(self, personas: Personas, browser: Client) -> None:
        other = make_personas(Action.CONNECTION_MANAGE).team
        assert browser.post("/connections/add/", typed(personas, team=other.pk)).status_code == 400
        assert not Connection.objects.exists()

    def test_show_readers_no_forms(self, personas: Personas, browser: Client) -> None:
        browser.post("/connections/add/", typed(personas))
        reader = sign_in(make_person("", (personas.team, Role.OPERATOR)))
        page = f"/connections/of/{personas.team.slug}/erp/"
        assert 'method="post" autocomplete' not in reader.get(page).content.decode()
        assert reader.post(page, typed(personas)).status_code == 403
        assert reader.post(f"{page}secret/", {"secret": "x"}).status_code == 403
        assert reader.post(f"{page}secret/").status_code == 403
        assert reader.post(f"{page}remove/").status_code == 403
        assert "Set a secret" not in reader.get("/connections/").content.decode()

    def test_set_a_webhook_secret_and_never_show_it(self, personas: Personas, browser: Client) -> None:
        values = {"team": personas.team.pk, "name": "partner", "value": SECRET, "keep_old_s": ""}
        assert browser.post("/connections/secrets/", values).status_code == 302
        values |= {"value": "newer", "keep_old_s": "3600"}
        browser.post("/connections/secrets/", values)
        assert resolve_secrets(personas.team.pk, "partner") == ["newer", SECRET]
        page = browser.get("/connections/").content.decode()
        assert "partner" in page
        assert SECRET not in page
        assert browser.post("/connections/secrets/", {**values, "name": "no spaces"}).status_code == 400
