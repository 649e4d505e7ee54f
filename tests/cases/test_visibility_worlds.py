"""In random worlds of teams, roles, substitutes, parties and watchers: querysets, reasons and brute force agree."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cases.models import Case, CaseParty, CaseWatcher, Task, TaskWatcher
from cases.operations import complete_task
from cases.visibility import explain_case, explain_task
from integrator.people.models import Membership, Person, Substitution, Team
from integrator.people.rights import ROLES_BY_ACTION, Action
from tests.support.cases import Office, add_role, ask_approval, ask_work, cover, make_case

NAMES = ["lee", "lia", "vi", "bo", "ana", "sam", "aud"]
DECIDERS, WORKERS, READERS = (
    ROLES_BY_ACTION[action] for action in (Action.TASK_DECIDE, Action.TASK_DO, Action.CASE_READ)
)


class World:
    """Everything there is, read once, and the rules written a second time, plainly."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.roles = list(Membership.objects.values_list("person_id", "team_id", "role"))
        self.leads = dict(Team.objects.values_list("id", "lead_id"))
        self.active = set(Person.objects.filter(is_active=True).values_list("id", flat=True))
        self.substitutions = list(Substitution.objects.filter(ended_at=None, starts_at__lte=now, ends_at__gt=now))

    def asked(self, person_id: int, task: Task, only: int | None = None) -> bool:
        wanted = DECIDERS if task.kind == "approve" else WORKERS
        for row in task.candidates.all():
            if row.person_id == person_id and only in (None, task.team_id):
                return True
            if row.team_id is None or only not in (None, row.team_id):
                continue
            held = {role for who, team, role in self.roles if who == person_id and team == row.team_id}
            if held & wanted or self.leads[row.team_id] == person_id:
                return True
        return False

    def own_task(self, person: Person, task: Task) -> bool:
        """Asked of them or of somebody they cover, or answered by them."""
        if self.asked(person.pk, task) or task.decided_by_id == person.pk:
            return True
        ended_at = task.decided_at or task.withdrawn_at
        return any(
            row.substitute_id == person.pk
            and row.person_id in self.active
            and (ended_at is None or ended_at >= row.starts_at)
            and self.asked(row.person_id, task, row.team_id)
            for row in self.substitutions
        )

    def sees_task(self, person: Person, task: Task) -> bool:
        if person.pk not in self.active:
            return False
        watches = task.watchers.filter(person=person).exists() and not (task.case and task.case.confidential)
        return self.own_task(person, task) or watches

    def sees_case(self, person: Person, case: Case, *, is_opened: bool) -> bool:
        if person.pk not in self.active:
            return False
        held = {team for who, team, role in self.roles if who == person.pk and role in READERS}
        if case.owner_id == person.pk or any(self.own_task(person, task) for task in case.tasks.all()):
            return True
        for party in case.parties.all():
            leads = party.team_id is not None and self.leads[party.team_id] == person.pk
            if party.person_id == person.pk or leads or (party.team_id is not None and party.team_id in held):
                return True
        if None in held and (is_opened or not case.confidential):
            return True
        watches = case.watchers.filter(person=person).exists()
        return not case.confidential and (watches or case.team_id in held)


def make_world(office: Office, dice: random.Random) -> None:
    people, teams = [office.people[name] for name in NAMES], list(office.teams.values())
    for _ in range(5):
        name, slug = dice.choice(NAMES), dice.choice(["legal", "brand", "hr", "marketing"])
        role = dice.choice(["viewer", "analyst", "approver", "operator", "lead"])
        if not Membership.objects.filter(person=office.people[name], team=office.team(slug), role=role).exists():
            add_role(office, name, slug, role)
    for _ in range(3):
        covered, substitute = dice.sample(people, 2)
        row = cover(covered, substitute, team=dice.choice([None, None, *teams]))
        if dice.random() < 0.2:
            Substitution.objects.filter(pk=row.pk).update(ended_at=row.starts_at)
    cases = [make_case(office, team_id=dice.choice(teams).pk) for _ in range(3)]
    for case in cases:
        owner, party, watcher = dice.choice([None, *people]), dice.choice(people), dice.choice(people)
        Case.objects.filter(pk=case.pk).update(confidential=dice.random() < 0.5, owner=owner)
        CaseParty.objects.create(case=case, person=party, role="requester", since_at=timezone.now())
        CaseParty.objects.create(case=case, team=dice.choice(teams), role="adviser", since_at=timezone.now())
        CaseWatcher.objects.create(case=case, person=watcher, since_at=timezone.now())
    for _ in range(4):
        number = dice.choice([None, *(case.number for case in cases)])
        to = dice.choice(["team:hr", "team:legal", "lee", "sam", "vi"])
        task = ask_work(office, to, case_number=number, team_id=dice.choice(teams).pk)
        ask_approval(office, [dice.choice(["team:legal", "team:brand", "bo"])], case_number=number)
        TaskWatcher.objects.create(task=task, person=dice.choice(people), since_at=timezone.now())
        if dice.random() < 0.3:
            by = Task.objects.get(pk=task.pk).candidates.first()
            if by is not None and by.person is not None:
                at = timezone.now() - timedelta(days=dice.choice([0, 3]))
                complete_task(task_id=task.pk, person=by.person, outcome="done", now=at)
    if dice.random() < 0.5:
        Person.objects.filter(pk=dice.choice(people).pk).update(is_active=False)


class TestWorlds:
    @pytest.mark.parametrize("seed", range(2))
    def test_show_everybody_exactly_what_the_rules_say(self, office: Office, seed: int) -> None:
        make_world(office, random.Random(seed))
        world = World(timezone.now())
        tasks = list(Task.objects.select_related("case").prefetch_related("candidates"))
        cases = list(Case.objects.all())
        for name in NAMES:
            person = Person.objects.get(username=name)
            seen = set(Task.objects.visible_to(person))
            listed, opened = set(Case.objects.visible_to(person)), set(Case.objects.openable_by(person))
            for task in tasks:
                assert (task in seen) is world.sees_task(person, task) is bool(explain_task(person, task)), name
            for case in cases:
                assert (case in listed) is world.sees_case(person, case, is_opened=False), name
                assert (case in opened) is world.sees_case(person, case, is_opened=True), name
                assert bool(explain_case(person, case)) is (case in opened), name
