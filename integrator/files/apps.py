"""The files app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Stored content and what it hangs on."""

    name = "integrator.files"
    label = "files"
    verbose_name = "Files"
