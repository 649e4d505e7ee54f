"""Which policy counts: the most specific one that fits. Pure; says why in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.sla.marks import Terms

# What says more about the work weighs more than all that says less.
WEIGHTS = {"case_type": 8, "task_kind": 4, "priority": 2, "team": 1}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a policy is chosen by. ``case_type`` is a key, ``team`` a short name; empty where there is none."""

    subject: str
    case_type: str = ""
    task_kind: str = ""
    priority: str = "normal"
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy as data; an empty criterion fits everything. ``budget`` is ISO 8601, ``id`` that of its row."""

    id: int
    key: str
    name: str
    subject: str
    budget: str
    is_working_time: bool
    terms: Terms
    case_type: str = ""
    task_kind: str = ""
    priority: str = ""
    team: str = ""

    def criteria(self) -> dict[str, str]:
        """What it asks for, without what it leaves open."""
        named = {"case_type": self.case_type, "task_kind": self.task_kind, "priority": self.priority, "team": self.team}
        return {name: value for name, value in named.items() if value}

    def fits(self, facts: Facts) -> bool:
        """Whether everything it asks for is so."""
        return self.subject == facts.subject and all(
            getattr(facts, name) == value for name, value in self.criteria().items()
        )

    def weight(self) -> int:
        """How specific it is."""
        return sum(WEIGHTS[name] for name in self.criteria())


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The policy that counts, and why: a sentence."""

    policy: Policy | None
    why: str


def choose_policy(policies: Iterable[Policy], facts: Facts) -> Choice:
    """This will find the most specific policy that fits: case type before kind, before priority, before team."""
    fitting = sorted((each for each in policies if each.fits(facts)), key=lambda each: (-each.weight(), each.id))
    if not fitting:
        return Choice(policy=None, why="No SLA policy fits.")
    first, *others = fitting
    words = _say_criteria(first)
    if not others:
        return Choice(policy=first, why=f"“{first.name}” is the only policy that fits: {words}.")
    less = " and ".join(f"“{each.name}”" for each in others[:2])
    return Choice(policy=first, why=f"“{first.name}” fits most closely: {words}. It goes before {less}.")


def say_criteria(policy: Policy) -> str:
    """``an urgent invoice case of Finance``: what the policy is for."""
    named = policy.criteria()
    noun = {"approve": "approval", "assign": "piece of work"}.get(policy.task_kind, policy.subject)
    kind = named.get("case_type", "").replace("-", " ").replace("_", " ")
    subject = f"{noun} of a {kind} case" if kind and policy.subject == "task" else f"{kind} {noun}".strip()
    priority = named.get("priority", "")
    urgency = priority if priority in ("", "urgent") else f"{priority}-priority"
    words = " ".join(part for part in (urgency, subject) if part)
    article = "an" if words[:1] in "aeiou" else "a"
    return f"{article} {words}" + (f" of {named['team']}" if "team" in named else "")


def _say_criteria(policy: Policy) -> str:
    return f"it is for {say_criteria(policy)}" if policy.criteria() else f"it is for every {policy.subject}"
