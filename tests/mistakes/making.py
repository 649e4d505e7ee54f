"""Making mistakes as analysts and operators do: each function gives the sentences that the product says of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import override_settings

from flows.errors import FlowsError
from flows.models import Incident, StoredRequest
from flows.operations.connections.changing import add_connection
from flows.operations.connections.checking import ConnectionData
from flows.operations.messages.publishing import find_team_to_send
from flows.operations.publishing import import_flow
from flows.operations.publishing.pausing import pause_flow
from flows.operations.requests import replay_request
from flows.operations.revealing import reveal_run_field
from flows.operations.triggering.by_hand import start_by_hand
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.connections import make_place
from tests.support.files import MULTIPART, make_body
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.hooks import listen, post, sign, store_secret
from tests.support.loopback import answer, respond, serve
from tests.support.personas import make_person
from tests.support.tables import TRIAGE, make_live_table
from tests.support.token_server import token_server
from tests.support.triggers import NOW, let_pass, publish, state_of, work

BY_HAND = "{kind: manual}"
ONE_STEP = "  keep: {kind: set, with: {got: 1}}"
FOREIGN_FILE = {
    "file": "01a202ef-1831-7189-be82-eea4d8ac4f45",
    "name": "contract.pdf",
    "type": "application/pdf",
    "bytes": 1,
    "sha256": "0" * 64,
}
FILE = """\
format: 1
flow: mistaken
name: Mistaken
team: marketing
trigger: {trigger}
{more}
steps:
{steps}
"""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """``make`` gives what is said; one of its sentences has ``names``, the thing, and ``advice``, what to do."""

    is_that: str
    make: Callable[[], list[str]]
    names: str
    advice: str


def write(steps: str = ONE_STEP, *, trigger: str = BY_HAND, more: str = "") -> str:
    """A flow file with these parts."""
    return FILE.format(trigger=trigger, more=more, steps=steps)


def designed(steps: str = ONE_STEP, *, trigger: str = BY_HAND, more: str = "") -> list[str]:
    """What publishing such a flow says, faults and warnings alike."""
    make_team()
    try:
        result = import_flow(text=write(steps, trigger=trigger, more=more), person=None, publish=True, now=NOW)
    except FlowsError as error:
        return [finding["message"] for finding in error.details["findings"]]
    return [finding.message for finding in result.warnings]


def ran(steps: str, body: Any = None) -> list[str]:
    """What the incidents say of a run of these steps."""
    run = run_to_rest(make_version(write(steps)), body if body is not None else {})
    return list(Incident.objects.filter(run=run).order_by("opened_at").values_list("message", flat=True))


def called(status: int, body: bytes = b"{}", *, location: str = "", **settings: Any) -> list[str]:
    """What the incident says of a call to a target that answers so."""
    headers = {"Content-Type": "application/json"} | ({"Location": location} if location else {})
    with serve(respond(answer(body, status=status, headers=headers))) as server:
        text = json.dumps({"url": f"{server.url}/orders", **settings})
        with override_settings(OUTBOUND_ALLOW=["127.0.0.0/8"]):
            return ran(f"  call: {{kind: http.request, with: {text}}}")


def polled(settings: str = "dedupe: = body.id", *, says: bytes = b"[]", status: int = 200, url: str = "") -> list[str]:
    """What stands on the flow's page after a poll of such a list; ``url`` for another than the one that answers."""
    headers = {"Content-Type": "application/json"}
    with serve(respond(answer(says, status=status, headers=headers))) as server:
        address = url or f"{server.url}/orders"
        with override_settings(OUTBOUND_ALLOW=["127.0.0.0/8"]):
            flow = publish(f"{{kind: poll, every: PT5M, url: '{address}', {settings}}}")
            let_pass(NOW + timedelta(seconds=1))
            work()
    return [state_of(flow).error["message"]]  # type: ignore[index]


def posted(settings: str = "  auth: {kind: none}", body: Any = None, *, times: int = 1, **more: Any) -> list[str]:
    """What a caller is told, with each fault, and then what the Requests page says to those who look after the flow."""
    listen(settings)
    for _ in range(times):
        response = post(body=body, **more)
    told = json.loads(response.content)
    faults = [f"{fault['pointer']}: {fault['message']}" for fault in told.get("errors") or ()]
    return [told["detail"], *faults, StoredRequest.objects.latest("received_at").reason]


def sent_form(
    settings: str, *, files: Any = (), fields: Any = (), limits: Mapping[str, Any] | None = None
) -> list[str]:
    """The same for a form with files."""
    with override_settings(**(limits or {})):
        return posted(settings, make_body(fields, files), content_type=MULTIPART)


def signed(*, secret: str = "", minutes: int = 0) -> list[str]:
    """The same for a signed call, with another secret or at another time than now."""
    store_secret()
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    headers = sign(b"{}", at=at, **({"secret": secret} if secret else {}))
    return posted("  auth: {kind: standard_webhooks, secret: partner}", b"{}", headers=headers)


