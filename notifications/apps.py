"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Alerts and their deliveries."""

    name = "notifications"
    label = "notifications"
    verbose_name = "Notifications"
