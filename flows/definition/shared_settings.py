"""Settings that several kinds or triggers share: how callers prove who they are, how many are let in,
which addresses of connections runs use. Pure shapes."""

from __future__ import annotations

from dataclasses import replace

from flows.definition.kind import Setting
from flows.definition.validation.auth import ALGORITHMS, BY_KEY, ENCODINGS, PRESETS, SHARED

_SIGNED = ("hmac",)
_WITH_SECRET = ("basic", "bearer", "api_key", "hmac", "standard_webhooks", "jwt")

AUTH_FIELDS = (
    Setting(name="kind", type="choice", label="Callers prove themselves by", literal=True, required=True,
            choices=("standard_webhooks", "hmac", "bearer", "api_key", "basic", "jwt", "none"),
            labels={"standard_webhooks": "Signature (Standard Webhooks)", "hmac": "Signature (HMAC)", "bearer": "Token",
                    "api_key": "Key in a header or the address", "basic": "User and password",
                    "jwt": "Signed token (JWT)", "none": "Nothing: anybody may call"}),
    Setting(name="user", type="text", label="User", literal=True, required=True, only_for={"kind": ("basic",)}),
    Setting(name="preset", type="choice", label="Signed the way of", literal=True, choices=PRESETS,
            labels={"github": "GitHub", "stripe": "Stripe", "shopify": "Shopify"}, only_for={"kind": _SIGNED},
            help="Choose none and name the header for any other partner."),
    Setting(name="issuer", type="text", label="Issuer", literal=True, required=True, only_for={"kind": ("jwt",)},
            help="What stands in the token as iss.", placeholder="https://login.partner.example/"),
    Setting(name="audience", type="text", label="Audience", literal=True, required=True, only_for={"kind": ("jwt",)},
            help="What stands in the token as aud."),
    Setting(name="algorithm", type="choice", label="Algorithm of the token", literal=True,
            choices=(*SHARED, *BY_KEY), required=True, only_for={"kind": ("jwt",)}),
    Setting(name="secret", type="text", label="Secret", literal=True, names="secret",
            help="The name of a stored secret of the team, never the secret itself.", only_for={"kind": _WITH_SECRET}),
    Setting(name="header", type="text", label="Header", literal=True, only_for={"kind": ("api_key", "hmac")},
            help="The name of the header that carries it.", placeholder="X-Api-Key"),
    Setting(name="query", type="text", label="Name in the address", literal=True, only_for={"kind": ("api_key",)},
            help="Instead of a header: the name behind the question mark."),
    Setting(name="algorithm", type="choice", label="Hash", literal=True, choices=ALGORITHMS,
            only_for={"kind": _SIGNED, "preset": ("",)}),
    Setting(name="encoding", type="choice", label="Written as", literal=True, choices=ENCODINGS,
            only_for={"kind": _SIGNED, "preset": ("",)}),
    Setting(name="prefix", type="text", label="Text before the signature", literal=True, placeholder="sha256=",
            only_for={"kind": _SIGNED, "preset": ("",)}),
    Setting(name="timestamp_header", type="text", label="Header with the time", literal=True,
            only_for={"kind": _SIGNED, "preset": ("",)}),
    Setting(name="public_key", type="text", label="Public key", literal=True, lines=6, only_for={"kind": ("jwt",)},
            help="In PEM. Give one of secret, public key and address of a key set."),
    Setting(name="jwks_url", type="text", label="Address of the key set", literal=True, only_for={"kind": ("jwt",)},
            placeholder="https://login.partner.example/jwks.json"),
)  # fmt: skip

MAIL_AUTH_FIELDS = (
    replace(AUTH_FIELDS[0], choices=(*AUTH_FIELDS[0].choices, "mailgun"),
            labels={**AUTH_FIELDS[0].labels, "mailgun": "Signature (Mailgun)"}),
    *(
        replace(one, only_for={"kind": (*one.only_for["kind"], "mailgun")}) if one.name == "secret" else one
        for one in AUTH_FIELDS[1:]
    ),
)  # fmt: skip

ENVIRONMENT = Setting(
    name="environment", type="text", label="Addresses of connections", literal=True, advanced=True, sample="live",
    otherwise="live", placeholder="live",
    help="The environment of the connections that its runs use, `live` unless it is given. Every connection that the "
         "flow names must have it.",
)  # fmt: skip

RATE_FIELDS = (
    Setting(name="requests", type="number", label="At most so many calls", literal=True, required=True, sample=60),
    Setting(name="per_s", type="number", label="In so many seconds", literal=True, required=True, sample=60,
            unit="seconds"),
)  # fmt: skip