def started(schema: str, given: Any) -> list[str]:
    """What somebody is told who starts a flow by hand with ``given``, with each fault."""
    designed(trigger=f"{{kind: manual, schema: {schema}}}")
    return refused(lambda: start_by_hand(key="mistaken", person=an_operator(), given=given, now=datetime.now(UTC)))


def sent_to_nobody() -> list[str]:
    """What somebody is told who sends a message and works in two teams."""
    person = make_person("", (make_team(), Role.OPERATOR), (make_team("legal"), Role.OPERATOR))
    return refused(lambda: find_team_to_send(person, ""))


def refused(act: Callable[[], object]) -> list[str]:
    """What the refusal of an act says, and each fault in it."""
    try:
        act()
    except Exception as error:
        message = getattr(error, "message", None)
        if message is None:
            raise
        details = getattr(error, "details", None) or {}
        return [message, *(f"{fault['pointer']}: {fault['message']}" for fault in details.get("errors") or ())]
    return []


def an_operator() -> Person:
    """Somebody who operates the flows of marketing."""
    return make_person("", (make_team(), Role.OPERATOR))


def connected(secret: str, *, kind: str = "bearer", base_url: str = "https://erp.example", **fields: str) -> list[str]:
    """What somebody is told who fills in the form of a connection so."""
    person = make_person("", (make_team(), Role.PUBLISHER))
    data = ConnectionData(name="ERP", kind=kind, base_url=base_url, settings=fields)
    return refused(
        lambda: add_connection(
            team_id=make_team().pk, key="erp", data=data, secret=secret, person=person, now=datetime.now(UTC)
        )
    )


def signed_in_with_an_expired_secret() -> list[str]:
    """What the incident says of a call whose token address no longer takes the secret."""
    with token_server() as tokens, override_settings(OUTBOUND_ALLOW=["127.0.0.0/8"]):
        tokens.refusal = (401, {"error": "invalid_client"})
        address = tokens.server.url
        make_place("oauth2_client", base_url=address, secret="old", token_url=tokens.url, client_id="us")
        return ran("  call: {kind: http.request, with: {url: orders, connection: erp}}")


def child(state: str) -> list[str]:
    """What the incident says of a step that runs another flow, which is ``paused``, a ``draft`` or ``strict``."""
    make_team()
    schema = "{kind: manual, schema: {type: object, required: [amount]}}"
    text = write(trigger=schema if state == "strict" else BY_HAND).replace("flow: mistaken", "flow: book-invoice")
    import_flow(text=text, person=None, publish=state != "draft", now=NOW)
    if state == "paused":
        pause_flow(key="book-invoice", person=make_person("", (make_team(), Role.LEAD)), now=NOW)
    return ran("  child: {kind: subflow, with: {flow: book-invoice, input: {total: 7}}}")


def replayed() -> list[str]:
    """What somebody is told who replays a refused request."""
    posted("  auth: {kind: none}\n  schema: {type: object, required: [amount]}", {})
    request = StoredRequest.objects.latest("received_at")
    return refused(lambda: replay_request(request_id=request.id, person=an_operator(), now=datetime.now(UTC)))


def revealed(path: str, reason: str) -> list[str]:
    """What somebody is told who reveals a field of a run so."""
    run = run_to_rest(make_version(write(more="sensitive: [trigger.body.iban]")), {"iban": "DE02120300000000202051"})
    return refused(lambda: reveal_run_field(run_id=run.id, path=path, reason=reason, person=an_operator()))


def decided(given: dict[str, Any], *, hit: str = "") -> list[str]:
    """What the incident says of looking this up in the table "triage"."""
    text = TRIAGE.partition("tests:")[0]
    make_live_table(text, *([("inputs:", f"hit: {hit}\ninputs:")] if hit else []))
    text = json.dumps({"table": "triage", "input": given})
    return ran(f"  look: {{kind: decision_table, with: {text}}}")


def alerted(to: str) -> list[str]:
    """What the incident says of an alert to these people."""
    text = json.dumps({"to": [to], "alert": "erp-down", "title": "The ERP is down"})
    return ran(f"  tell: {{kind: notify.send, with: {text}}}")


def looked(**mailbox: Any) -> list[str]:
    """What stands on the flow's page after a look into such a mailbox."""
    store_secret("s3cret", name="mail")
    settings = {"host": "127.0.0.1", "user": "orders", "secret": "mail", "tls": "none", **mailbox}
    with override_settings(OUTBOUND_ALLOW=["127.0.0.0/8"]):
        flow = publish(json.dumps({"kind": "email", "mailbox": settings}))
        let_pass(NOW + timedelta(seconds=1))
        work()
    return [state_of(flow).error["message"]]  # type: ignore[index]
