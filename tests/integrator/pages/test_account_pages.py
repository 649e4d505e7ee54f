"""The pages about signing in, in our look and without links to what does not exist."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db


class TestSignIn:
    def test_has_the_two_fields_and_no_way_to_sign_up(self) -> None:
        text = Client().get("/accounts/login/").text
        assert 'name="login"' in text
        assert 'name="password"' in text
        assert "signup" not in text
        assert "password/reset" not in text

    def test_keeps_the_name_and_says_what_is_wrong(self) -> None:
        answer = Client().post("/accounts/login/", {"login": "lee", "password": "wrong"})
        assert 'value="lee"' in answer.text
        assert 'role="alert"' in answer.text

    @pytest.mark.parametrize("login", ["lee", "lee@example.org"])
    def test_takes_name_or_address(self, transactional_db, login: str) -> None:
        make_person("lee")
        client = Client()
        answer = client.post("/accounts/login/", {"login": login, "password": "secret-password"})
        assert answer.status_code == 302
        assert "_auth_user_id" in client.session


class TestOwnSecurityPages:
    @pytest.mark.parametrize(
        "path", ["/accounts/2fa/", "/accounts/password/change/", "/accounts/logout/", "/accounts/reauthenticate/"]
    )
    def test_stand_in_our_frame(self, path: str) -> None:
        answer = sign_in(make_person()).get(path)
        assert answer.status_code == 200
        assert "css/tokens.css" in answer.text
        assert "password/reset" not in answer.text
