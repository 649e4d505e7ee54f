"""A policy for the demo: cases of high priority have three working days, and the lead hears of it. Repeatable."""

from __future__ import annotations

from datetime import datetime

from cases.models import SlaPolicy
from cases.sla.operations.policies import PolicyData, add_policy
from integrator.people.models import Person

KEY = "high-priority-cases"


def seed_policies(now: datetime) -> None:
    """This will add the policy unless it is there, in the name of the demo's administrator."""
    admin = Person.objects.filter(username="admin", is_active=True).first()
    if admin is None or SlaPolicy.objects.filter(key=KEY).exists():
        return
    rungs = [
        {"percent": 75, "do": "tell", "to": "assignee"},
        {"percent": 100, "do": "tell", "to": "lead"},
        {"percent": 150, "do": "tell", "to": "manager"},
    ]
    data = PolicyData(name="Cases of high priority", subject="case", priority="high", budget="P3D", ladder=rungs)
    add_policy(key=KEY, data=data, person=admin, now=now)
