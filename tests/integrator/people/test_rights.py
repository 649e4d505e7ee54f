"""The table of rights, its page, and that nothing outlives a request."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command

from integrator.people.models import Membership, Person
from integrator.people.rights import (
    ALL,
    EVERYBODY,
    ROLES_BY_ACTION,
    Action,
    can,
    can_anywhere,
    limit_to_teams,
    remember_grants,
    team_ids_where,
)
from integrator.people.rights_page import render_rights
from integrator.people.roles import Role
from tests.support.personas import make_person, make_team


class TestTheTable:
    def test_has_every_action_and_gives_each_to_somebody(self) -> None:
        assert set(ROLES_BY_ACTION) == set(Action)
        assert all(ROLES_BY_ACTION.values())

    def test_is_what_the_page_says(self) -> None:
        page = (settings.BASE_DIR / "docs" / "rights.md").read_text(encoding="utf-8")
        assert page == render_rights()
        call_command("write_rights", check=True)

    def test_is_missed_by_the_check_when_the_page_is_old(self, tmp_path: Path, settings) -> None:
        settings.BASE_DIR = tmp_path
        with pytest.raises(CommandError, match="write_rights"):
            call_command("write_rights", check=True, stdout=StringIO())

    @pytest.mark.parametrize("action", [Action.TASK_DECIDE, Action.FLOW_DRAFT, Action.RUN_OPERATE, Action.SECRET_SET])
    def test_lets_no_auditor_or_viewer_change_anything(self, action: Action) -> None:
        assert not {Role.AUDITOR, Role.VIEWER} & ROLES_BY_ACTION[action]


@pytest.mark.django_db
class TestCan:
    @pytest.mark.parametrize("action", [action for action in Action if action not in EVERYBODY])
    @pytest.mark.parametrize("role", list(Role))
    def test_follows_the_table_in_the_team_alone(self, role: Role, action: Action) -> None:
        team, other = make_team(), make_team()
        person = make_person("", (team, role))
        is_allowed = role in ROLES_BY_ACTION[action]
        assert can(person, action, team) is is_allowed
        assert can(person, action, team.pk) is is_allowed
        assert can_anywhere(person, action) is is_allowed
        assert not can(person, action, other)
        assert not can(person, action)

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
    def test_reads_everything_with_a_role_held_everywhere(self, role: Role) -> None:
        person, team = make_person("", (None, role)), make_team()
        for action in (Action.RUN_READ, Action.CASE_READ, Action.EVENT_READ):
            assert can(person, action, team)
            assert can(person, action)
            assert team_ids_where(person, action) is ALL

    def test_lets_nobody_else_manage_people(self) -> None:
        assert can(make_person("", (None, Role.ADMIN)), Action.PEOPLE_MANAGE)
        assert not can(make_person("", (None, Role.AUDITOR)), Action.PEOPLE_MANAGE)

    def test_takes_a_superuser_for_an_admin(self) -> None:
        person = Person.objects.create_superuser("root", "root@example.org", "x")
        assert can(person, Action.PEOPLE_MANAGE)

    def test_refuses_the_deactivated_and_nobody(self) -> None:
        team = make_team()
        person = make_person("", (team, Role.ADMIN), (None, Role.ADMIN))
        person.is_active = False
        for action in Action:
            assert not can(person, action, team)
            assert not can(AnonymousUser(), action, team)

    def test_acts_on_a_change_at_once_even_for_a_kept_object(self) -> None:
        team = make_team()
        person = make_person("", (team, Role.OPERATOR))
        assert can(person, Action.RUN_OPERATE, team)
        Membership.objects.filter(person=person).delete()
        assert not can(person, Action.RUN_OPERATE, team)

    def test_asks_once_a_request(self, django_assert_num_queries) -> None:
        team = make_team()
        person = make_person("", (team, Role.OPERATOR))
        remember_grants(person)
        with django_assert_num_queries(1):
            assert can(person, Action.RUN_OPERATE, team)
            assert not can(person, Action.EVENT_READ, team)
            assert team_ids_where(person, Action.CASE_READ) == {team.pk}

    def test_narrows_a_queryset(self) -> None:
        mine, other = make_team(), make_team()
        person = make_person("", (mine, Role.VIEWER))
        rows = Membership.objects.filter(team__in=[mine, other])
        make_person("", (other, Role.VIEWER))
        assert {row.team_id for row in limit_to_teams(rows, team_ids_where(person, Action.CASE_READ))} == {mine.pk}
        assert not limit_to_teams(rows, team_ids_where(person, Action.EVENT_READ)).exists()
        assert limit_to_teams(rows, ALL).count() == 2
