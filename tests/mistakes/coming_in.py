"""Mistakes made by those who send something, and by those who look at it afterwards."""

from __future__ import annotations

from tests.mistakes import making as made
from tests.mistakes.making import Mistake, designed, posted, sent_form, signed

SCHEMA = "{type: object, required: [amount], properties: {amount: {type: number}}}"

CONTRACT = """\
  auth: {kind: none}
  schema: {type: object, required: [contract], properties: {contract: {type: string, contentEncoding: base64}}}
"""
PDF = [("contract", "contract.pdf", b"%PDF-1.7 x" * 200)]

COMING_IN = (
    Mistake(
        is_that="the partner signs with another secret",
        make=lambda: signed(secret="whsec_" + "B" * 40),
        names="'partner'",
        advice="Compare the secret",
    ),
    Mistake(
        is_that="the partner's clock is off",
        make=lambda: signed(minutes=-9),
        names="9 min",
        advice="Have the sender's clock set",
    ),
    Mistake(
        is_that="the partner signs nothing",
        make=lambda: (made.store_secret(), posted("  auth: {kind: standard_webhooks, secret: partner}", b"{}"))[1],
        names="webhook-id",
        advice="Ask the sender",
    ),
    Mistake(
        is_that="the secret of the webhook is missing",
        make=lambda: posted("  auth: {kind: bearer, secret: shop}", {}, headers={"Authorization": "Bearer x"}),
        names="'shop'",
        advice="Set the secret",
    ),
    Mistake(
        is_that="a field is missing",
        make=lambda: posted(f"  auth: {{kind: none}}\n  schema: {SCHEMA}", {}),
        names="/amount",
        advice="is required",
    ),
    Mistake(
        is_that="the body is no JSON",
        make=lambda: posted(body=b"{'a': 1}"),
        names="line 1, column 2",
        advice="a name in double quotes is missing here",
    ),
    Mistake(
        is_that="the body is XML",
        make=lambda: posted(body=b"<a/>", content_type="application/xml"),
        names="application/xml",
        advice="Send application/json",
    ),
    Mistake(
        is_that="the file is too big",
        make=lambda: sent_form(CONTRACT, files=PDF, limits={"FILE_MAX_BYTES": 1000}),
        names="contract.pdf",
        advice="Send a smaller one",
    ),
    Mistake(
        is_that="words stand where a file belongs",
        make=lambda: posted(CONTRACT, {"contract": "see attachment"}),
        names="/contract",
        advice="base64",
    ),
    Mistake(
        is_that="calls come too fast",
        make=lambda: posted("  auth: {kind: none}\n  rate: {requests: 1, per_s: 60}", {}, times=2),
        names="1 request in 60 s",
        advice="Send the call again in",
    ),
    Mistake(
        is_that="a message goes to nobody in particular",
        make=made.sent_to_nobody,
        names="team",
        advice="add 'team'",
    ),
    Mistake(
        is_that="a masked value is asked for without a reason",
        make=lambda: made.revealed("trigger.body.iban", " "),
        names="1 to 500 characters",
        advice="Say why",
    ),
    Mistake(
        is_that="a value is asked for that is not masked",
        make=lambda: made.revealed("trigger.body.name", "The bank asked."),
        names="'trigger.body.name'",
        advice="Masked here: trigger.body.iban",
    ),
    Mistake(
        is_that="the business key is a sensitive field",
        make=lambda: designed(
            trigger="{kind: webhook, path: in, auth: {kind: none}, business_key: '= body.iban'}",
            more="sensitive: [trigger.body.iban]",
        ),
        names="'business_key'",
        advice="Make it of another field",
    ),
    Mistake(
        is_that="a sensitive path leads nowhere",
        make=lambda: designed(more="sensitive: [steps.lokup.iban]"),
        names="'lokup'",
        advice="Known here: keep",
    ),
)
