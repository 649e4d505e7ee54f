"""Every write to alerts. ``…_in`` joins the caller's transaction, the others open their own."""

from notifications.operations.answering import acknowledge_alert, mark_all_read, mark_read
from notifications.operations.delivering import deliver_all
from notifications.operations.sending import NewAlert, send_alert_in
from notifications.operations.types import ensure_alert_types_in

__all__ = [
    "NewAlert",
    "acknowledge_alert",
    "deliver_all",
    "ensure_alert_types_in",
    "mark_all_read",
    "mark_read",
    "send_alert_in",
]
