"""Downloads of evidence packs. Each is an event, so they come by POST."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.api.approvals import send_pack
from cases.errors import ApprovalNotFound, ApprovalRefused, CaseNotFound, TaskNotFound
from cases.operations.exporting import (
    EvidencePack,
    export_approval_evidence,
    export_case_evidence,
    export_task_evidence,
)
from integrator.people.access import get_reader, signed_in


@signed_in
@require_POST
def download_approval(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """The pack of an approval."""
    person, now = get_reader(request), timezone.now()
    return _send(lambda: export_approval_evidence(approval_id=approval_id, person=person, now=now))


@signed_in
@require_POST
def download_task(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """The pack of a task, or of its approval."""
    person, now = get_reader(request), timezone.now()
    return _send(lambda: export_task_evidence(task_id=task_id, person=person, now=now))


@signed_in
@require_POST
def download_case(request: HttpRequest, number: str) -> HttpResponse:
    """The pack of a case."""
    person, now = get_reader(request), timezone.now()
    return _send(lambda: export_case_evidence(number=number.replace("\x00", ""), person=person, now=now))


def _send(export: Callable[[], EvidencePack]) -> HttpResponse:
    try:
        return send_pack(export())
    except (ApprovalNotFound, TaskNotFound, CaseNotFound) as error:
        raise Http404 from error
    except ApprovalRefused as error:
        raise PermissionDenied(error.message) from error
