"""The team above a team: named by those who manage teams, never beneath itself."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrator.events.actors import SYSTEM
from integrator.people.errors import FieldRefused
from integrator.people.models import Team
from integrator.people.operations import set_parent
from integrator.people.rights import Action
from tests.support.cases import events_of
from tests.support.personas import make_personas, make_team, sign_in

pytestmark = pytest.mark.django_db


class TestTeamAbove:
    def test_is_named_on_the_page_of_the_team(self) -> None:
        personas, above = make_personas(Action.TEAM_MANAGE), make_team("board")
        address = reverse("team_above", args=[personas.team.slug])
        page = sign_in(personas.owner).post(address, {"parent": above.pk}, follow=True).content.decode()
        assert f"Board is above {personas.team} now." in page
        assert events_of("team.changed")[0]["_changes"] == {"parent": (None, "board")}
        assert sign_in(personas.stranger).post(address, {"parent": ""}).status_code == 404

    def test_is_never_beneath_it(self) -> None:
        teams = [make_team() for _ in range(3)]
        set_parent(team_id=teams[0].pk, parent_id=teams[1].pk, actor=SYSTEM)
        set_parent(team_id=teams[1].pk, parent_id=teams[2].pk, actor=SYSTEM)
        with pytest.raises(FieldRefused):
            set_parent(team_id=teams[2].pk, parent_id=teams[0].pk, actor=SYSTEM)
        with pytest.raises(FieldRefused):
            set_parent(team_id=teams[2].pk, parent_id=teams[2].pk, actor=SYSTEM)
        assert Team.objects.get(pk=teams[2].pk).parent is None
