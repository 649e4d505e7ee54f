"""Sessions lie in the database under a digest."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from integrator.people.sessions import SessionStore, digest_key
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db


class TestSessions:
    def test_keep_the_key_out_of_the_database(self) -> None:
        client = sign_in(make_person("zoe"))
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        assert client.get("/settings/tokens/").status_code == 200
        assert Session.objects.get().session_key == digest_key(key) != key

    def test_let_nobody_in_with_what_the_database_holds(self) -> None:
        sign_in(make_person("zoe"))
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get().session_key
        assert thief.get("/settings/tokens/").status_code == 302

    def test_get_a_new_key_at_sign_in_and_none_that_a_stranger_chose(self) -> None:
        make_person("zoe")
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
        client.post("/accounts/login/", {"login": "zoe", "password": "secret-password"})
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        assert key != "x" * 32
        assert Session.objects.get().session_key == digest_key(key)

    def test_end_with_signing_out(self) -> None:
        client = sign_in(make_person("zoe"))
        client.post("/accounts/logout/")
        assert not Session.objects.exists()

    def test_are_found_stored_changed_and_deleted(self) -> None:
        store = SessionStore()
        store["a"] = 1
        store.save()
        assert store.exists(str(store.session_key))
        again = SessionStore(store.session_key)
        again["a"] += 1
        again.save()
        assert SessionStore(store.session_key)["a"] == 2
        again.delete()
        assert not store.exists(str(store.session_key))
        assert SessionStore(store.session_key).load() == {}

    def test_do_the_same_without_waiting(self) -> None:
        async def go() -> None:
            store = SessionStore()
            await store.aset("a", 1)
            await store.asave()
            assert await store.aexists(str(store.session_key))
            assert await SessionStore(store.session_key).aget("a") == 1
            await store.adelete()
            assert await SessionStore(store.session_key).aload() == {}

        async_to_sync(go)()
