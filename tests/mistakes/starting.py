"""Mistakes made with what starts flows."""

from __future__ import annotations

from tests.mistakes.making import Mistake, designed, polled, started
from tests.support.hooks import listen

SCHEMA = "{type: object, required: [amount], properties: {amount: {type: number}}}"

STARTING = (
    Mistake(
        is_that="the time zone is written as people say it",
        make=lambda: designed(trigger="{kind: schedule, cron: '30 8 * * *', zone: Vienna}"),
        names="'Vienna'",
        advice="Did you mean 'Europe/Vienna'?",
    ),
    Mistake(
        is_that="the time zone does not exist",
        make=lambda: designed(trigger="{kind: schedule, cron: '30 8 * * *', zone: Office}"),
        names="'Office'",
        advice="Write it like Europe/Vienna",
    ),
    Mistake(
        is_that="the cron line lacks a field",
        make=lambda: designed(trigger="{kind: schedule, cron: '30 8 * *'}"),
        names="has 4",
        advice="Write it like",
    ),
    Mistake(
        is_that="the cron line has an hour that no day has",
        make=lambda: designed(trigger="{kind: schedule, cron: '30 25 * * *'}"),
        names="'25'",
        advice="from 0 to 23",
    ),
    Mistake(
        is_that="the cron line names a day that never comes",
        make=lambda: designed(trigger="{kind: schedule, cron: '0 8 31 2 *'}"),
        names="never comes",
        advice="Change the day",
    ),
    Mistake(
        is_that="the interval is written in words",
        make=lambda: designed(trigger="{kind: schedule, every: 15 minutes}"),
        names="'every'",
        advice="write it like PT15M",
    ),
    Mistake(
        is_that="the event has another name",
        make=lambda: designed(trigger="{kind: event, event: case.close}"),
        names="'case.close'",
        advice="Did you mean 'case.closed'?",
    ),
    Mistake(
        is_that="the trigger has another name",
        make=lambda: designed(trigger="{kind: webhok, path: in}"),
        names="'webhok'",
        advice="Did you mean 'webhook'?",
    ),
    Mistake(
        is_that="the webhook's secret was never stored",
        make=lambda: designed(trigger="{kind: webhook, path: in, auth: {kind: bearer, secret: shop}}"),
        names="'shop'",
        advice="Set it",
    ),
    Mistake(
        is_that="the secret itself is written into the flow",
        make=lambda: designed(trigger="{kind: webhook, path: in, auth: {kind: bearer, secret: 'aB3+x/9=='}}"),
        names="'secret'",
        advice="Write its name",
    ),
    Mistake(
        is_that="the webhook lets in anybody",
        make=lambda: designed(trigger="{kind: webhook, path: in}"),
        names="'auth'",
        advice="Add it",
    ),
    Mistake(
        is_that="two flows listen at one address",
        make=lambda: (listen(), designed(trigger="{kind: webhook, path: orders, auth: {kind: none}}"))[1],
        names="/hooks/orders",
        advice="Choose another",
    ),
    Mistake(
        is_that="further calls are to join a case that nothing tells apart",
        make=lambda: designed(trigger="{kind: webhook, path: in, auth: {kind: none}, on_existing: feed}"),
        names="'on_existing'",
        advice="Add 'business_key:'",
    ),
    Mistake(
        is_that="tokens are checked with the wrong sort of key",
        make=lambda: designed(
            trigger="{kind: webhook, path: in, auth: {kind: jwt, issuer: a, audience: b, algorithm: RS256, secret: s}}"
        ),
        names="RS256",
        advice="'public_key' or 'jwks_url'",
    ),
    Mistake(
        is_that="the poll starts a run for each item again and again",
        make=lambda: designed(trigger="{kind: poll, every: PT5M, url: 'https://shop.example/orders'}"),
        names="'dedupe'",
        advice="Add",
    ),
    Mistake(
        is_that="the poll's list stands elsewhere in the answer",
        make=lambda: polled(says=b'{"orders": []}'),
        names="'items'",
        advice="such as '= body.orders'",
    ),
    Mistake(
        is_that="the poll's host does not exist",
        make=lambda: polled(url="http://orders.invalid/list"),
        names="orders.invalid",
        advice="Check",
    ),
    Mistake(
        is_that="nothing listens where the poll asks",
        make=lambda: polled(url="http://127.0.0.1:9/list"),
        names="127.0.0.1:9",
        advice="Check",
    ),
    Mistake(
        is_that="the poll is not let in",
        make=lambda: polled(status=401, says=b"{}"),
        names="401",
        advice="Check the credentials",
    ),
    Mistake(
        is_that="the form of a start by hand is not filled in",
        make=lambda: started(SCHEMA, {}),
        names="/amount",
        advice="is required",
    ),
    Mistake(
        is_that="the form of a start by hand has a word for a number",
        make=lambda: started(SCHEMA, {"amount": "ten"}),
        names="/amount",
        advice="number",
    ),
)
