"""The trigger ``form``: somebody fills in a page, with or without an account. Its shape; intake takes the calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.definition.expressions import is_expression
from flows.definition.kind import Finding, Setting
from flows.definition.model import JSON
from flows.definition.places import finding_at
from flows.definition.sentences import Segments, choice, options_of, tell
from flows.definition.shared_settings import ENVIRONMENT, RATE_FIELDS
from flows.definition.start_forms import INTERNAL, PUBLIC, list_unfit_fields
from flows.definition.trigger import TriggerSpec, Untimed
from flows.triggers.webhook import check_rate

_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")
_WHO = options_of(
    (INTERNAL, "somebody who is signed in", "The person is the one who asked"),
    (PUBLIC, "anybody with its address", "No account is needed"),
)
_NOTES = """
The page is `/start/{path}/`. `form` holds the fields, or names a form of the library or of this flow: `{use: claim}`.
Without `access: public` only people who are signed in may fill it in, and the run is requested by whoever does. A form
may hold files; what is sent twice by a double click starts one run. It needs no scripts; a hidden field, a signed time
and a limit for each address keep machines out. Whoever sent it gets a page with the case's number and a link to how it
stands.
"""


def _is_public(settings: Mapping[str, JSON]) -> bool:
    return settings.get("access") == PUBLIC


def _describe(settings: Mapping[str, JSON]) -> str:
    who = "anybody" if _is_public(settings) else "somebody who is signed in"
    return f"When {who} sends the form at /start/{settings.get('path', '')}/, a new run starts"


def _tell(settings: Mapping[str, JSON]) -> Segments:
    form = settings.get("form")
    used = str(form["use"]) if isinstance(form, dict) and "use" in form else ""
    words = f"the form “{used}”" if used else "the form"
    return tell(
        "When {who} sends {form} at /start/{path}/, a new run starts",
        who=choice("access", settings, options=_WHO, missing="somebody who is signed in"),
        form=choice("form", settings, words=words, missing="a form not made yet"),
        path=choice("path", settings, missing="an address not said yet"),
    )


def _check(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    path, form = settings.get("path"), settings.get("form")
    if isinstance(path, str) and not is_expression(path) and not _PATH.match(path):
        yield finding_at(
            ("trigger", "path"),
            "'path' must be one word of letters, digits, '-' and '_' (at most 100), such as 'invoice-exception'.",
        )
    yield from check_rate(settings.get("rate"))
    if isinstance(form, dict) and "use" not in form:
        for text in list_unfit_fields(form, is_public=_is_public(settings)):
            yield finding_at(("trigger", "form"), text)


class StartForm(Untimed):
    """A page that somebody fills in starts a run."""

    spec = TriggerSpec(
        key="form",
        label="Form",
        icon="file-text",
        describe=_describe,
        summary="people fill in a page",
        sentence=_tell,
        notes=_NOTES,
        roots=("body",),
        keys=("business_key",),
        check=_check,
        settings=(
            Setting(
                name="path",
                type="text",
                label="Address",
                placeholder="invoice-exception",
                required=True,
                literal=True,
                help="The last part of its address, behind /start/: one word such as invoice-exception.",
                sample="invoice-exception",
            ),
            Setting(
                name="form",
                type="form",
                label="What is filled in",
                required=True,
                literal=True,
                help="The fields, or a form of the library or of this flow by its key.",
                sample={"type": "object", "required": ["invoice"], "properties": {"invoice": {"type": "string"}}},
            ),
            Setting(
                name="access",
                type="choice",
                label="Who may fill it in",
                literal=True,
                choices=(INTERNAL, PUBLIC),
                labels={INTERNAL: "People who are signed in", PUBLIC: "Anybody, without an account"},
                otherwise=INTERNAL,
                help="People who are signed in, unless it says public.",
                sample=PUBLIC,
            ),
            Setting(
                name="title",
                type="text",
                label="Heading of the page",
                literal=True,
                help="What stands above the form; without it the flow’s name.",
                sample="Report an invoice that is wrong",
            ),
            Setting(
                name="text",
                type="text",
                label="What to know before",
                literal=True,
                lines=4,
                help="A few words above the fields: what it is for, and what happens then.",
                sample="We answer within two working days.",
            ),
            Setting(
                name="thanks",
                type="text",
                label="Words of thanks",
                advanced=True,
                literal=True,
                lines=3,
                help="What stands on the receipt, above the number.",
                sample="Thank you. Accounts payable looks into it.",
            ),
            Setting(
                name="business_key",
                label="Their own id",
                advanced=True,
                help="The id kept with the run and its case, such as the number of an invoice.",
                sample="= body.invoice",
            ),
            Setting(
                name="rate",
                type="group",
                label="Limit for each address",
                advanced=True,
                fields=RATE_FIELDS,
                literal=True,
                help="How often one address may send it within any span of so many seconds. Without it 10 in a minute.",
                sample={"requests": 5, "per_s": 60},
            ),
            ENVIRONMENT,
        ),
    )


FORM = StartForm()
