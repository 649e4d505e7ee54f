"""CloudEvents: both modes give a flow the same body and headers, and source with id tells repeats."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from flows.models import Run, RunInput, StoredRequest
from tests.support.hooks import SECRET, listen, post, sign, store_secret

pytestmark = pytest.mark.django_db

STRUCTURED = "application/cloudevents+json; charset=UTF-8"
OPEN = "  auth: {kind: none}"
EVENT = {
    "specversion": "1.0",
    "id": "A-1",
    "source": "/erp/orders",
    "type": "order.placed",
    "subject": "ä 1",
    "time": "2026-05-01T09:30:00Z",
    "sequence": 7,
    "datacontenttype": "application/json",
    "data": {"amount": 12},
}


def structured(**changes: Any) -> bytes:
    return json.dumps({name: value for name, value in {**EVENT, **changes}.items() if value is not ...}).encode()


def binary(**changes: str) -> dict[str, str]:
    headers = {"specversion": "1.0", "id": "A-1", "source": "/erp/orders", "type": "order.placed", "sequence": "7"}
    headers |= {"subject": "%C3%A4%201", "time": "2026-05-01T09:30:00Z", **changes}
    return {f"ce-{name}": value for name, value in headers.items() if value}


def seen() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RunInput.objects.get().trigger)
    return found


class TestBothModes:
    @pytest.mark.parametrize("mode", ["structured", "binary"])
    def test_give_data_as_body_and_attributes_as_headers(self, mode: str) -> None:
        schema = "schema: {type: object, required: [amount]}"
        listen(f'  auth: {{kind: none}}\n  business_key: "= headers.ce_subject"\n  {schema}')
        if mode == "structured":
            response = post(body=structured(), content_type=STRUCTURED)
        else:
            response = post(body=b'{"amount": 12}', headers=binary())
        assert response.status_code == 202, response.content
        assert seen()["body"] == {"amount": 12}
        attributes = {name: value for name, value in seen()["headers"].items() if name.startswith("ce_")}
        wanted = {f"ce_{name}": str(value) for name, value in EVENT.items() if not name.startswith("data")}
        assert {name: attributes[name] for name in wanted} == wanted
        assert Run.objects.get().business_key == "ä 1"

    def test_tell_repeats_of_each_other_by_source_and_id(self) -> None:
        listen(OPEN)
        calls = [
            post(body=structured(), content_type=STRUCTURED),
            post(body=b'{"amount": 12}', headers=binary()),
            post(body=structured(source="/erp/other"), content_type=STRUCTURED),
            post(body=structured(id="A-2"), content_type=STRUCTURED),
        ]
        assert [json.loads(call.content).get("duplicate", False) for call in calls] == [False, True, False, False]

    def test_go_by_the_flows_own_key_where_it_names_one(self) -> None:
        listen('  auth: {kind: none}\n  dedupe: "= headers.ce_type"')
        answers = [post(body=structured(id=each), content_type=STRUCTURED) for each in ("1", "2")]
        assert [json.loads(each.content).get("duplicate", False) for each in answers] == [False, True]

    def test_go_by_the_signed_message_id_before_their_own(self) -> None:
        store_secret()
        listen("  auth: {kind: standard_webhooks, secret: partner}")
        body = structured()
        answers = [
            post(body=body, content_type=STRUCTURED, headers=sign(body, message_id=each, secret=SECRET))
            for each in ("m1", "m2", "m1")
        ]
        assert [json.loads(each.content).get("duplicate", False) for each in answers] == [False, False, True]


class TestStructured:
    def test_keeps_the_envelope_as_it_came(self) -> None:
        listen(OPEN)
        post(body=structured(), content_type=STRUCTURED)
        assert StoredRequest.objects.get().body == structured().decode()

    def test_believes_no_attribute_beside_the_envelope(self) -> None:
        listen(OPEN)
        post(body=structured(), content_type=STRUCTURED, headers={"ce-id": "B-9", "ce-tenant": "x"})
        assert seen()["headers"]["ce_id"] == "A-1"
        assert "ce_tenant" not in seen()["headers"]

    def test_takes_json_in_base64(self) -> None:
        listen(OPEN)
        data = base64.b64encode(b'{"amount": 3}').decode()
        assert post(body=structured(data=..., data_base64=data), content_type=STRUCTURED).status_code == 202
        assert seen()["body"] == {"amount": 3}

    def test_takes_an_event_without_data(self) -> None:
        listen(OPEN)
        assert post(body=structured(data=...), content_type=STRUCTURED).status_code == 202
        assert seen()["body"] is None

    @pytest.mark.parametrize(
        ("changes", "pointer", "words"),
        [
            ({"id": ...}, "/id", "is missing"),
            ({"id": ""}, "/id", "is missing"),
            ({"source": None}, "/source", "is missing"),
            ({"type": 1.5}, "/type", "must be a text"),
            ({"specversion": "0.3"}, "/specversion", "must be 1.0"),
            ({"Tenant": "x"}, "/Tenant", "is no name of an attribute"),
            ({"tenant": {"a": 1}}, "/tenant", "must be a text"),
            ({"data_base64": "e30="}, "/data_base64", "must not come beside data"),
            ({"data": ..., "data_base64": "%"}, "/data_base64", "must be base64"),
            ({"data": ..., "data_base64": 5}, "/data_base64", "must be base64"),
            ({"data": ..., "data_base64": "e30x"}, "/data_base64", "must hold JSON"),
        ],
    )
    def test_names_what_is_wrong(self, changes: dict[str, Any], pointer: str, words: str) -> None:
        listen(OPEN)
        response = post(body=structured(**changes), content_type=STRUCTURED)
        (error,) = json.loads(response.content)["errors"]
        assert (response.status_code, error["pointer"], words in error["message"]) == (400, pointer, True), error

    def test_holds_the_data_against_the_schema(self) -> None:
        listen(OPEN + "\n  schema: {type: object, required: [id]}")
        response = post(body=structured(), content_type=STRUCTURED)
        assert [error["pointer"] for error in json.loads(response.content)["errors"]] == ["/id"]

    def test_is_plain_json_where_it_names_no_version(self) -> None:
        listen(OPEN)
        assert post(body=structured(specversion=...), content_type=STRUCTURED).status_code == 202
        assert seen()["body"]["id"] == "A-1"


class TestBinary:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"id": ""}, "ce-id is missing"),
            ({"source": ""}, "ce-source is missing"),
            ({"specversion": "0.2"}, "ce-specversion must be 1.0"),
        ],
    )
    def test_names_what_is_wrong(self, changes: dict[str, str], words: str) -> None:
        listen(OPEN)
        response = post(body=b"{}", headers=binary(**changes))
        assert response.status_code == 400
        assert words in response.content.decode()

    def test_takes_an_event_without_data(self) -> None:
        listen(OPEN)
        assert post(body=b"", headers=binary(), content_type="").status_code == 202


class TestBatch:
    def test_is_refused_with_what_to_do(self) -> None:
        listen(OPEN)
        response = post(body=b"[]", content_type="application/cloudevents-batch+json")
        assert response.status_code == 415
        assert "Send each event in a call of its own." in response.content.decode()
