"""The pages of people, teams and tokens, used as an administrator uses them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from integrator.people.models import AccessToken, Person, Team
from integrator.people.roles import Role
from tests.support.personas import bearer, make_person, make_team, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return sign_in(make_person("boss", (None, Role.ADMIN)))


class TestPeoplePages:
    def test_add_somebody_with_a_password_shown_once(self, admin: Client) -> None:
        page = admin.post("/settings/people/add/", {"username": "zoe", "name": "Zoe", "email": "zoe@example.org"})
        assert page.headers["Cache-Control"].find("no-store") >= 0
        shown = re.search(r'id="made-password">([^<]+)<', page.content.decode())
        assert shown is not None
        assert Person.objects.get(username="zoe").check_password(shown[1])
        assert shown[1] not in admin.get("/settings/people/of/zoe/").content.decode()

    def test_say_beside_the_field_what_is_wrong(self, admin: Client) -> None:
        make_person("zoe")
        page = admin.post("/settings/people/add/", {"username": "zoe", "password": "a long pass phrase"})
        assert page.status_code == 400
        assert "The user name zoe is taken" in page.content.decode()
        easy = admin.post("/settings/people/add/", {"username": "new", "password": "12345"})
        assert "too short" in easy.content.decode()

    def test_give_and_take_roles(self, admin: Client) -> None:
        zoe, team = make_person("zoe"), make_team()
        admin.post("/settings/people/of/zoe/roles/", {"role": "approver", "team": team.pk})
        membership = zoe.memberships.get()
        assert (membership.team, membership.role) == (team, "approver")
        refused = admin.post("/settings/people/of/zoe/roles/", {"role": "approver"})
        assert "choose a team for this role" in refused.content.decode()
        admin.post(f"/settings/people/of/zoe/roles/{membership.pk}/")
        assert not zoe.memberships.exists()

    def test_deactivate_and_reactivate(self, admin: Client) -> None:
        zoe = make_person("zoe")
        for state, is_active in (("deactivated", False), ("active", True)):
            page = admin.post("/settings/people/of/zoe/state/", {"state": state}, follow=True)
            zoe.refresh_from_db()
            assert zoe.is_active is is_active
            assert page.status_code == 200

    def test_do_not_let_the_last_admin_go(self, admin: Client) -> None:
        page = admin.post("/settings/people/of/boss/state/", {"state": "deactivated"}, follow=True)
        assert "only administrator" in page.content.decode()

    def test_find_filter_and_page(self, admin: Client) -> None:
        for number in range(60):
            make_person(f"worker-{number:03}")
        first = admin.get("/settings/people/").content.decode()
        assert first.count('class="title"') == 50
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None
        second = admin.get(f"/settings/people/{following[1].replace('&amp;', '&')}").content.decode()
        assert second.count('class="title"') == 11
        assert admin.get("/settings/people/?q=worker-001").content.decode().count('class="title"') == 1
        assert "Nobody found" in admin.get("/settings/people/?q=nobody-like-this").content.decode()
        assert admin.get("/settings/people/?state=deactivated").content.decode().count('class="title"') == 0
        assert admin.get("/settings/people/?cursor=rubbish").status_code == 200

    def test_answer_a_fragment_to_htmx(self, admin: Client) -> None:
        fragment = admin.get("/settings/people/", headers={"HX-Request": "true"})
        assert fragment.content.decode().strip().startswith('<div id="people-list">')
        assert "HX-Request" in fragment.headers["Vary"]

    def test_ask_a_bounded_number_of_queries(self, admin: Client, django_assert_max_num_queries) -> None:
        team = make_team()
        for number in range(30):
            make_person(f"worker-{number:03}", (team, Role.VIEWER))
        with django_assert_max_num_queries(9):
            admin.get("/settings/people/")
        with django_assert_max_num_queries(13):
            admin.get(f"/settings/teams/of/{team.slug}/")


class TestTeamPages:
    def test_add_fill_and_lead_a_team(self, admin: Client) -> None:
        zoe = make_person("zoe")
        admin.post("/settings/teams/add/", {"name": "Legal", "slug": "legal"})
        admin.post("/settings/teams/of/legal/roles/", {"person": zoe.pk, "role": "lead"})
        admin.post("/settings/teams/of/legal/lead/", {"lead": zoe.pk})
        team = Team.objects.get(slug="legal")
        assert team.lead == zoe
        assert [row.role for row in team.memberships.all()] == ["lead"]
        page = admin.get("/settings/teams/of/legal/").content.decode()
        assert "led by zoe" in page
        admin.post(f"/settings/teams/of/legal/roles/{team.memberships.get().pk}/")
        assert not team.memberships.exists()


class TestTokenPage:
    def test_shows_a_new_token_once_and_it_works_until_revoked(self) -> None:
        zoe = make_person("zoe")
        client = sign_in(zoe)
        page = client.post("/settings/tokens/", {"name": "nightly", "days": "30"}).content.decode()
        shown = re.search(r'id="made-token">([^<]+)<', page)
        assert shown is not None
        assert shown[1] not in client.get("/settings/tokens/").content.decode()
        headers = bearer(shown[1])
        assert Client().get("/api/schema/", headers=headers).status_code == 200
        client.post(f"/settings/tokens/{AccessToken.objects.get().pk}/revoke/")
        assert Client().get("/api/schema/", headers=headers).status_code == 401

    def test_shows_nobody_elses(self) -> None:
        owner = make_person("zoe")
        sign_in(owner).post("/settings/tokens/", {"name": "private-name", "days": ""})
        other = sign_in(make_person("", (None, Role.ADMIN)))
        assert "private-name" not in other.get("/settings/tokens/").content.decode()
        token = AccessToken.objects.get()
        assert other.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
        token.refresh_from_db()
        assert token.revoked_at is None
