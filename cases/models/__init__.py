"""The shape of cases and human work. Writes are in ``cases.operations``."""

from cases.models.approval_editor import ApprovalEditor, CaseEditor
from cases.models.audit import AuditSample, DecidedEvent, SamplePack, SamplePacks
from cases.models.beside import CaseLink, CaseNote, CaseWords
from cases.models.case import (
    DEFAULT_STATUSES,
    Case,
    CaseCorrelation,
    CaseNumberCounter,
    CaseNumberSeries,
    CaseType,
    Priority,
)
from cases.models.checklist import Contribution
from cases.models.drafts import TaskDraft
from cases.models.form import Form, FormDraft, FormVersion
from cases.models.guests import GuestPass
from cases.models.information import InformationRequest
from cases.models.parties import CaseParty
from cases.models.queue import QueueRow
from cases.models.sla import ClockState, LedgerEntry, SlaClock, SlaEntry, SlaPolicy, SlaRecount, SlaSubject
from cases.models.talk import TaskComment
from cases.models.task import Approval, Task, TaskCandidate, TaskKind, TaskStatus
from cases.models.views import SavedView
from cases.models.watching import CaseWatcher, TaskWatcher

__all__ = [
    "DEFAULT_STATUSES",
    "Approval",
    "ApprovalEditor",
    "AuditSample",
    "Case",
    "CaseCorrelation",
    "CaseEditor",
    "CaseLink",
    "CaseNote",
    "CaseNumberCounter",
    "CaseNumberSeries",
    "CaseParty",
    "CaseType",
    "CaseWatcher",
    "CaseWords",
    "ClockState",
    "Contribution",
    "DecidedEvent",
    "Form",
    "FormDraft",
    "FormVersion",
    "GuestPass",
    "InformationRequest",
    "LedgerEntry",
    "Priority",
    "QueueRow",
    "SamplePack",
    "SamplePacks",
    "SavedView",
    "SlaClock",
    "SlaEntry",
    "SlaPolicy",
    "SlaRecount",
    "SlaSubject",
    "Task",
    "TaskCandidate",
    "TaskComment",
    "TaskDraft",
    "TaskKind",
    "TaskStatus",
    "TaskWatcher",
]
