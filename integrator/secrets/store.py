"""Sets secrets and gives their values just before a call. Values are never logged, recorded or put into errors."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Team
from integrator.secrets import vault
from integrator.secrets.errors import SecretMissing, SecretRefused, SecretUnreadable
from integrator.secrets.locks import take_writer_lock_in
from integrator.secrets.models import SECRET_NAME_PATTERN, Secret, SecretValue

KEPT_FOR_S = 2.0
VALUE_MAX_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class KeptValues:
    """Values kept in this process for a moment; the text form shows none."""

    until_s: float  # of time.monotonic()
    values: tuple[tuple[str, datetime | None], ...] = field(repr=False)  # value, retires_at


_lock = threading.Lock()
_kept: dict[tuple[int, str], KeptValues] = {}


def resolve_secrets(team_id: int, name: str) -> list[str]:
    """This will give the team's values of that name that are good now, newest first: sign with the first, try all.

    Queries the database at most every 2 s for a name, so a change in another process acts within that time.
    Raises SecretMissing, SecretUnreadable.
    """
    kept = _kept.get((team_id, name))
    if kept is None or kept.until_s <= time.monotonic():
        kept = keep_values(team_id, name)
    now = timezone.now()
    values = [value for value, retires_at in kept.values if retires_at is None or retires_at > now]
    if not values:
        raise SecretMissing(
            f"There is no secret {name}. Set it with manage.py set_secret, or name another in the flow.",
            details={"name": name, "team": team_id},
        )
    return values


def keep_values(team_id: int, name: str) -> KeptValues:
    """Reads and decrypts; nothing found is not kept, so that a first value acts at once."""
    until_s = time.monotonic() + KEPT_FOR_S
    try:
        values = read_values(team_id, name)
    except SecretUnreadable:
        values = read_values(team_id, name)  # a rotation finished between reading the row and the key file
    kept = KeptValues(until_s=until_s, values=values)
    if values:
        with _lock:
            _kept[(team_id, name)] = kept
    return kept


def read_values(team_id: int, name: str) -> tuple[tuple[str, datetime | None], ...]:
    """One query; newest first."""
    rows = (
        SecretValue.objects.filter(secret__team_id=team_id, secret__name=name)
        .order_by("-id")
        .values_list("ciphertext", "retires_at")
    )
    return tuple((vault.decrypt(ciphertext), retires_at) for ciphertext, retires_at in rows)


def forget_kept_values(team_id: int | None = None, name: str = "") -> None:
    """This will drop what this process keeps: of one secret, or of all."""
    with _lock:
        if team_id is None:
            _kept.clear()
        else:
            _kept.pop((team_id, name), None)


def set_secret(*, team: Team, name: str, value: str, actor: Actor, keep_old_s: float | None = None) -> Secret:
    """This will set the value of a secret; the one before is refused from then on, or after ``keep_old_s`` seconds.

    Records ``secret.set`` without the value. Raises SecretRefused.
    """
    with transaction.atomic(durable=True):
        return set_secret_in(team=team, name=name, value=value, actor=actor, keep_old_s=keep_old_s, now=timezone.now())


def set_secret_in(
    *, team: Team, name: str, value: str, actor: Actor, keep_old_s: float | None, now: datetime
) -> Secret:
    """``set_secret`` inside an open transaction."""
    check_secret(name, value)
    take_writer_lock_in()
    secret, is_new = Secret.objects.select_for_update().get_or_create(
        team=team, name=name, defaults={"created_at": now}
    )
    retire_old_values_in(secret, keep_old_s=keep_old_s, now=now)
    SecretValue.objects.create(secret=secret, ciphertext=vault.encrypt(value), created_at=now)
    record(
        "secret.set",
        actor=actor,
        subject=("secret", secret.pk),
        data={"name": name, "team": team.slug, "replaced": not is_new, "old_kept_s": keep_old_s},
        team_id=team.pk,
    )
    forget_kept_values(team.pk, name)
    team_id = team.pk
    transaction.on_commit(lambda: forget_kept_values(team_id, name))
    return secret


def rename_secret_in(*, team: Team, name: str, to: str, actor: Actor) -> None:
    """This will give a secret another name, inside an open transaction; its values stay as they are, encrypted.

    Records ``secret.renamed``. Raises SecretMissing, SecretRefused for a name that is taken or cannot be one.
    """
    secret = Secret.objects.select_for_update().filter(team=team, name=name).first()
    if secret is None:
        raise SecretMissing(f"There is no secret {name}.", details={"name": name, "team": team.pk})
    if not _is_name(to) or Secret.objects.filter(team=team, name=to).exists():
        raise SecretRefused(f"A secret cannot be called {to}, or another is already.", details={"name": to})
    secret.name = to
    secret.save(update_fields=["name"])
    record(
        "secret.renamed",
        actor=actor,
        subject=("secret", secret.pk),
        data={"name": to, "team": team.slug, "old_name": name},
        team_id=team.pk,
    )
    for each in (name, to):
        forget_kept_values(team.pk, each)
        transaction.on_commit(partial(forget_kept_values, team.pk, each))


def remove_secret(*, team: Team, name: str, actor: Actor) -> None:
    """This will remove a secret with all its values. Records ``secret.removed``. Raises SecretMissing."""
    with transaction.atomic(durable=True):
        remove_secret_in(team=team, name=name, actor=actor)


def remove_secret_in(*, team: Team, name: str, actor: Actor) -> None:
    """``remove_secret`` inside an open transaction."""
    secret = Secret.objects.filter(team=team, name=name).first()
    if secret is None:
        raise SecretMissing(f"There is no secret {name}.", details={"name": name, "team": team.pk})
    record(
        "secret.removed",
        actor=actor,
        subject=("secret", secret.pk),
        data={"name": name, "team": team.slug},
        team_id=team.pk,
    )
    secret.delete()
    team_id = team.pk
    forget_kept_values(team_id, name)
    transaction.on_commit(lambda: forget_kept_values(team_id, name))


def retire_old_values_in(secret: Secret, *, keep_old_s: float | None, now: datetime) -> None:
    """Drops what is over; the current value stays until ``keep_old_s`` from now, if that is asked for."""
    values = SecretValue.objects.filter(secret=secret)
    if not keep_old_s:
        values.delete()
        return
    values.filter(Q(retires_at__lte=now)).delete()
    values.filter(retires_at=None).update(retires_at=now + timedelta(seconds=keep_old_s))


def _is_name(name: str) -> bool:
    return len(name) <= 120 and re.fullmatch(SECRET_NAME_PATTERN, name) is not None


def check_secret(name: str, value: str) -> None:
    """Raises SecretRefused for a name or value that cannot be used later."""
    if not _is_name(name):
        raise SecretRefused(
            "The name of a secret has 1 to 120 letters, digits, dots, dashes and underscores.", details={"name": name}
        )
    if not value or len(value.encode("utf-8", "surrogatepass")) > VALUE_MAX_BYTES:
        raise SecretRefused("The value of a secret has 1 to 65,536 bytes.", details={"name": name})
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise SecretRefused("The value of a secret is text in UTF-8.", details={"name": name})
