"""Mistakes made with calls to other systems, their connections, and flows that run others."""

from __future__ import annotations

from flows.connectors.http.curl import parse_curl
from tests.mistakes import making as made
from tests.mistakes.making import Mistake, called, child, connected, designed, ran

GOING_OUT = (
    Mistake(
        is_that="the connection is not there",
        make=lambda: ran("  call: {kind: http.request, with: {url: orders, connection: erp}}"),
        names="'erp'",
        advice="Add it under Connections",
    ),
    Mistake(
        is_that="the host does not exist",
        make=lambda: ran("  call: {kind: http.request, with: {url: 'http://erp.invalid/'}}"),
        names="erp.invalid",
        advice="Check the host",
    ),
    Mistake(
        is_that="the host lies inside, where calls may not go",
        make=lambda: ran("  call: {kind: http.request, with: {url: 'http://10.1.2.3/'}}"),
        names="private or reserved",
        advice="An administrator can add it",
    ),
    Mistake(
        is_that="the address lacks its beginning",
        make=lambda: designed("  call: {kind: http.request, with: {url: 'erp.example/orders'}}"),
        names="'erp.example/orders'",
        advice="Begin it with https://",
    ),
    Mistake(is_that="the password has expired", make=lambda: called(401), names="401", advice="Check the credentials"),
    Mistake(is_that="the address is wrong", make=lambda: called(404), names="404", advice="Check the address"),
    Mistake(is_that="the target has a fault", make=lambda: called(500), names="500", advice="Try again later"),
    Mistake(
        is_that="the address has moved",
        make=lambda: called(301, location="/new"),
        names="another address",
        advice="Write the address it leads to",
    ),
    Mistake(
        is_that="the address has moved, nobody says where",
        make=lambda: called(300),
        names="300",
        advice="Write the new address",
    ),
    Mistake(
        is_that="pages are read of what has none",
        make=lambda: called(200, paginate={"style": "page", "param": "page"}),
        names="paginate",
        advice="Say in paginate",
    ),
    Mistake(
        is_that="the connection's secret has expired",
        make=made.signed_in_with_an_expired_secret,
        names="invalid_client",
        advice="Correct them under Connections",
    ),
    Mistake(
        is_that="a password stands where a certificate belongs",
        make=lambda: connected("s3cret", kind="client_certificate"),
        names="PEM",
        advice="Paste the certificate",
    ),
    Mistake(
        is_that="the signature's secret holds no key",
        make=lambda: connected("whsec_", kind="standard_webhooks"),
        names="whsec_",
        advice="Paste it whole",
    ),
    Mistake(
        is_that="the connection has no secret", make=lambda: connected(""), names="secret", advice="Give the secret"
    ),
    Mistake(
        is_that="the connection's address lacks its beginning",
        make=lambda: connected("s3cret", base_url="erp.example"),
        names="The address",
        advice="must begin with http:// or https://",
    ),
    Mistake(
        is_that="the key is to be sent under no name",
        make=lambda: connected("s3cret", kind="api_key", place="header"),
        names="'Name of the API key'",
        advice="Fill in",
    ),
    Mistake(
        is_that="the flow to run is paused", make=lambda: child("paused"), names="'book-invoice'", advice="Resume it"
    ),
    Mistake(
        is_that="the flow to run is a draft", make=lambda: child("draft"), names="'book-invoice'", advice="Publish it"
    ),
    Mistake(
        is_that="the flow to run wants another input",
        make=lambda: child("strict"),
        names="/amount",
        advice="Change 'input'",
    ),
    Mistake(
        is_that="a refused request is replayed", make=made.replayed, names="started nothing", advice="comes in anew"
    ),
    Mistake(
        is_that="the pasted command reads its body from a file",
        make=lambda: made.refused(lambda: parse_curl("curl -d @order.json https://erp.example/orders")),
        names="from a file",
        advice="Paste the content",
    ),
    Mistake(
        is_that="the pasted text is no command",
        make=lambda: made.refused(lambda: parse_curl("GET https://erp.example/orders")),
        names="curl",
        advice="Paste a command",
    ),
)
