"""Taking calls in: which flow listens, what the call says, and the one transaction that accepts it."""

from flows.operations.intake.accepting import accept_call
from flows.operations.intake.arrivals import Acceptance
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.cloud_events import read_cloud_event
from flows.operations.intake.content import Content, FormBody, read_form_content, read_json_content
from flows.operations.intake.keeping import accept_with_files
from flows.operations.intake.listeners import Listener, find_listener, forget_listeners
from flows.operations.intake.reading import CallFacts, read_call, veil_call
from flows.operations.intake.refusing import keep_refused_call
from flows.operations.intake.sampling import find_sampling_listener, keep_sampled_call

__all__ = [
    "Acceptance",
    "CallFacts",
    "Content",
    "FormBody",
    "InboundCall",
    "Listener",
    "accept_call",
    "accept_with_files",
    "find_listener",
    "find_sampling_listener",
    "forget_listeners",
    "keep_refused_call",
    "keep_sampled_call",
    "read_call",
    "read_cloud_event",
    "read_form_content",
    "read_json_content",
    "veil_call",
]
