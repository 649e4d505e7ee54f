"""Keeping approvals alive: tokens of OAuth2 by approval are renewed in time even where no run needs them just now."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from flows.definition.kind import StepError
from flows.engine.connections import resolve_environment
from flows.engine.token_failures import tell_owner_in
from flows.models import ConnectionToken
from integrator.lib.clock import to_rfc3339

logger = logging.getLogger(__name__)
AT_ONCE = 20  # a minute; the rest is due a minute later
AGAIN_S = 600.0
TOLD_BEFORE = timedelta(days=7)
KIND = "oauth2_code"


def keep_tokens_alive(now: datetime) -> int:
    """This will renew the tokens that are due and tell of approvals about to end; gives how many were renewed."""
    tell_of_ending_approvals(now)
    rested = Q(failed_at__isnull=True) | Q(failed_at__lt=now - timedelta(seconds=AGAIN_S))
    due = ConnectionToken.objects.filter(rested, renew_at__lte=now, environment__connection__kind=KIND)
    renewed = 0
    for row in due.select_related("environment__connection").order_by("renew_at", "pk")[:AT_ONCE]:
        try:
            resolve_environment(row.environment)
            renewed += 1
        except StepError as error:
            logger.warning("connection %s: no new token: %s", row.environment.connection_id, error.code)
    return renewed


def tell_of_ending_approvals(now: datetime) -> None:
    """Once for each approval whose end is known and less than a week away."""
    soon = ConnectionToken.objects.filter(failing_since__isnull=True, refresh_expires_at__lte=now + TOLD_BEFORE)
    for pk in list(soon.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            row = ConnectionToken.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
            if row is None or row.failing_since is not None or row.refresh_expires_at is None:
                continue
            ends = to_rfc3339(row.refresh_expires_at)
            tell_owner_in(row.environment, row, f"Its approval ends at {ends}. Approve the connection again.", now)
            row.save(update_fields=["failing_since"])
