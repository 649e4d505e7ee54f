"""The ASGI applications: ``application`` is what ``up`` serves in the embedded mode, ``live`` what ``live`` does.

Django runs sync views in threads there; live streams pass it by.
"""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrator.settings")

_django = get_asgi_application()

from integrator.files.body_limit import BodyLimit  # noqa: E402  # lazy: settings are read once Django is set up
from integrator.live.app import LiveApp, OnlyFor  # noqa: E402  # lazy: models can be imported once Django is set up

application = LiveApp(BodyLimit(_django))
live = LiveApp(OnlyFor({"/healthz", "/readyz"}, _django))
