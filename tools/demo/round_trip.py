"""The round trip, stage by stage: request, case, approvals, call-back, event log. Each is checked, not believed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from tools.demo.books import SentRequest
from tools.demo.partner import Partner
from tools.demo.product import Product
from tools.demo.telling import StageFailed, Teller

WITHIN_S = 120.0  # only so that nothing hangs: a busy machine takes its time
LOOK_EVERY_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who approves, and with which comment."""

    stage: str
    person: str
    comment: str


APPROVALS = (
    Approval(stage="Legal approves", person="lee", comment="The claims are covered."),
    Approval(stage="Brand approves", person="bo", comment="Logo and colours fit."),
)


def perform_round_trip(product: Product, partner: Partner, *, tokens: Mapping[str, str], teller: Teller) -> None:
    """Ask, decide as the demo's people, and verify what came back. Raises StageFailed at the first stage that fails."""
    request = send(partner, teller)
    open_case(product, request, token=tokens["lee"], teller=teller)
    for approval in APPROVALS:
        approve(product, request, approval=approval, token=tokens[approval.person], teller=teller)
    verify_call_back(partner, request, teller)
    verify_case(product, request, token=tokens["lee"], teller=teller)
    verify_log(product, teller)


def send(partner: Partner, teller: Teller) -> SentRequest:
    """The partner posts a signed request; it must be accepted with a case number."""
    began_s = time.monotonic()
    request = partner.send_request()
    took_ms = (time.monotonic() - began_s) * 1000
    if request.answer != 202:
        raise StageFailed("Request is sent", f"the hook answered {request.answer}: {request.refusal}")
    teller.tell("Request is sent", f"“{request.title}”, answered 202 in {took_ms:.0f} ms")
    return request


def open_case(product: Product, request: SentRequest, *, token: str, teller: Teller) -> None:
    """The answer named a case: it is there, and the public status page knows it."""
    if not request.case:
        raise StageFailed("Case opens", "the hook's answer named no case")
    wait_for("Case opens", lambda: find_task(product, request, token), "no task for Legal came up")
    case = product.call("GET", f"/api/v1/cases/{request.case}", token=token)
    public = requests.get(request.status_url, headers={"Accept": "application/json"}, timeout=30)
    if public.status_code != 200 or request.case not in public.text:
        raise StageFailed("Case opens", f"{request.status_url} answered {public.status_code} without the case")
    teller.tell("Case opens", f"{request.case} “{case['title']}”")


def approve(product: Product, request: SentRequest, *, approval: Approval, token: str, teller: Teller) -> None:
    """One person finds their task through the API and approves it."""
    fault = f"{approval.person} finds no open task of it"
    task = wait_for(approval.stage, lambda: find_task(product, request, token), fault)
    body = {"outcome": "approved", "comment": approval.comment}
    answer = product.call("POST", f"/api/v1/tasks/{task['id']}/complete", token=token, json=body)
    if answer.get("status") != "done":
        raise StageFailed(approval.stage, f"the task is {answer.get('status')} after the decision")
    teller.tell(approval.stage, f"{approval.person}: “{approval.comment}”")


def verify_call_back(partner: Partner, request: SentRequest, teller: Teller) -> None:
    """The partner took exactly one call-back, as agreed, with the decision and both comments."""
    stage = "Call-back verified"
    if not partner.books.wait_until(lambda: bool(request.decision or request.at_fault), within_s=WITHIN_S):
        raise StageFailed(stage, f"none came within {WITHIN_S:.0f} s")
    said = sorted(str(entry.get("comment")) for entry in request.comments)
    agreed = sorted(approval.comment for approval in APPROVALS)
    if request.at_fault or request.accepted != 1 or request.decision != "approved" or said != agreed:
        raise StageFailed(stage, f"it said {request.decision or 'nothing'}, {said}; faults: {request.at_fault}")
    teller.tell(stage, f"{request.decision}, {len(said)} comments, taken once under key {request.idempotency_key}")


def verify_case(product: Product, request: SentRequest, *, token: str, teller: Teller) -> None:
    """The case ends with the decision as its status, and the timeline names who decided."""
    stage = "Case closes"

    def is_closed() -> dict[str, Any] | None:
        case = product.call("GET", f"/api/v1/cases/{request.case}", token=token)
        return case if case["closed_at"] else None

    case = wait_for(stage, is_closed, "it stays open")
    if case["status"] != "approved":
        raise StageFailed(stage, f"with the status {case['status']}")
    rows = product.call("GET", f"/api/v1/cases/{request.case}/timeline", token=token)["results"]
    teller.tell(stage, f"{case['status']}, {len(rows)} lines in its timeline")


def verify_log(product: Product, teller: Teller) -> None:
    """The event log proves itself: ``verify_events`` ends with 0."""
    printed = product.run_command("verify_events").strip()
    teller.tell("Event log verified", " ".join(printed.split()))


def find_task(product: Product, request: SentRequest, token: str) -> dict[str, Any] | None:
    """The person's open task in this request's run, None while there is none."""
    path = "/api/v1/tasks?status=open&limit=200"
    tasks: list[dict[str, Any]] = product.call("GET", path, token=token)["results"]
    return next((task for task in tasks if task["run"] == request.run), None)


def wait_for(stage: str, look: Callable[[], dict[str, Any] | None], fault: str) -> dict[str, Any]:
    """What ``look`` finds, looked for ten times a second. Raises StageFailed with ``fault`` when time is up."""
    until = time.monotonic() + WITHIN_S
    while (found := look()) is None:
        if time.monotonic() > until:
            raise StageFailed(stage, f"{fault} within {WITHIN_S:.0f} s")
        time.sleep(LOOK_EVERY_S)
    return found
