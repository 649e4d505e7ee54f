"""Mistakes made with decision tables, alerts and mailboxes."""

from __future__ import annotations

from tests.mistakes.making import Mistake, alerted, decided, designed, looked, ran, refused
from tests.support.tables import TRIAGE, make_live_table

MAILBOX = "{host: mail.example, user: orders, secret: mail}"

NEWER_KINDS = (
    Mistake(
        is_that="two rows match where one may",
        make=lambda: decided({"amount": 2000, "region": "EU"}, hit="unique"),
        names="Rows 1 and 2 of the decision table 'triage'",
        advice="Narrow them",
    ),
    Mistake(
        is_that="no row matches",
        make=lambda: decided({"amount": 7, "region": "Mars"}),
        names="'triage'",
        advice="Add a row for it",
    ),
    Mistake(
        is_that="a table is given a word for a number",
        make=lambda: decided({"amount": "many", "region": "EU"}),
        names="amount",
        advice="Change 'input'",
    ),
    Mistake(
        is_that="the table is not there",
        make=lambda: ran("  look: {kind: decision_table, with: {table: triage, input: {amount: 1}}}"),
        names="triage",
        advice="Check the key",
    ),
    Mistake(
        is_that="a cell of a table is misspelt",
        make=lambda: refused(lambda: make_live_table(TRIAGE, ("> 1000", "more than 1000"))),
        names="more than 1000",
        advice="Write it like 10",
    ),
    Mistake(
        is_that="an alert goes to somebody who is not there",
        make=lambda: alerted("nobody@example.org"),
        names="nobody@example.org",
        advice="Write a user name",
    ),
    Mistake(
        is_that="an alert goes to a team that is not there",
        make=lambda: alerted("team:sales"),
        names="sales",
        advice="Write the short name",
    ),
    Mistake(
        is_that="the mailbox's password was never stored",
        make=lambda: designed(trigger=f"{{kind: email, mailbox: {MAILBOX}, every: PT1M}}"),
        names="'mail'",
        advice="Set it",
    ),
    Mistake(
        is_that="the mailbox has no host",
        make=lambda: designed(trigger="{kind: email, mailbox: {user: orders, secret: mail}, every: PT1M}"),
        names="host",
        advice="Add it",
    ),
    Mistake(
        is_that="nothing listens where the mailbox is",
        make=lambda: looked(port=1),
        names="127.0.0.1",
        advice="Check",
    ),
    Mistake(
        is_that="the mailbox's host does not exist",
        make=lambda: looked(host="mail.invalid"),
        names="mail.invalid",
        advice="Check",
    ),
)
