"""HW-6, one case that several departments contribute to, by task or from their own application, in any order."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from tests.support.processes import wait_for
from tests.support.receiver import Receiver, receiving
from tests.use_cases.conftest import GALLERY, WITHIN_S, World

SECRET = "whsec_" + base64.b64encode(b"disputes of the customer portal").decode()
AT_ONCE = 20


class Dispute:
    """One dispute: how the portal sends it, and how the departments contribute."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world, self.receiver = world, receiver
        self.id = f"D-{uuid.uuid4().hex[:12]}"
        self.path = f"/answers/{self.id}"
        self.case = self._send()["case"]

    def _send(self) -> dict[str, Any]:
        body = {"dispute": self.id, "customer": "Nordwind", "amount": 12480}
        raw, now = json.dumps(body | {"callback_url": self.receiver.url + self.path}), datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(self.id, now, raw),
        }
        address = f"{self.world.product.url}/hooks/customer-dispute"
        answer = requests.post(address, data=raw.encode(), headers=headers, timeout=20)
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def wait_for_checklist(self) -> None:
        wait_for(lambda: len(self.checklist()) == 3, within_s=WITHIN_S, what="the checklist of the case")

    def checklist(self) -> dict[str, str]:
        answer = self.world.product.call("aud", "GET", f"/api/v1/cases/{self.case}/contributions")
        return {row["key"]: row["status"] for row in answer.json()["results"]} if answer.status_code == 200 else {}

    def by_http(self, key: str, by: str = "ops", **body: Any) -> requests.Response:
        address = f"/api/v1/cases/{self.case}/contributions/{key}"
        return self.world.product.call(by, "POST", address, json=body)

    def by_task(self, person: str, **body: Any) -> requests.Response:
        tasks = self.world.product.get(person, "/api/v1/tasks?status=open&limit=200")["results"]
        (task,) = [task for task in tasks if task["case"] == self.case]
        given = {"outcome": "contribute", **body}
        return self.world.product.call(person, "POST", f"/api/v1/tasks/{task['id']}/complete", json=given)

    def state(self) -> dict[str, Any]:
        return dict(self.world.product.get("aud", f"/api/v1/cases/{self.case}"))

    def events(self) -> list[str]:
        rows = self.world.product.get("aud", f"/api/v1/cases/{self.case}/timeline?limit=200")["results"]
        return [row["name"] for row in rows]


@pytest.fixture
def dispute(world: World) -> Iterator[Dispute]:
    text = (GALLERY / "customer-dispute.yaml").read_text(encoding="utf-8")
    if text not in world.published:
        world.product.set_secret("demo-disputes", team="operations", value=SECRET)
    world.publish_once(text)
    with receiving() as receiver:
        one = Dispute(world, receiver)
        one.wait_for_checklist()
        yield one


class TestContributions:
    def test_the_case_goes_on_exactly_when_all_are_in_and_late_ones_change_nothing(self, dispute: Dispute) -> None:
        assert dispute.by_task("fin", data={"credit": 4160}, comment="14 of 42 pallets").status_code == 200
        assert dispute.by_http("customer_service", data={"photos": 3}).json()["counted"] is True
        assert dispute.checklist() == {"finance": "in", "legal": "waiting", "customer_service": "in"}
        again = dispute.by_http("customer_service", data={"photos": 9})
        assert (again.status_code, again.json()["counted"], again.json()["code"]) == (200, False, "repeated")
        assert again.json()["contribution"]["data"] == {"photos": 3}
        assert "case.contributions_complete" not in dispute.events()
        assert dispute.by_task("lee", comment="We are not.").status_code == 200
        wait_for(lambda: dispute.state()["closed_at"], within_s=WITHIN_S, what="the case to close")
        closed = dispute.state()
        assert [row["name"] for row in closed["milestones"]] == ["Received", "Decided", "Customer answered"]
        told = [{name: post[name] for name in ("case", "credit")} for post in dispute.receiver.list_posts(dispute.path)]
        assert told == [{"case": dispute.case, "credit": 4160}]
        late = dispute.by_http("customer_service", data={"photos": 9})
        assert (late.status_code, late.json()["counted"]) == (200, False)
        assert dispute.state() == closed
        names = dispute.events()
        assert names.count("case.contributions_complete") == 1
        assert names.count("case.contribution_repeated") == 2

    def test_many_at_once_count_once_and_move_the_case_once(self, dispute: Dispute) -> None:
        assert dispute.by_task("fin", data={"credit": 1}).status_code == 200
        keys = ["legal", "customer_service"] * (AT_ONCE // 2)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [answer.json() for answer in pool.map(lambda key: dispute.by_http(key, comment="Here"), keys)]
        assert sum(answer["counted"] for answer in answers) == 2
        assert sum(answer["complete"] for answer in answers) == 1
        wait_for(lambda: dispute.state()["closed_at"], within_s=WITHIN_S, what="the case to close")
        names = dispute.events()
        assert (names.count("case.contributed"), names.count("case.contributions_complete")) == (3, 1)
