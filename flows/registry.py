"""The lists of kinds, triggers and connectors: name to dotted path, loaded when first asked for.

UnknownKindError          kind.unknown        a flow names a kind that is not in the list
UnknownTriggerError       trigger.unknown     a flow names a trigger that is not in the list
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from flows.definition.effect import Connector
from flows.definition.kind import Kind, KindSpec
from flows.definition.trigger import TriggerKind, TriggerSpec
from flows.definition.words import did_you_mean

KINDS: dict[str, str] = {
    "set": "flows.kinds.set_fields:SET",
    "choose": "flows.kinds.choose:CHOOSE",
    "validate": "flows.kinds.validate:VALIDATE",
    "decision_table": "flows.kinds.decision_table:DECISION_TABLE",
    "parallel": "flows.kinds.parallel:PARALLEL",
    "for_each": "flows.kinds.for_each:FOR_EACH",
    "join": "flows.kinds.join:JOIN",
    "wait": "flows.kinds.wait:WAIT",
    "wait_for": "flows.kinds.wait_for:WAIT_FOR",
    "stop": "flows.kinds.stop:STOP",
    "subflow": "flows.kinds.subflow:SUBFLOW",
    "respond": "flows.kinds.respond:RESPOND",
    "http.request": "flows.connectors.http.request:HTTP_REQUEST",
    "case.open": "flows.connectors.cases.case_steps:CASE_OPEN",
    "case.update": "flows.connectors.cases.case_steps:CASE_UPDATE",
    "case.close": "flows.connectors.cases.case_steps:CASE_CLOSE",
    "task.assign": "flows.connectors.cases.task_assign:TASK_ASSIGN",
    "task.approve": "flows.connectors.cases.task_approve:TASK_APPROVE",
    "notify.send": "flows.connectors.notifications.notify_send:NOTIFY_SEND",
}


class UnknownKindError(LookupError):
    """No kind has this name; the message names the nearest."""

    code = "kind.unknown"
    retryable = False

    def __init__(self, key: str) -> None:
        self.message = f"There is no kind '{key}'.{did_you_mean(key, KINDS, what='Kinds')}"
        self.details = {"kind": key}
        super().__init__(self.message)


def get_kind(key: str) -> Kind:
    """The kind of this name. Raises ``UnknownKindError``."""
    path = KINDS.get(key)
    if path is None:
        raise UnknownKindError(key)
    return _load(path)


def kind_specs() -> Mapping[str, KindSpec]:
    """The shape of every kind, by name, in the order of the list."""
    return {key: get_kind(key).spec for key in KINDS}


@cache
def _load(path: str) -> Kind:
    module, _, name = path.partition(":")
    kind: Kind = getattr(import_module(module), name)
    return kind


TRIGGERS: dict[str, str] = {
    "webhook": "flows.triggers.webhook:WEBHOOK",
    "schedule": "flows.triggers.schedule.trigger:SCHEDULE",
    "manual": "flows.triggers.manual:MANUAL",
    "form": "flows.triggers.form:FORM",
    "event": "flows.triggers.event:EVENT",
    "poll": "flows.triggers.poll.trigger:POLL",
    "email": "flows.triggers.email.trigger:EMAIL",
}


class UnknownTriggerError(LookupError):
    """No trigger has this name; the message names the nearest."""

    code = "trigger.unknown"
    retryable = False

    def __init__(self, key: str) -> None:
        self.message = f"There is no trigger '{key}'.{did_you_mean(key, TRIGGERS, what='Triggers')}"
        self.details = {"trigger": key}
        super().__init__(self.message)


def get_trigger(key: str) -> TriggerKind:
    """The trigger of this name. Raises ``UnknownTriggerError``."""
    path = TRIGGERS.get(key)
    if path is None:
        raise UnknownTriggerError(key)
    return _load_trigger(path)


def trigger_specs() -> Mapping[str, TriggerSpec]:
    """The shape of every trigger, by name, in the order of the list."""
    return {key: get_trigger(key).spec for key in TRIGGERS}


@cache
def _load_trigger(path: str) -> TriggerKind:
    module, _, name = path.partition(":")
    trigger: TriggerKind = getattr(import_module(module), name)
    return trigger


CONNECTORS: dict[str, str] = {
    "http": "flows.connectors.http.sender:HTTP",
}


def get_connector(name: str) -> Connector:
    """The connector that makes this effect's calls. Raises ``UnknownKindError``."""
    path = CONNECTORS.get(name)
    if path is None:
        raise UnknownKindError(name)
    module, _, attribute = path.partition(":")
    connector: Connector = getattr(import_module(module), attribute)
    return connector
