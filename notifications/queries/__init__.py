"""Every read of alerts for pages and API: only one's own. Visibility is applied here, never remembered by a view."""

from notifications.queries.alerts import (
    Acknowledgement,
    AlertFilter,
    count_alerts_since,
    count_unread,
    find_alerts,
    get_alert_for,
    list_acknowledgements,
    list_alert_types,
    list_mails,
    list_newest,
    list_own,
)

__all__ = [
    "Acknowledgement",
    "AlertFilter",
    "count_alerts_since",
    "count_unread",
    "find_alerts",
    "get_alert_for",
    "list_acknowledgements",
    "list_alert_types",
    "list_mails",
    "list_newest",
    "list_own",
]
