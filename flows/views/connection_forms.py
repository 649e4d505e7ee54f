"""Forms of the connection pages. They read what was typed; what may be kept is decided by the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from flows.connectors.http.sign_in.kind import ConnectionKind, Field
from flows.models import Connection, ConnectionEnvironment
from flows.operations.connections import ConnectionData
from flows.operations.connections.checking import ADDRESS_MISSING
from integrator.people.models import Team
from integrator.people.team_choice import offer_teams

KEEP_OLD = [("", "stops working at once"), ("3600", "works for another hour"), ("86400", "works for another day")]
METHODS = [("GET", "GET"), ("HEAD", "HEAD, without the content")]
NEW_PASSWORD = {"autocomplete": "new-password"}
_REST = ("repeat_safe", "rate_requests", "rate_per_s", "allow", "trust")


class SecretTextarea(forms.Textarea):
    """Several lines that are never shown again, as a password field does."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """As Django's, without the value."""
        context: dict[str, Any] = super().get_context(name, None, attrs)
        return context


class ConnectionForm(forms.Form):
    """A connection of one kind with the address of one environment. The kind's fields are its own."""

    name = forms.CharField(max_length=200, label="Name", help_text="Such as ERP. The same in every environment.")
    base_url = forms.CharField(
        max_length=500,
        required=False,
        label="Address",
        help_text="Steps put their path behind it: https://erp.example.com/api",
        error_messages={"required": ADDRESS_MISSING},
    )
    kind = forms.CharField(widget=forms.HiddenInput)
    repeat_safe = forms.BooleanField(
        required=False,
        label="It ignores repeats",
        help_text="Tick this if the other side acts once on one Idempotency-Key: then a call whose outcome is not "
        "known is simply sent again. Else a person is asked first.",
    )
    rate_requests = forms.IntegerField(
        required=False,
        label="At most so many requests",
        help_text="Over all flows together. More wait their turn and do not fail. Left empty: as fast as it goes.",
    )
    rate_per_s = forms.FloatField(required=False, label="… in so many seconds", help_text="Such as 1, or 60.")
    allow = forms.CharField(
        required=False,
        label="Private hosts it may reach",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, such as erp.internal:8443 or 10.1.0.0/16. Only those that the installation allows too. "
        "Left empty: all that it allows.",
    )
    trust = forms.CharField(
        required=False,
        label="Certificates to trust as well",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="PEM of the other side's own authority. Left empty: the authorities that browsers know.",
    )

    def __init__(self, *args: Any, connection_kind: ConnectionKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection_kind = connection_kind
        self.fields["kind"].initial = connection_kind.key
        add_kind_fields(self, connection_kind)
        own = [field.name for field in connection_kind.fields]
        first = [name for name in self.fields if name not in {*own, *_REST, "secret"}]
        self.order_fields([*first, *own, "secret", *_REST])

    @property
    def usual(self) -> list[forms.BoundField]:
        """The fields that every connection needs."""
        return [field for field in self if field.name not in _REST]

    @property
    def further(self) -> list[forms.BoundField]:
        """The fields that few need, folded away."""
        return [field for field in self if field.name in _REST]

    @property
    def is_further_open(self) -> bool:
        """Whether one of those says something, or has a fault."""
        return any(field.errors or field.value() for field in self.further)

    def read(self) -> ConnectionData:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        rate = {"requests": typed["rate_requests"], "per_s": typed["rate_per_s"]}
        return ConnectionData(
            name=typed["name"],
            kind=self.connection_kind.key,
            base_url=typed["base_url"],
            settings=self.connection_kind.read_typed(typed),
            repeat_safe=typed["repeat_safe"],
            allow=tuple(line.strip() for line in typed["allow"].splitlines() if line.strip()),
            trust=typed["trust"].strip(),
            rate=rate if any(value is not None for value in rate.values()) else {},
        )


class NewConnectionForm(ConnectionForm):
    """A connection that does not exist yet, with its team, short name and secret."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), label="Team", empty_label=None)
    key = forms.SlugField(
        max_length=100,
        required=False,
        label="Short name",
        help_text="Flow files use it: connection: erp. Left empty, it is made of the name.",
    )
    field_order = ("team", "name", "key", "base_url")

    def __init__(self, *args: Any, teams: QuerySet[Team], connection_kind: ConnectionKind, **kwargs: Any) -> None:
        super().__init__(*args, connection_kind=connection_kind, **kwargs)
        offer_teams(self.fields["team"], teams)
        add_secret_field(self, connection_kind)
        own = [field.name for field in connection_kind.fields]
        self.order_fields(["team", "name", "key", "base_url", "kind", *own, "secret", *_REST])


class EnvironmentForm(forms.Form):
    """One more environment of a connection: its own address and secret."""

    environment = forms.SlugField(
        max_length=20, label="Environment", help_text="test is for test runs; or a name of your own, such as staging."
    )
    base_url = ConnectionForm.base_fields["base_url"]
    allow = ConnectionForm.base_fields["allow"]
    trust = ConnectionForm.base_fields["trust"]

    def __init__(self, *args: Any, connection_kind: ConnectionKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection_kind = connection_kind
        add_kind_fields(self, connection_kind)
        add_secret_field(self, connection_kind)
        own = [field.name for field in connection_kind.fields]
        self.order_fields(["environment", "base_url", *own, "secret", "allow", "trust"])

    def read(self, connection: Connection) -> ConnectionData:
        """What was typed, with what all environments share."""
        typed = self.cleaned_data
        return ConnectionData(
            name=connection.name,
            kind=connection.kind,
            base_url=typed["base_url"],
            settings=self.connection_kind.read_typed(typed),
            repeat_safe=connection.repeat_safe,
            allow=tuple(line.strip() for line in typed["allow"].splitlines() if line.strip()),
            trust=typed["trust"].strip(),
            rate=connection.rate,
        )


class EnvironmentNameForm(forms.Form):
    """Another name for an environment."""

    environment = forms.CharField(max_length=20, label="Name", help_text="Small letters, digits, '-' and '_'.")


class ConnectionSecretForm(forms.Form):
    """A new secret for one environment of a connection."""

    def __init__(self, *args: Any, connection_kind: ConnectionKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_secret_field(self, connection_kind, is_new=True)


class TrialForm(forms.Form):
    """What the test button calls."""

    path = forms.CharField(
        max_length=2_000,
        required=False,
        strip=True,
        label="Path",
        help_text="Behind the address, such as /status. Left empty: the address itself.",
    )
    method = forms.ChoiceField(choices=METHODS, required=False, label="Method")


class TeamSecretForm(forms.Form):
    """A secret with which a webhook knows its callers."""

    team = forms.ModelChoiceField(queryset=Team.objects.none(), label="Team", empty_label=None)
    name = forms.CharField(max_length=120, label="Name", help_text="As flow files say it: secret: demo-content")
    value = forms.CharField(
        label="New value",
        strip=False,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
        help_text="Stored encrypted and never shown again.",
    )
    keep_old_s = forms.ChoiceField(choices=KEEP_OLD, required=False, label="The old value")

    def __init__(self, *args: Any, teams: QuerySet[Team], is_first: bool = False, **kwargs: Any) -> None:
        """``is_first``: the secret is new, so nothing is asked of an old value."""
        super().__init__(*args, **kwargs)
        offer_teams(self.fields["team"], teams)
        if is_first:
            self.fields["value"].label = "Value"
            self.fields["keep_old_s"].widget = forms.HiddenInput()


def add_kind_fields(form: forms.Form, kind: ConnectionKind) -> None:
    """Give a form the fields of a kind; one that has a secret needs an address."""
    form.fields["base_url"].required = kind.secret is not None
    for field in kind.fields:
        form.fields[field.name] = _make_field(field)


def add_secret_field(form: forms.Form, kind: ConnectionKind, *, is_new: bool = False) -> None:
    """Give a form the field of the kind's secret, where it has one."""
    if kind.secret is None:
        return
    label = f"New {kind.secret.label[0].lower()}{kind.secret.label[1:]}" if is_new else kind.secret.label
    attributes = {"autocomplete": "off", "rows": 8, "spellcheck": "false"}
    long, short = SecretTextarea(attrs=attributes), forms.PasswordInput(attrs=NEW_PASSWORD)
    form.fields["secret"] = forms.CharField(
        label=label, strip=False, widget=long if kind.secret.is_long else short, help_text=kind.secret.help
    )


def fill_form(connection: Connection, environment: ConnectionEnvironment, kind: ConnectionKind) -> dict[str, Any]:
    """The values of a form for an existing connection."""
    return {
        "name": connection.name,
        "base_url": environment.base_url,
        "repeat_safe": connection.repeat_safe,
        "rate_requests": connection.rate.get("requests"),
        "rate_per_s": connection.rate.get("per_s"),
        "allow": "\n".join(environment.allow),
        "trust": environment.trust,
        **kind.show(environment.settings),
    }


def choose_from(field: forms.Field, rows: QuerySet[Any]) -> None:
    """Give a choice field its rows."""
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows


def add_refusal(form: forms.Form, error: Any, default: str | None = None) -> None:
    """This will put what an operation refused beside the field it is about."""
    field = str(error.details.get("field", "") or default or "")
    form.add_error(field if field in form.fields else None, error.message)


def _make_field(field: Field) -> forms.Field:
    plain: dict[str, Any] = {"label": field.label, "help_text": field.help, "initial": field.default or None}
    if field.choices:
        return forms.ChoiceField(choices=field.choices, required=False, **plain)
    return forms.CharField(max_length=500, required=field.required, **plain)
