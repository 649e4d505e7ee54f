"""Which events of the log speak of a confidential case. For the log's readers, by ``settings.EVENT_GUARDS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from cases.visibility.rules import rows_of
from integrator.people.models import Person

if TYPE_CHECKING:
    from integrator.events.models import Event


def leave_out_confidential(events: QuerySet[Event], person: Person) -> QuerySet[Event]:
    """This will leave out what tells of confidential cases, their tasks and runs, to who may not open those.

    Reading the log of a team opens none of them; those who oversee all teams are not asked here.
    """
    openable = rows_of("Case").openable_by(person).filter(confidential=True)
    hidden = rows_of("Case").filter(confidential=True).exclude(pk__in=openable.values("pk")).order_by()
    numbers = hidden.values("number")
    others = rows_of("CaseCorrelation").filter(case__in=hidden.values("pk")).order_by().values("correlation")
    of_them = Q(subject_type="case", subject_id__in=numbers) | Q(correlation__in=numbers) | Q(correlation__in=others)
    return events.exclude(of_them)
