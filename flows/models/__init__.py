"""The tables of flows and runs, a topic a file. Shape only: every write is in operations or the engine's journal."""

from flows.models.connection import Connection, ConnectionEnvironment, ConnectionPace, ConnectionToken
from flows.models.decision_table import DecisionTable, DecisionTableVersion
from flows.models.designing import DraftEdit, DraftPresence
from flows.models.effect import Effect, EffectAttempt
from flows.models.firing import HeardEvents, TriggerFiring, TriggerState
from flows.models.flow import Draft, Flow, FlowVersion, Link, Step
from flows.models.incident import Incident
from flows.models.loop import LoopItems, LoopResult
from flows.models.message import Message, MessageWait
from flows.models.publishing import DraftReplay, FlowTag, PublishRequest
from flows.models.run import Run, RunAnswer, RunInput, Signal, StepVisit, Wait
from flows.models.sample import Listening, StepSample, TriggerSample
from flows.models.trigger import StoredRequest, Trigger
from flows.models.trying import DraftTry

__all__ = [
    "Connection",
    "ConnectionEnvironment",
    "ConnectionPace",
    "ConnectionToken",
    "DecisionTable",
    "DecisionTableVersion",
    "Draft",
    "DraftEdit",
    "DraftPresence",
    "DraftReplay",
    "DraftTry",
    "Effect",
    "EffectAttempt",
    "Flow",
    "FlowTag",
    "FlowVersion",
    "HeardEvents",
    "Incident",
    "Link",
    "Listening",
    "LoopItems",
    "LoopResult",
    "Message",
    "MessageWait",
    "PublishRequest",
    "Run",
    "RunAnswer",
    "RunInput",
    "Signal",
    "Step",
    "StepSample",
    "StepVisit",
    "StoredRequest",
    "Trigger",
    "TriggerFiring",
    "TriggerSample",
    "TriggerState",
    "Wait",
]
