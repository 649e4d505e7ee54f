"""Removes the personal data of closed cases when their type's time is over. The log keeps that it was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from cases.models import Case, CaseType, Contribution, Task, TaskComment
from cases.operations.packing import forget_packs_of_in
from cases.search import index_cases_in
from integrator.events.actors import SYSTEM
from integrator.events.erase import erase_payloads
from integrator.events.errors import NothingToErase
from integrator.events.log import record
from integrator.files.models import FileUse

ERASED = "Erased"
CASES_AT_ONCE = 100


def erase_old_cases(now: datetime) -> int:
    """This will erase the cases whose time is over; how many. Held ones and those that runs work on wait."""
    erased = 0
    for case_type in CaseType.objects.filter(retention_days__isnull=False):
        closed_before = now - timedelta(days=case_type.retention_days or 0)
        cases = Case.objects.filter(type=case_type, closed_at__lt=closed_before, erased_at=None, held_reason="")
        numbers = list(cases.order_by("closed_at", "id").values_list("number", flat=True)[:CASES_AT_ONCE])
        free = [number for number in numbers if number not in list_busy(numbers)]
        erased += sum(erase_case(number, days=case_type.retention_days or 0, now=now) for number in free)
    return erased


def list_busy(numbers: Sequence[str]) -> set[str]:
    """Which of the cases somebody above still works on: asks the functions that ``CASE_KEEPERS`` names."""
    keepers: list[Callable[[Sequence[str]], set[str]]] = [import_string(path) for path in settings.CASE_KEEPERS]
    return set().union(*(keeper(numbers) for keeper in keepers)) if numbers else set()


def erase_case(number: str, *, days: int, now: datetime) -> bool:
    """This will erase one case, unless it was held or erased meanwhile: data, words, notes, answers, files, and what
    the log says about it and its tasks.
    """
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update(no_key=True).filter(number=number, erased_at=None, held_reason="").first()
        if case is None:
            return False
        tasks = list(Task.objects.filter(case=case).values_list("pk", flat=True))
        case.title, case.business_key, case.data, case.sensitive = ERASED, "", {}, []
        case.erased_at, case.revision = now, case.revision + 1
        case.save()
        index_cases_in([case])
        case.notes.all().delete()
        case.parties.all().delete()
        Contribution.objects.filter(case=case).update(data=None, comment="", question="")
        TaskComment.objects.filter(Q(task_id__in=tasks) | Q(case=case)).delete()
        Task.objects.filter(pk__in=tasks).update(title=ERASED, show=[], data=None, comment=None, sensitive=[])
        forget_packs_of_in(case)
        subjects = [("case", number), *(("task", str(pk)) for pk in tasks)]
        for subject in subjects:
            FileUse.objects.filter(subject_type=subject[0], subject_id=subject[1]).delete()
            try:
                erase_payloads(subject=subject, reason="retention of the case type", actor=SYSTEM)
            except NothingToErase:
                continue
        record(
            "case.erased",
            actor=SYSTEM,
            subject=("case", number),
            data={"number": number, "days": days},
            correlation=number,
            team_id=case.team_id,
        )
    return True
