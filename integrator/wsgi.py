"""The WSGI application: what ``web`` serves in the scaled-out mode."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from integrator.modes.ending import notice_ending
from integrator.modes.parent import end_with_parent
from integrator.short_path import take_short_paths

end_with_parent()
notice_ending()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrator.settings")

application = take_short_paths(get_wsgi_application())
