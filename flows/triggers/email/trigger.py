"""The trigger ``email``: its settings and words, and one look into its mailbox. The calls to its path: ``inbound``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flows.definition.effect import ResolvedConnection
from flows.definition.expressions import is_expression
from flows.definition.joining import JOINING_SETTINGS, say_joining
from flows.definition.kind import Setting, StepError
from flows.definition.model import JSON
from flows.definition.phrases import data_words
from flows.definition.sampling.examples import give_mail
from flows.definition.sentences import Segments, choice, given, tell
from flows.definition.shared_settings import ENVIRONMENT, MAIL_AUTH_FIELDS, RATE_FIELDS
from flows.definition.trigger import DuePlan, Fired, Firing, TriggerSpec, Untimed
from flows.triggers.email.checking import TLS, check_email
from flows.triggers.email.looking import KEEP, MOVE, SEEN, Rules, look
from flows.triggers.email.session import PORTS, Mailbox, open_session
from flows.triggers.email.signing_in import TOKEN_REFUSED
from flows.triggers.schedule.times import Interval
from flows.triggers.schedule.words import every_words
from integrator.lib.clock import parse_duration

EVERY = "PT1M"
LOOK_S = 30.0
TAKES_AUTOMATIC = "take"
NOTES = """\
`body` is `{message_id, from, from_name, to, cc, reply_to, subject, case_number, date, text, html, in_reply_to,
references, automatic, headers, attachments}`. `from` is the address alone, `to`, `cc` and `reply_to` are lists of
addresses; message ids keep their angle brackets; `text` is made of `html` where the message has no other; what a
message does not say is `""`, null or an empty list. `headers` has those that tell how it came, such as
`headers.list_id` and `headers.authentication_results`. Attachments are kept as files of the run, with their facts in
`body.attachments` and `trigger.files`. Anybody can write any sender into a message: where that matters, look at what
your mail server says in `headers.authentication_results`.

