"""The pages of one connection: environments, the test button, approvals by a person, and the page of cURL commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from flows.connectors.http.sign_in.oauth2_code import make_challenge
from flows.models import Connection, ConnectionEnvironment, ConnectionToken, Draft, Effect
from integrator.events.models import Event
from integrator.people.rights import Action
from integrator.people.roles import Role
from integrator.secrets import vault
from integrator.secrets.store import resolve_secrets
from tests.support.certificates import Authority
from tests.support.flows import make_version
from tests.support.loopback import answer, respond, serve
from tests.support.personas import Personas, make_person, make_personas, sign_in
from tests.support.token_server import TokenServer, token_server

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "s3cret-Value/42"
FLOW = """\
format: 1
flow: caller
name: Caller
team: {team}
trigger: {{kind: webhook, path: caller, auth: {{kind: none}}}}
steps:
  call: {{kind: http.request, with: {{url: orders, connection: erp}}}}
"""


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]


@pytest.fixture
def personas() -> Personas:
    return make_personas(Action.CONNECTION_MANAGE)


@pytest.fixture
def browser(personas: Personas) -> Client:
    return sign_in(personas.owner)


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with token_server() as server:
        yield server


def add(browser: Client, personas: Personas, **more: Any) -> str:
    """Add the connection "erp" by the form; its page."""
    typed = {"team": personas.team.pk, "key": "erp", "name": "ERP", "kind": "bearer", "secret": SECRET, **more}
    typed.setdefault("base_url", "https://erp.example")
    answered = browser.post("/connections/add/", typed)
    assert answered.status_code == 302, answered.content.decode()
    return f"/connections/of/{personas.team.slug}/erp/"


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "label"),
        [
            ("oauth2_client", "Token address"),
            ("hmac", "Header of the signature"),
            ("client_certificate", "Certificate"),
        ],
    )
    def test_have_a_form_of_their_own(self, browser: Client, kind: str, label: str) -> None:
        page = browser.get(f"/connections/add/?kind={kind}").content.decode()
        assert label in page
        assert f'value="{kind}"' in page

    def test_keep_what_was_typed_when_another_is_chosen(self, browser: Client, personas: Personas) -> None:
        typed = {"kind": "basic", "team": personas.team.pk, "name": "Old ERP", "base_url": "https://old.example"}
        page = browser.get("/connections/add/", typed).content.decode()
        assert 'value="Old ERP"' in page
        assert 'value="https://old.example"' in page
        edited = browser.get(add(browser, personas), typed).content.decode()
        assert 'value="Old ERP"' in edited

    def test_tell_the_address_to_come_back_to_before_they_are_added(self, browser: Client) -> None:
        page = browser.get("/connections/add/?kind=oauth2_code").content.decode()
        assert "http://testserver/connections/approved/</code>" in page

    def test_lead_to_the_test_once_one_is_added(self, browser: Client, personas: Personas) -> None:
        typed = {"team": personas.team.pk, "key": "erp", "name": "ERP", "kind": "none"}
        answered = browser.post("/connections/add/", typed)
        assert answered.headers["Location"] == f"/connections/of/{personas.team.slug}/erp/"

    def test_tell_until_when_the_certificate_is_good(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas, kind="client_certificate", secret=Authority().make("us"))
        until = datetime.fromisoformat(ConnectionEnvironment.objects.get().secret_facts["certificate_until"])
        assert f"good until {until:%-d %B %Y}." in browser.get(page).content.decode()

    def test_can_be_changed(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas)
        assert "User name" in browser.get(f"{page}?kind=basic").content.decode()
        typed = {"name": "ERP", "kind": "basic", "base_url": "https://erp.example", "user": "jo"}
        assert browser.post(page, typed).status_code == 302
        assert Connection.objects.get().kind == "basic"

    def test_take_no_address_from_a_link(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas)
        planted = {"kind": "basic", "name": "ERP 2", "base_url": "https://evil.example", "key": "other"}
        shown = browser.get(page, planted).content.decode()
        assert ('value="ERP 2"' in shown, 'value="https://erp.example"' in shown) == (True, True)
        assert 'value="https://evil.example"' not in shown
        assert 'data-carries="name"' in shown
        assert 'value="https://evil.example"' in browser.get("/connections/add/", planted).content.decode()

    def test_keep_a_rate(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas, rate_requests="10", rate_per_s="1.5")
        assert Connection.objects.get().rate == {"requests": 10, "per_s": 1.5}
        assert ConnectionEnvironment.objects.get().pace.requests == 10
        typed = {"name": "ERP", "kind": "bearer", "base_url": "https://erp.example"}
        half = browser.post(page, {**typed, "rate_requests": "10"})
        assert half.status_code == 400
        assert "in how many seconds" in half.content.decode()
        browser.post(page, typed)
        assert not hasattr(ConnectionEnvironment.objects.get(), "pace")


class TestEnvironments:
    def test_have_an_address_and_a_secret_each(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas)
        typed = {"environment": "test", "base_url": "https://test.erp.example", "secret": "test-secret"}
        assert browser.post(f"{page}environments/", typed).status_code == 302
        assert resolve_secrets(personas.team.pk, "connection.erp") == [SECRET]
        assert resolve_secrets(personas.team.pk, "connection.erp.test") == ["test-secret"]
        live, test = browser.get(page).content.decode(), browser.get(f"{page}?environment=test").content.decode()
        assert "https://erp.example" in live
        assert "https://test.erp.example" in test
        assert SECRET not in live + test
        again = browser.post(f"{page}environments/", typed)
        assert (again.status_code, "already" in again.content.decode()) == (400, True)
        assert browser.post(f"{page}secret/?environment=test", {"secret": "newer"}).status_code == 302
        assert resolve_secrets(personas.team.pk, "connection.erp.test") == ["newer"]
        assert resolve_secrets(personas.team.pk, "connection.erp") == [SECRET]

    def test_can_be_removed_but_for_the_live_one(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas)
        typed = {"environment": "test", "base_url": "https://test.erp.example", "secret": "x"}
        browser.post(f"{page}environments/", typed)
        browser.post(f"{page}environments/live/remove/")
        browser.post(f"{page}environments/test/remove/")
        assert [place.name for place in ConnectionEnvironment.objects.all()] == ["live"]

    def test_unknown_is_not_there(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas)
        assert browser.get(f"{page}?environment=moon").status_code == 404

    def test_go_with_their_connection(self, browser: Client, personas: Personas) -> None:
        from integrator.secrets.models import Secret

        page = add(browser, personas)
        browser.post(f"{page}environments/", {"environment": "test", "base_url": "https://t.example", "secret": "x"})
        browser.post(f"{page}remove/")
        assert not Secret.objects.exists()


class TestTestButton:
    def test_tells_what_came_of_it(self, browser: Client, personas: Personas) -> None:
        with serve(respond(answer(b'{"ok":1}', headers={"Content-Type": "application/json"}))) as server:
            page = add(browser, personas, base_url=server.url)
            shown = browser.post(f"{page}test/", {"path": "/status", "method": "GET"}).content.decode()
        assert "It works: the other side answered 200 OK." in shown
        assert "What was sent, secrets masked" in shown
        assert SECRET not in shown
        assert Event.objects.filter(name="connection.tested").count() == 1

    def test_says_once_why_there_is_no_token(self, browser: Client, personas: Personas, tokens: TokenServer) -> None:
        tokens.refusal = (401, {"error": "invalid_client"})
        page = add(browser, personas, kind="oauth2_client", token_url=tokens.url, client_id="us")
        tried = browser.post(f"{page}test/", {"path": "/"}).content.decode()
        assert tried.count("gave no token (invalid_client)") == 1
        assert "gave no token (invalid_client)" in browser.get(page).content.decode()

    def test_is_not_for_readers(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas)
        reader = sign_in(make_person("", (personas.team, Role.OPERATOR)))
        assert reader.post(f"{page}test/", {"path": "/"}).status_code == 403
        assert reader.post(f"{page}approve/").status_code == 403
        assert reader.get(f"{page}environments/").status_code == 403
        assert "Test it" not in reader.get(page).content.decode()


class TestWhereUsed:
    def test_names_versions_and_drafts(self, browser: Client, personas: Personas) -> None:
        page = add(browser, personas)
        version = make_version(FLOW.format(team=personas.team.slug))
        Draft.objects.create(
            flow=version.flow, author=personas.owner, document=version.document, updated_at=version.published_at
        )
        shown = browser.get(page).content.decode()
        assert "version 1, step “Call”" in shown
        assert "In drafts:" in shown
        refused = browser.post(f"{page}remove/", follow=True).content.decode()
        assert "Caller (version 1) uses" in refused
        assert Connection.objects.exists()

    def test_shows_how_it_fares(self, browser: Client, personas: Personas) -> None:
        from flows.queries.connection_health import get_health
        from integrator.database.clock import get_database_now
        from tests.support.flows import run_to_rest

        with serve(respond(answer(b'{"detail":"in maintenance"}', status=400))) as server:
            page = add(browser, personas, base_url=server.url)
            run_to_rest(make_version(FLOW.format(team=personas.team.slug)))
        shown = browser.get(page).content.decode()
        assert "1 call, 100 % failed" in shown
        health = get_health(Effect.objects.get().environment_id or 0, get_database_now())
        assert (health.state, health.calls, health.failed, health.last_good_at) == ("failing", 1, 1, None)


class TestApproval:
    def begin(self, browser: Client, personas: Personas, tokens: TokenServer) -> tuple[str, dict[str, str]]:
        """Add and begin: (page, what is asked of the other side)."""
        page = add(
            browser,
            personas,
            kind="oauth2_code",
            token_url=tokens.url,
            authorize_url="https://partner.example/authorize?tenant=7",
            client_id="us",
            scope="orders",
        )
        shown = browser.post(f"{page}approve/").content.decode()
        address = shown.split('href="https://partner.example/authorize', 1)[1].split('"', 1)[0].replace("&amp;", "&")
        return page, {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    def test_keeps_a_token_encrypted(self, browser: Client, personas: Personas, tokens: TokenServer) -> None:
        tokens.refresh = "refresh"
        page, asked = self.begin(browser, personas, tokens)
        assert (asked["response_type"], asked["client_id"], asked["scope"], asked["tenant"]) == (
            "code", "us", "orders", "7",
        )  # fmt: skip
        assert asked["redirect_uri"] == "http://testserver/connections/approved/"
        back = browser.get("/connections/approved/", {"code": "the-code", "state": asked["state"]})
        assert back.url == page
        (form,) = tokens.asked
        assert (form["grant_type"], form["code"], form["redirect_uri"]) == (
            "authorization_code", "the-code", asked["redirect_uri"],
        )  # fmt: skip
        assert make_challenge(form["code_verifier"]) == asked["code_challenge"]
        row = ConnectionToken.objects.get()
        assert (vault.decrypt(row.access), vault.decrypt(row.refresh)) == ("access-T0ken/1", "refresh/1")
        assert Event.objects.filter(name="connection.approved").count() == 1
        shown = browser.get(page).content.decode()
        assert "Approve again" in shown
        assert "T0ken" not in shown

    def test_is_bound_to_the_session_and_good_once(
        self, browser: Client, personas: Personas, tokens: TokenServer
    ) -> None:
        _, asked = self.begin(browser, personas, tokens)
        stranger = sign_in(make_person("", (personas.team, Role.PUBLISHER)))
        code = {"code": "the-code", "state": asked["state"]}
        assert stranger.get("/connections/approved/", code).url == "/connections/"
        assert browser.get("/connections/approved/", {**code, "state": "guess"}).url == "/connections/"
        assert browser.get("/connections/approved/", code).url == "/connections/"
        assert tokens.asked == []
        assert not ConnectionToken.objects.exists()

    @pytest.mark.parametrize(
        ("query", "refusal", "words"),
        [
            ({"error": "access_denied"}, None, "It was not approved (access_denied)"),
            ({"code": "old"}, (400, {"error": "invalid_grant"}), "Approve the connection again"),
        ],
    )
    def test_says_why_it_did_not_work(
        self, browser: Client, personas: Personas, tokens: TokenServer, query: Any, refusal: Any, words: str
    ) -> None:
        _, asked = self.begin(browser, personas, tokens)
        tokens.refusal = refusal
        shown = browser.get("/connections/approved/", {**query, "state": asked["state"]}, follow=True)
        assert words in shown.content.decode()
        assert not ConnectionToken.objects.exists()

    def test_is_forgotten_when_the_client_changes(
        self, browser: Client, personas: Personas, tokens: TokenServer
    ) -> None:
        page, asked = self.begin(browser, personas, tokens)
        browser.get("/connections/approved/", {"code": "c", "state": asked["state"]})
        typed = {
            "name": "ERP",
            "kind": "oauth2_code",
            "base_url": "https://erp.example",
            "token_url": tokens.url,
            "authorize_url": "https://partner.example/authorize",
            "client_id": "another",
        }
        assert browser.post(page, typed).status_code == 302
        assert not ConnectionToken.objects.exists()


class TestCurlPage:
    def test_gives_the_step_and_a_connection_to_add(self, browser: Client) -> None:
        command = f"curl -u jo:{SECRET} https://api.erp.example/orders --json '{{\"a\": 1}}'"
        page = browser.post("/connections/curl/", {"command": command}).content.decode()
        assert "kind: http.request" in page
        assert "connection: erp" in page
        assert "kind=basic" in page
        assert SECRET not in page

    def test_makes_a_flow_file_that_is_taken(self, browser: Client) -> None:
        from flows.connectors.http.curl import parse_curl
        from flows.views.curl import make_text

        step = make_text(parse_curl('curl -X PUT https://erp.example/o/1 --json \'{"when": "= now", "n": [1]}\''))
        make_version(f"format: 1\nflow: pasted\nname: Pasted\nteam: marketing\nsteps:\n{step}")

    def test_says_what_is_wrong(self, browser: Client) -> None:
        answered = browser.post("/connections/curl/", {"command": "curl -F a=@b https://erp.example"})
        assert answered.status_code == 400
        assert "multipart" in answered.content.decode()


class TestToyKind:
    """A new way to sign in is a file and a line: its form, its check and its call follow."""

    def test_is_found_wherever_kinds_are(
        self, browser: Client, personas: Personas, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from flows.connectors.http.sign_in import registry

        monkeypatch.setitem(registry.CONNECTION_KINDS, "toy", "tests.support.toy_sign_in:TOY")
        with serve(respond(answer())) as server:
            assert "Knocking" in browser.get("/connections/add/?kind=toy").content.decode()
            page = add(browser, personas, kind="toy", base_url=server.url, knocks="3")
            shown = browser.post(f"{page}test/", {"path": "/"}).content.decode()
        assert "It works" in shown
        assert b"x-knock: 3 " + SECRET.encode() in server.requests[0].lower().replace(
            SECRET.lower().encode(), SECRET.encode()
        )
        assert SECRET not in shown
