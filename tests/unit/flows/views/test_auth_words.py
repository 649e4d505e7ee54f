"""Who may call, in words."""

from __future__ import annotations

from typing import Any

import pytest

from flows.views.auth_words import tell_auth


class TestTellAuth:
    @pytest.mark.parametrize(
        ("auth", "words", "secret"),
        [
            ({"kind": "none"}, "Nobody has to prove who they are", ""),
            ({"kind": "standard_webhooks", "secret": "demo"}, "A signature (Standard Webhooks)", "demo"),
            ({"kind": "hmac", "preset": "github", "secret": "gh"}, "A signature as GitHub makes it", "gh"),
            ({"kind": "hmac", "secret": "own"}, "A signature (HMAC)", "own"),
            ({"kind": "api_key", "header": "X-Key", "secret": "k"}, "An API key in the header X-Key", "k"),
            ({"kind": "basic", "user": "u", "secret": "p"}, "User name and password (Basic)", "p"),
            (None, "Nobody has to prove who they are", ""),
        ],
    )
    def test_says_how_callers_prove_themselves(self, auth: Any, words: str, secret: str) -> None:
        assert tell_auth({"auth": auth}) == (words, secret)