The Message-ID tells repeats, else the number that the server gave. A message is left out, and kept as a refused
request with the reason, when it has more than 26,214,400 bytes, 200 parts or a million characters of text, or a text
that is in no known charset.
"""
_FIRST = timedelta(seconds=1)
MAILBOX_FIELDS = (
    Setting(name="host", type="text", label="Server", literal=True, required=True, placeholder="imap.example.org"),
    Setting(name="user", type="text", label="User", literal=True, required=True, placeholder="orders@example.org"),
    Setting(name="secret", type="text", label="Password", literal=True, names="secret",
            help="The name of the stored secret that holds it."),
    Setting(name="connection", type="text", label="Connection in place of a password", literal=True,
            names="connection", help="One that signs in by OAuth2, with the address https:// and the server's name."),
    Setting(name="folder", type="text", label="Folder", literal=True, otherwise="INBOX"),
    Setting(name="tls", type="choice", label="Encryption", literal=True, choices=TLS, otherwise="implicit",
            labels={"implicit": "From the start", "starttls": "STARTTLS", "none": "None"}),
    Setting(name="port", type="number", label="Port", literal=True, otherwise=993),
    Setting(name="trust", type="text", label="Certificate to trust", literal=True, lines=6, help="In PEM."),
)  # fmt: skip


def _describe(settings: Mapping[str, JSON]) -> str:
    mailbox = settings.get("mailbox")
    if isinstance(mailbox, dict):
        folder, user = mailbox.get("folder", "INBOX"), mailbox.get("user", "")
        every = every_words(settings.get("every") or EVERY)
        text = f"Every {every} the folder {folder} of {user} is looked into, and each new message starts a run"
    else:
        text = f"When a mail system hands a message to /hooks/{settings.get('path', '')}, a run starts"
    after = str(settings.get("after") or KEEP)
    if after == SEEN:
        text += ". It is then marked as read"
    elif after.startswith(MOVE):
        text += f". It is then moved to {after.removeprefix(MOVE)}"
    dedupe = settings.get("dedupe")
    repeats = f". The same {data_words(dedupe)} again starts nothing new" if is_expression(dedupe) else ""
    return f"{text}{say_joining(settings)}{repeats}"


def _tell(settings: Mapping[str, JSON]) -> Segments:
    mailbox = settings.get("mailbox")
    if isinstance(mailbox, dict) or not settings.get("path"):
        shown: Mapping[str, JSON] = mailbox if isinstance(mailbox, dict) else {}
        every = str(settings.get("every") or EVERY)
        words = f"the folder {shown.get('folder', 'INBOX')} of {shown.get('user', '')}"
        came = tell(
            "Every {every} {mailbox} is looked into, and each new message starts a run",
            every=choice("every", {"every": every}, words=every_words(every)),
            mailbox=choice("mailbox", settings, words=words, missing="a mailbox not said yet"),
        )
    else:
        came = tell("When a mail system hands a message to /hooks/{it}, a run starts", it=choice("path", settings))
    dedupe = given(". The same {it} again starts nothing new", "dedupe", settings)
    return tell(
        "{came}. It is then {after}{dedupe}",
        came=came,
        after=choice("after", settings, words=_say_after(settings), missing="left as it is"),
        dedupe=dedupe,
    )


def _say_after(settings: Mapping[str, JSON]) -> str:
    after = str(settings.get("after") or KEEP)
    if after == SEEN:
        return "marked as read"
    return f"moved to {after.removeprefix(MOVE)}" if after.startswith(MOVE) else "left as it is"


def read_mailbox(settings: Mapping[str, JSON], *, password: str = "", token: str = "") -> Mailbox:
    """The mailbox of checked settings, with the defaults; signed in to with a password, or a token of a connection."""
    written: Mapping[str, JSON] = settings["mailbox"]
    tls = str(written.get("tls") or "implicit")
    return Mailbox(
        host=str(written["host"]).strip(),
        port=int(written.get("port") or PORTS[tls]),
        user=str(written["user"]),
        password=password,
        token=token,
        secret=str(written.get("connection") or written.get("secret")),
        tls=tls,
        folder=str(written.get("folder") or "INBOX"),
        trust=str(written.get("trust") or ""),
    )


class EmailTrigger(Untimed):
    """Messages start runs."""

    spec = TriggerSpec(
        key="email",
        label="E-mail",
        icon="mail",
        describe=_describe,
        summary="a message comes in",
        sentence=_tell,
        example=give_mail,
        roots=("body",),
        keys=("dedupe", "business_key"),
        timing=("mailbox", "every"),
        has_address=True,
        one_at_a_time=True,
        check=check_email,
        settings=(
            Setting(name="mailbox", type="group", label="Mailbox", literal=True, fields=MAILBOX_FIELDS,
                    sample={"host": "imap.example.org", "user": "orders@example.org", "secret": "mailbox"},
                    help="A mailbox to look into by IMAP: `host`, `user` and `secret` (the name of the stored secret "
                         "that holds the password), or in its place `connection`, one with OAuth2 (XOAUTH2) whose "
                         "address is that of the mail server; besides `tls: implicit` (the default), `starttls` or "
                         "`none`, `port` (993, else 143), `folder` (`INBOX`), and `trust` with the PEM of a "
                         "certificate to trust besides the system's."),
            Setting(name="every", type="duration", label="Look every", literal=True, otherwise="PT1M", sample="PT1M",
                    help="Elapsed time between two looks, a minute unless it is given. A look takes 50 messages at "
                         "most; the rest comes with the next."),
            Setting(name="first", type="choice", label="At the first look", literal=True, advanced=True,
                    choices=("unread", "all", "new"), sample="unread", otherwise="unread",
                    labels={"unread": "Unread ones", "all": "All", "new": "None"},
                    help="Which messages count that are there at the first look: those not marked as read (the "
                         "default), all, or none. Later every new message counts, read or not."),
            Setting(name="after", type="text", label="Afterwards", literal=True, advanced=True, sample="keep",
                    otherwise="keep",
                    help="What happens in the mailbox to a message that was read, at the look after it: `keep` "
                         "leaves all as it is (the default), `seen` marks it as read, `move:FOLDER` moves it."),
            Setting(name="timeout_s", type="number", label="Time limit", literal=True, advanced=True, unit="seconds",
                    otherwise=30, sample=30,
                    help="For a whole look, 30 unless it is given."),
            Setting(name="path", type="text", label="Address instead of a mailbox", literal=True, advanced=True,
                    help="Instead of `mailbox`: the last part of the address to which a mail system hands messages, "
                         "`/hooks/{path}`, as `message/rfc822`, as JSON `{raw}` with the message in base64, or as "
                         "the form that a route of Mailgun posts."),
            Setting(name="auth", type="group", label="Who may call", literal=True, advanced=True,
                    fields=MAIL_AUTH_FIELDS,
                    help="With `path`: how callers prove who they are, as at `webhook`; besides them `kind: mailgun`, "
                         "whose `secret` is the signing key."),
            Setting(name="rate", type="group", label="Limit of calls", literal=True, advanced=True, fields=RATE_FIELDS,
                    help="With `path`: how many calls are let in, as at `webhook`."),
            Setting(name="automatic", type="choice", label="Mail of machines", literal=True, advanced=True,
                    choices=("ignore", TAKES_AUTOMATIC), labels={"ignore": "Keep apart", TAKES_AUTOMATIC: "Take"},
                    otherwise="ignore",
                    sample="ignore",
                    help="Mail that no person sent (answers of machines, bounces, mass mail). It is kept as refused "
                         "with the reason, so that two machines do not answer each other for ever; `take` lets it "
                         "start runs."),
            Setting(name="schema", type="schema", label="What a message must contain", literal=True, advanced=True,
                    sample={"type": "object", "properties": {"subject": {"type": "string", "minLength": 1}}},
                    help="A JSON Schema that the message must meet; one that does not is kept as a refused request."),
            Setting(name="dedupe", label="What tells repeats", advanced=True,
                    help="What tells repeats in place of the Message-ID.",
                    sample="= body.message_id"),
            Setting(name="business_key", label="The partner’s own id", sample="= body.case_number",
                    help="The partner's own id, kept with the run and its case; null for none. The number of an open "
                         "case of the team finds that case too: `body.case_number` is the one in the subject, so "
                         "that with `on_existing: feed` an answer with `[C-2026-000123]` goes to its case."),
            *JOINING_SETTINGS,
            ENVIRONMENT,
        ),
        notes=NOTES,
    )  # fmt: skip

    def first_due(self, settings: Mapping[str, JSON], *, after: datetime, zone: str) -> datetime | None:
        """At once, so that a mistake shows at once; never for one that is handed its messages."""
        return after + _FIRST if settings.get("mailbox") is not None else None

    def plan(self, settings: Mapping[str, JSON], *, planned_at: datetime, now: datetime, zone: str) -> DuePlan:
        """Look once, however often it was missed: the mailbox still has what is new."""
        if settings.get("mailbox") is None:
            return DuePlan(times=(), next_at=None)
        times = Interval(every=parse_duration(str(settings.get("every") or EVERY)), anchor_at=planned_at)
        return DuePlan(times=(planned_at,), next_at=times.next_after(max(planned_at, now)))

    def fire(self, firing: Firing) -> Fired:
        """Look into the mailbox. Raises ``StepError``."""
        settings = firing.settings
        rules = Rules(
            first=str(settings.get("first") or "unread"),
            after=str(settings.get("after") or KEEP),
            takes_automatic=settings.get("automatic") == TAKES_AUTOMATIC,
            now=firing.now,
        )
        named = settings["mailbox"].get("connection")
        if named is None:
            password = firing.resolve_secret(str(settings["mailbox"]["secret"]))
            return _look(firing, read_mailbox(settings, password=password), rules)
        connected = resolve_token(firing, str(named))
        try:
            return _look(firing, read_mailbox(settings, token=connected.token), rules)
        except StepError as error:
            if error.code != TOKEN_REFUSED or connected.renew is None:
                raise
        return _look(firing, read_mailbox(settings, token=connected.renew().token), rules)


def resolve_token(firing: Firing, key: str) -> ResolvedConnection:
    """The connection with a token for the mailbox. Raises StepError: its token goes to its own host alone."""
    connected = firing.resolve_connection(key)
    facts, host = connected.facts, str(firing.settings["mailbox"]["host"]).strip()
    if not connected.token:
        raise StepError(
            "connection.invalid",
            f"The connection '{facts.name}' does not sign in by OAuth2, so it has no token for a mailbox. Name one "
            "that does, or a 'secret' with a password.",
        )
    if (urlsplit(facts.base_url).hostname or "").lower() != host.lower():
        raise StepError(
            "connection.other_host",
            f"The mailbox lies elsewhere than the connection '{facts.name}', whose token goes to its own host only. "
            f"Give the connection the address https://{host}.",
        )
    return connected


def _look(firing: Firing, box: Mailbox, rules: Rules) -> Fired:
    within_s = float(firing.settings.get("timeout_s") or LOOK_S)
    with open_session(box, allow=firing.outbound_allow, within_s=within_s) as it:
        return look(it, box, rules, firing.state)


EMAIL = EmailTrigger()
