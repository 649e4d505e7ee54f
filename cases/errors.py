"""Why a case or task was not changed. The core knows no HTTP status; the interface maps ``code``.

CaseError
├── CaseNotFound      case.not_found                                     no such case, or not yours
├── CaseForbidden     case.forbidden                                     seen, but not to be changed by them
├── CaseInvalid       case.title_missing  case.title_long  case.title_invalid  case.unknown_team
│                     case.unknown_type  case.unknown_priority  case.status_invalid
│                     case.data_invalid  case.milestone_invalid  case.unknown_field
│                     case.checklist_invalid  case.contribution_invalid  case.link_invalid  case.note_invalid
│                     comment.text_missing  comment.text_long  comment.text_invalid
│                     case.unknown_owner  case.not_offered  case.party_invalid  case.reason_invalid
├── CaseDuplicate     case.duplicate                                     one with the same business key is open
├── CaseClosed        case.closed                                        its status is final
├── EditConflict      case.edited                                        somebody changed the same field meanwhile
├── PartNotFound      case.part_not_found                                no such contribution, link or note of the case
├── PacksNotReady     audit.packs_not_ready                              packs of a sample that are not made (yet)
├── CaseTypeError     case_type.not_found  case_type.forbidden  case_type.invalid  case_type.exists  case_type.used
├── ApprovalError
│   ├── ApprovalNotFound  approval.not_found                             no such approval, or not yours
│   ├── ApprovalRefused   approval.forbidden                             seen, but not to be changed by them
│   ├── ReasonMissing     approval.reason_missing
│   └── ApprovalEnded     approval.decided                               decided or withdrawn already
├── SlaError  see ``cases.sla.errors``
└── TaskError
    ├── TaskNotFound      task.not_found                                 no such task, or not yours
    ├── TaskRefused       task.own_request  task.second_entry  task.edited  task.not_asked  task.not_lead
    │                     task.no_lead  task.delegated  task.not_delegate  task.not_your_answer
    │                     task.not_your_question  guest.revoked  guest.expired
    ├── AnswerInvalid     task.unknown_outcome  task.comment_missing  task.answer_invalid  task.draft_too_large
    ├── TaskTaken         task.decided_already  task.claimed  task.withdrawn  task.changed  task.settled
    │                     task.not_settled  task.question_closed  task.reopening_asked
    │                     guest.over  guest.used  guest.stale
    └── AskInvalid        task.unknown_person  task.nobody  task.rule_invalid  task.quorum_too_high
                          task.title_missing  task.title_long  task.title_invalid  task.show_invalid
                          task.form_invalid  task.outcomes_invalid  task.due_invalid  task.levels_invalid
                          task.amount_missing  task.amount_invalid  task.currency_mismatch  task.question_invalid
                          task.reason_missing  task.delegated_already  task.not_delegated
                          guest.end_over  guest.has_account  guest.no_mail  task.undo_invalid
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CaseError(Exception):
    """``code`` is stable and dotted, ``message`` is safe to show and says what to do, ``details`` is plain JSON."""

    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, Any] = dict(details or {})


class CaseNotFound(CaseError):
    """There is no such case, or the person may not see it: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("case.not_found", "There is no such case, or you may not see it.")


class CaseForbidden(CaseError):
    """The person may see the case, but not do this."""

    def __init__(self, message: str) -> None:
        super().__init__("case.forbidden", message)


class CaseInvalid(CaseError):
    """A field of a case cannot be as asked."""


class CaseClosed(CaseError):
    """A closed case keeps its status."""

    def __init__(self, number: str) -> None:
        message = f"Case {number} is closed, so its status stays as it is. Open a new case instead."
        super().__init__("case.closed", message, {"case": number})


class EditConflict(CaseError):
    """Somebody changed the same fields meanwhile. ``details["fields"]`` is ``{name: {seen, now, yours}}``."""

    def __init__(self, fields: Mapping[str, Any], by: str) -> None:
        names = ", ".join(name.removeprefix("data.") for name in fields)
        message = f"{by or 'Somebody'} changed {names} while you were at it. Compare both and choose."
        super().__init__("case.edited", message, {"fields": dict(fields)})


class CaseDuplicate(CaseError):
    """There is an open case with the same business key. ``details["cases"]`` are their numbers."""

    def __init__(self, numbers: list[str]) -> None:
        message = (
            f"{', '.join(numbers)} is open already with the same number of theirs. Go on there, or open one anyway."
        )
        super().__init__("case.duplicate", message, {"cases": numbers})


class PartNotFound(CaseError):
    """The case has no such contribution, link or note, or the person may not see it."""

    def __init__(self, what: str) -> None:
        super().__init__("case.part_not_found", f"There is no such {what} in this case.")


class PacksNotReady(CaseError):
    """The packs of a sample are not made yet, or are to be made anew."""

    def __init__(self, message: str) -> None:
        super().__init__("audit.packs_not_ready", message)


class CaseTypeError(CaseError):
    """A type of case cannot be as asked, or not by this person."""


class ApprovalError(CaseError):
    """Anything about an approval as a whole."""


class ApprovalNotFound(ApprovalError):
    """There is no such approval, or the person may not see it: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("approval.not_found", "There is no such approval, or you may not see it.")


class ApprovalRefused(ApprovalError):
    """The person sees the approval but may not do this with it."""


class ReasonMissing(ApprovalError):
    """Nobody is left without being told why."""

    def __init__(self, message: str) -> None:
        super().__init__("approval.reason_missing", message, {"errors": [{"pointer": "/reason", "message": message}]})


class ApprovalEnded(ApprovalError):
    """It is decided or withdrawn, and stays so."""

    def __init__(self, message: str, details: Mapping[str, Any]) -> None:
        super().__init__("approval.decided", message, details)


class TaskError(CaseError):
    """Anything about a task."""


class TaskNotFound(TaskError):
    """There is no such task, or the person may not see it: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("task.not_found", "There is no such task, or it is not yours.")


class TaskRefused(TaskError):
    """The person sees the task but may not do this with it."""


class AnswerInvalid(TaskError):
    """The answer has faults. ``details["errors"]`` is ``[{pointer, message}]``, pointers into the answer's body."""

    def __init__(self, code: str, errors: list[dict[str, str]]) -> None:
        super().__init__(code, " ".join(error["message"] for error in errors[:3]), {"errors": errors})


class TaskTaken(TaskError):
    """Somebody or something was first. ``details`` has ``decided_by, decided_at`` or ``claimed_by, claimed_at``."""


class AskInvalid(TaskError):
    """A task or approval cannot be asked like this."""
