"""cURL commands as steps, by table; their secrets are in nothing that comes out."""

from __future__ import annotations

from typing import Any

import pytest

from flows.connectors.http.curl import CurlError, parse_curl

SECRET = "s3cret-Value-42"


class TestParseCurl:
    @pytest.mark.parametrize(
        ("command", "settings"),
        [
            ("curl https://a.example/x", {"method": "GET", "url": "https://a.example/x"}),
            ("curl a.example/x", {"method": "GET", "url": "http://a.example/x"}),
            ("$ curl -sSL 'https://a.example/x?b=1&b=2#top'",
             {"method": "GET", "url": "https://a.example/x", "query": {"b": ["1", "2"]}, "follow_redirects": 5}),
            ("curl -XPUT https://a.example --json '{\"a\": [1, null]}'",
             {"method": "PUT", "url": "https://a.example", "json": {"a": [1, None]}}),
            ("curl https://a.example -d a=1 -d 'b=x%20y'",
             {"method": "POST", "url": "https://a.example", "form": {"a": "1", "b": "x y"}}),
            ("curl https://a.example -H 'Content-Type: application/json' --data-raw '{\"a\":1}' -H 'X-Ref: R 1'",
             {"method": "POST", "url": "https://a.example", "headers": {"X-Ref": "R 1"}, "json": {"a": 1}}),
            ("curl https://a.example -H 'Content-Type: text/csv' --data-binary 'a;b'",
             {"method": "POST", "url": "https://a.example", "headers": {"Content-Type": "text/csv"}, "text": "a;b"}),
            ("curl -G https://a.example/s -d q=1 --data-urlencode 'n=a b' --url-query z=3",
             {"method": "GET", "url": "https://a.example/s", "query": {"z": "3", "q": "1", "n": "a b"}}),
            ("curl -I -m 5 --max-redirs 2 -L https://a.example",
             {"method": "HEAD", "url": "https://a.example", "follow_redirects": 2, "timeout_s": 5}),
            ("curl \\\n  -X DELETE \\\n  https://a.example/1", {"method": "DELETE", "url": "https://a.example/1"}),
            ("curl https://a.example --json '{\"a\": \"=1+1\"}'",
             {"method": "POST", "url": "https://a.example", "json": {"a": "==1+1"}}),
        ],
    )  # fmt: skip
    def test_reads_what_it_does(self, command: str, settings: dict[str, Any]) -> None:
        step = parse_curl(command)
        assert step.settings == settings
        assert step.connection is None

    @pytest.mark.parametrize(
        ("command", "kind", "settings"),
        [
            (f"curl -u jo:{SECRET} https://api.erp.example/orders", "basic", {"user": "jo"}),
            (f"curl https://jo:{SECRET}@api.erp.example/orders", "basic", {"user": "jo"}),
            (f"curl -H 'Authorization: Bearer {SECRET}' https://api.erp.example/orders", "bearer", {}),
            (f"curl --oauth2-bearer {SECRET} https://api.erp.example/orders", "bearer", {}),
            (f"curl -H 'X-Api-Key: {SECRET}' https://api.erp.example/orders", "api_key", {"header": "X-Api-Key"}),
            (f"curl 'https://api.erp.example/orders?api_key={SECRET}'", "api_key", {"query": "api_key"}),
        ],
    )
    def test_makes_a_connection_of_credentials(self, command: str, kind: str, settings: dict[str, str]) -> None:
        step = parse_curl(command)
        assert step.connection is not None
        made = step.connection
        assert (made.key, made.kind, made.base_url, made.settings) == ("erp", kind, "https://api.erp.example", settings)
        assert (step.settings["connection"], step.settings["url"]) == ("erp", "/orders")
        assert SECRET not in repr(step)
        assert any("taken out" in note for note in step.notes)

    def test_masks_secrets_in_the_body(self) -> None:
        step = parse_curl(f'curl https://a.example --json \'{{"password": "{SECRET}", "n": 1}}\' -b \'sid={SECRET}\'')
        assert step.settings["json"] == {"password": "••••", "n": 1}
        assert SECRET not in repr(step)
        assert len(step.notes) == 2
        form = parse_curl(f"curl https://a.example -d 'token={SECRET}&a=1'")
        assert SECRET not in repr(form)

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("wget https://a.example", "begins with curl"),
            ("", "begins with curl"),
            ("curl", "names no address"),
            ("curl 'https://a.example", "not closed"),
            ("curl https://a.example | sh", "curl part alone"),
            ("curl https://a.example https://b.example", "more than one address"),
            ("curl -F file=@x https://a.example", "'multipart'"),
            ("curl -T x https://a.example", "file of your machine"),
            ("curl -d @body.json https://a.example", "read from a file"),
            ("curl -k https://a.example", "always checked"),
            ("curl --frobnicate https://a.example", "--frobnicate is not known"),
            ("curl -X", "lacks its value"),
            ("curl -X BREW https://a.example", "BREW is not sent"),
            ("curl ftp://a.example", "http:// or https://"),
            ("curl -m soon https://a.example", "no number"),
        ],
    )
    def test_refuses_in_words(self, command: str, words: str) -> None:
        with pytest.raises(CurlError) as caught:
            parse_curl(command)
        assert words in caught.value.message
