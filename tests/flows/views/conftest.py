"""An office of people in their browsers, and tasks that real runs asked of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.models import Task
from tests.support.cases import Office, make_office
from tests.support.flows import make_version, run_to_rest

ASK = """\
format: 1
flow: content-approval
name: Content approval
team: marketing
trigger: {kind: webhook, path: content-approval, auth: {kind: none}}
steps:
  open_case:
    kind: case.open
    with: {type: content-approval, title: "= trigger.body.title"}
    next: review
  review:
    kind: task.approve
    with: {title: "= trigger.body.title", show: "= trigger.body.show", approvers: [team:legal, team:brand], due_in: P2D}
    on: {approved: close, rejected: close}
  close: {kind: case.close, with: {status: "= steps.review.outcome"}}
"""
WORK = """\
format: 1
flow: mending
name: Mending
team: marketing
trigger: {kind: webhook, path: mending, auth: {kind: none}}
steps:
  mend:
    kind: task.assign
    with:
      title: Mend it
      to: team:legal
      outcomes: [mended, give_up]
      form:
        type: object
        required: [amount]
        properties: {amount: {type: number, title: Amount}, reason: {enum: [typing error, other]}}
    on: {mended: done, give_up: done}
  done: {kind: stop, with: {output: "= steps.mend.data"}}
"""


@pytest.fixture
def office(transactional_db: None) -> Office:
    return make_office()


@pytest.fixture
def browser_of(office: Office) -> Callable[[str], Client]:
    """The browser in which this person is signed in."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(office.people[name])
        return client

    return sign_in


@pytest.fixture
def asked(office: Office) -> Task:
    """Legal's task of an approval that a run asked of Legal and Brand."""
    show = [{"label": "Asset", "value": "https://assets.example.org/a.png", "as": "image"}]
    run = run_to_rest(make_version(ASK), {"title": "Banner", "show": show}, business_key="CH-1")
    return Task.objects.get(correlation=str(run.id), entry_ref="team:legal")


@pytest.fixture
def work(office: Office) -> Task:
    """A piece of work with a form, asked of Legal."""
    run = run_to_rest(make_version(WORK), {})
    return Task.objects.get(correlation=str(run.id))


@pytest.fixture
def address(office: Office, live_server: Any) -> str:
    """Where a live server is, in which everybody's password is ``secret-password``."""
    for person in office.people.values():
        person.set_password("secret-password")
        person.save()
    return str(live_server.url)
