"""Writes to flows: import, publish, roll back, pause, archive. ``person`` None: a command, which may do all."""

from flows.operations.publishing.archiving import archive_flow, bring_back_flow
from flows.operations.publishing.exporting import export_flow
from flows.operations.publishing.importing import ImportResult, import_flow
from flows.operations.publishing.pausing import pause_flow, resume_flow
from flows.operations.publishing.requesting import (
    Decision,
    ask_to_publish,
    decide_publish_request,
    withdraw_publish_request,
)
from flows.operations.publishing.restoring import Back, RolledBack, roll_back
from flows.operations.publishing.settings import set_flow_tags, set_second_person
from flows.operations.publishing.versions import PublishResult, Terms, publish_draft

__all__ = [
    "Back",
    "Decision",
    "ImportResult",
    "PublishResult",
    "RolledBack",
    "Terms",
    "archive_flow",
    "ask_to_publish",
    "bring_back_flow",
    "decide_publish_request",
    "export_flow",
    "import_flow",
    "pause_flow",
    "publish_draft",
    "resume_flow",
    "roll_back",
    "set_flow_tags",
    "set_second_person",
    "withdraw_publish_request",
]
