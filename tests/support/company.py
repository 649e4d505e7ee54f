"""A small company with one flow that approves, one that adds, and a run of each that stands still."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from cases.models import Case, Task
from flows.models import Incident, Run
from flows.operations.publishing import import_flow
from integrator.files.models import File
from integrator.files.operations import Subject
from integrator.people.models import Person, Team
from integrator.people.roles import Role
from notifications.models import Alert
from tests.support.alerts import send_alert_to
from tests.support.cases import NOW
from tests.support.company_parts import make_beside
from tests.support.files import make_file
from tests.support.flow_files import APPROVAL, SUM
from tests.support.flows import make_team, run_to_rest
from tests.support.personas import make_person


@dataclass(frozen=True, kw_only=True)
class Company:
    """``task`` is legal's part of the approval that ``run`` waits for; ``stuck`` waits with ``incident``.

    ``file`` hangs on the case, ``alert`` was sent to lee. ``beside`` are more parts of addresses, by name.
    """

    team: Team
    people: dict[str, Person]
    run: Run
    stuck: Run
    task: Task
    incident: Incident
    file: File
    alert: Alert
    beside: dict[str, Any] = field(default_factory=dict)

    def fill(self, path: str) -> str:
        """A path with the ids of this company."""
        return path.format(**self.get_parts())

    def get_parts(self) -> dict[str, Any]:
        """The parts of addresses, by name."""
        return {
            "run": self.run.id,
            "stuck": self.stuck.id,
            "incident": self.incident.id,
            "task": self.task.pk,
            "visit": self.run.visits.order_by("sequence")[0].id,
            "case": self.run.case_number,
            "file": self.file.pk,
            "alert": self.alert.pk,
            **self.beside,
        }


def make_people(team: Team) -> dict[str, Person]:
    """By what they are to marketing: roles there, somebody from elsewhere, overseers, one who left, and the asked."""
    hr, legal, brand = make_team("hr"), make_team("legal"), make_team("brand")
    return {
        "analyst": make_person("analyst", (team, Role.ANALYST)),
        "publisher": make_person("publisher", (team, Role.PUBLISHER)),
        "operator": make_person("operator", (team, Role.OPERATOR)),
        "viewer": make_person("viewer", (team, Role.VIEWER)),
        "lead": make_person("lead", (team, Role.LEAD)),
        "stranger": make_person("stranger", (hr, Role.PUBLISHER), (hr, Role.OPERATOR)),
        "auditor": make_person("auditor", (None, Role.AUDITOR)),
        "deactivated": make_person("deactivated", (team, Role.OPERATOR)),
        "lee": make_person("lee", (legal, Role.APPROVER)),
        "lia": make_person("lia", (legal, Role.APPROVER)),
        "bo": make_person("bo", (brand, Role.APPROVER)),
    }


def make_company() -> Company:
    """The company, without what may be beside."""
    team = make_team("marketing")
    people = make_people(team)
    approval = import_flow(text=APPROVAL, person=None, publish=True, now=NOW).published
    adding = import_flow(text=SUM, person=None, publish=True, now=NOW).published
    assert approval is not None
    assert adding is not None
    run = run_to_rest(approval.version, {"title": "Banner"}, business_key="order-7")
    stuck = run_to_rest(adding.version, {"a": 1})
    return Company(
        team=team,
        people=people,
        run=run,
        stuck=stuck,
        task=Task.objects.get(candidates__team__slug="legal"),
        incident=Incident.objects.get(),
        file=make_file(on=[Subject("case", run.case_number)]),
        alert=send_alert_to(people["lee"], team_id=team.pk),
    )


def furnish(company: Company, settings: Any) -> Company:
    """The company with everything that may hang on its case and task; mail can be sent."""
    settings.MAIL_SERVER = {"host": "mail.example"}
    settings.BASE_URL = "https://flows.example"
    case = Case.objects.get(number=company.run.case_number)
    return replace(company, beside=make_beside(case, company.task, company.team, company.people))
