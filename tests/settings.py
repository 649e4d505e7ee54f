"""Integrator's settings for tests: state in a throw-away folder, quick password hashes, a database file of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# Before the settings load. Workers of one test run share the folder that the first process made.
if "INTEGRATOR_TEST_DATA" not in os.environ:
    os.environ["INTEGRATOR_TEST_DATA"] = tempfile.mkdtemp(prefix="integrator-tests-")
    atexit.register(shutil.rmtree, os.environ["INTEGRATOR_TEST_DATA"], ignore_errors=True)
os.environ["INTEGRATOR_DATA"] = os.environ["INTEGRATOR_TEST_DATA"]

from integrator.settings import *  # noqa: F403
from integrator.settings import DATA_DIR, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
CELERY_BROKER_URL = "memory://localhost/"  # bells rung inside a test wake nobody else on this machine
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)

if DATABASES["default"]["ENGINE"] == "integrator.database.sqlite":
    # A file, as in the product: threads of a test then wait for each other instead of failing on a shared cache.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
EVENT_SCHEMAS_CHECKED = True
WHITENOISE_AUTOREFRESH = True  # each client looks a file up when it is asked for, instead of listing all of them first
START_FORM_MIN_S = 0  # a test about it turns it on
UNDO_S = 0  # a test about undoing turns it on
