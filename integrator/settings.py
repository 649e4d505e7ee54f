"""Every setting, from typed environment readers. Dangerous combinations are system checks in ``checks.py``."""

from __future__ import annotations

from pathlib import Path

from django.core.management.utils import get_random_secret_key

from integrator import env
from integrator.env import make_bucket_options, make_mail_server
from integrator.keys import read_or_make_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.read_text("INTEGRATOR_DATA", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
KEYS_DIR = DATA_DIR / "keys"
FILES_DIR = DATA_DIR / "files"

# --- what an operator may set -------------------------------------------------------------------------------------
DEBUG = env.read_flag("INTEGRATOR_DEBUG")
ALLOWED_HOSTS = list(env.read_list("INTEGRATOR_HOSTS")) or ["localhost", "127.0.0.1", "[::1]"]
BASE_URL = env.read_text("INTEGRATOR_BASE_URL", "")  # https://flows.example.com; empty: as the request says
OUTBOUND_ALLOW = env.read_list("INTEGRATOR_OUTBOUND_ALLOW")
RESPOND_WITHIN_S = env.read_int("INTEGRATOR_RESPOND_WITHIN_S", 30, at_least=1)
UNDO_S = env.read_int("INTEGRATOR_UNDO_S", 15, at_least=0)  # 0: answers on pages count at once
START_FORM_MIN_S = env.read_int("INTEGRATOR_START_FORM_MIN_S", 3, at_least=0)  # sent faster, it was no person
LEASE_S = env.read_int("INTEGRATOR_LEASE_S", 30, at_least=1)
REDIS_URL = env.read_text("REDIS_URL")
IS_EMBEDDED = not REDIS_URL
TRUSTED_PROXY = env.read_flag("INTEGRATOR_TRUSTED_PROXY")  # believe X-Forwarded-Proto and X-Forwarded-For
HTTPS_ONLY = env.read_flag("INTEGRATOR_HTTPS_ONLY", default=BASE_URL.startswith("https://"))
METRICS_TOKEN = env.read_text("INTEGRATOR_METRICS_TOKEN")  # empty: /metrics answers this machine only
REFUSED_REQUESTS_KEPT_DAYS = 7
MESSAGE_PARKED_DAYS = env.read_int("INTEGRATOR_MESSAGE_PARKED_DAYS", 7, at_least=1)
HOOK_BODY_MAX_BYTES = 1_048_576
FILE_MAX_BYTES = env.read_int("INTEGRATOR_FILE_MAX_BYTES", 104_857_600, at_least=1)
UPLOAD_MAX_BYTES = env.read_int("INTEGRATOR_UPLOAD_MAX_BYTES", 5 * FILE_MAX_BYTES, at_least=FILE_MAX_BYTES)  # a request
UPLOAD_FIELD_MAX_BYTES = 1_048_576
FILE_GRACE_H = env.read_int("INTEGRATOR_FILE_GRACE_H", 24, at_least=1)  # what hangs on nothing goes after it
FILES_BUCKET = make_bucket_options(  # none: files lie under DATA/files
    bucket=env.read_text("INTEGRATOR_FILES_S3_BUCKET"),
    endpoint=env.read_text("INTEGRATOR_FILES_S3_ENDPOINT"),
    region=env.read_text("INTEGRATOR_FILES_S3_REGION"),
    key=env.read_text("INTEGRATOR_FILES_S3_KEY"),
    secret=env.read_text("INTEGRATOR_FILES_S3_SECRET"),
)
MAIL_SERVER = make_mail_server(  # none: alerts stay in the product
    host=env.read_text("INTEGRATOR_EMAIL_HOST").strip(),
    port=env.read_int("INTEGRATOR_EMAIL_PORT", 0),
    user=env.read_text("INTEGRATOR_EMAIL_USER"),
    password=env.read_text("INTEGRATOR_EMAIL_PASSWORD"),
    tls=env.read_text("INTEGRATOR_EMAIL_TLS", "starttls").strip().lower(),
    sender=env.read_text("INTEGRATOR_EMAIL_FROM").strip(),
)

SECRET_KEY = (
    env.read_text("INTEGRATOR_SECRET_KEY")
    or read_or_make_key(KEYS_DIR / "django.key", lambda: get_random_secret_key().encode()).decode()
)
SECRETS_KEY_PATH = Path(env.read_text("INTEGRATOR_SECRETS_KEY_PATH", str(KEYS_DIR / "secrets.key")))
SEAL_KEY_PATH = Path(env.read_text("INTEGRATOR_SEAL_KEY_PATH", str(KEYS_DIR / "seal.key")))

# --- Django -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "integrator.people",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
    "integrator.events",
    "integrator.timers",
    "integrator.secrets",
    "integrator.files",
    "integrator",
    "cases",
    "notifications",
    "flows",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "integrator.streaming.StaticFilesMiddleware",
    "integrator.middleware.SecurityHeadersMiddleware",
    "integrator.middleware.OneLengthMiddleware",
    "integrator.files.upload_handler.UploadLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "integrator.people.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "integrator.urls"
WSGI_APPLICATION = "integrator.wsgi.application"
ASGI_APPLICATION = "integrator.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "integrator.pages.context.navigation",
            ],
            "builtins": ["integrator.pages.templatetags.ui"],
        },
    }
]
DATABASES = {"default": env.read_database("DATABASE_URL", DATA_DIR, idle_transaction_s=max(LEASE_S, 5))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False
CACHES = {
    "default": (
        {"BACKEND": "integrator.cache.EnduringRedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
SESSION_ENGINE = "integrator.people.sessions"  # in the database: sign-in outlives an emptied Redis
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_HTTPONLY = False  # htmx reads the token from the page, never from the cookie
CSRF_FAILURE_VIEW = "integrator.pages.errors.csrf_failure"
SECURE_SSL_REDIRECT = False  # the reverse proxy's work
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_HANDLERS = ["integrator.files.upload_handler.SpoolingUploadHandler"]
STORAGES = {
    "default": {"BACKEND": "integrator.files.storage.NoStorage"},  # nothing is stored by itself: see integrator.files
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "files": (
        {"BACKEND": "integrator.files.storage.BucketStorage", "OPTIONS": FILES_BUCKET}
        if FILES_BUCKET
        else {
            "BACKEND": "integrator.files.storage.DiskStorage",
            "OPTIONS": {"location": FILES_DIR / "stored", "file_permissions_mode": 0o600},
        }
    ),
}
APPEND_SLASH = True
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
SCHEDULE_ZONE = env.read_text("INTEGRATOR_ZONE", "UTC")  # of schedules that name none
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- people -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["integrator.people.backends.SignInBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "integrator.people.adapters.AccountAdapter"
MFA_ADAPTER = "integrator.people.adapters.MfaAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up by themselves: an administrator entered the address
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "integrator.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["integrator.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "integrator.api.problems.answer_problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Integrator API",
    "OAS_VERSION": "3.1.0",
    "ENUM_NAME_OVERRIDES": {
        "AlertState": "notifications.api.serializers.ALERT_STATES",
        "CaseLinkKind": "cases.api.case_shapes.LINK_CHOICES",
        "ContributionStatus": "cases.api.case_shapes.CONTRIBUTION_STATES",
        "TaskKind": "cases.models.task.TaskKind",
        "TaskStatus": "cases.api.serializers.TASK_STATUSES",
        "EndedClockWhat": "cases.api.sla_report.SORTS",
        "PersonState": "integrator.api.people_shapes.STATES",
        "RunStatus": "flows.api.serializers.RUN_STATUSES",
        "VisitStatus": "flows.api.serializers.VISIT_STATUSES",
    },
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # no schema leaves for a validator elsewhere
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- jobs ---------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
WORKER_LOOPS = {  # name → function(stop event), a thread each
    "watcher": "flows.engine.watcher:run_watcher",
    "triggers": "flows.operations.triggering.loop:run_trigger_loop",
    "deliveries": "notifications.loop:run_delivery_loop",
    "recounts": "cases.sla.loop:run_recount_loop",
    "packs": "cases.evidence.loop:run_pack_loop",
}
BEAT_LOOPS = {
    "seals": "integrator.events.seals:seal_loop",
    "housekeeping": "integrator.housekeeping:housekeeping_loop",
}
HOUSEKEEPING = [  # function(now), once a minute, idempotent
    "integrator.housekeeping:clear_expired_sessions",
    "integrator.files.cleanup:clean_files",
    "flows.operations.requests:purge_refused_requests",
    "flows.operations.messages:expire_parked_messages",
    "flows.engine.token_duty:keep_tokens_alive",
    "flows.operations.trying:forget_tries",
    "flows.operations.publishing.replaying:forget_replays",
    "flows.operations.drafts:forget_presences",
    "cases.operations.retention:erase_old_cases",
    "cases.operations.packing:forget_old_packs",
]

LOGGING_CONFIG = "integrator.logs.configure"
LOGGING = {"level": env.read_text("INTEGRATOR_LOG_LEVEL", "INFO")}

SHORT_PATHS = [  # where POST requests may pass the middleware by: prefix, view(request, what follows the prefix)
    ("/hooks/", "flows.inbound.hooks:receive_call"),
]

# --- who listens to whom: literal lists, loaded lazily --------------------------------------------------------------
EVENT_SUBSCRIBERS = [
    ("task.commented", "notifications.operations.from_cases:tell_mentioned", "in_transaction"),
    ("case.commented", "notifications.operations.from_cases:tell_mentioned", "in_transaction"),
    ("task.guest_invited", "notifications.operations.from_cases:mail_guest", "in_transaction"),
    ("task.created", "cases.sla.listening:on_task_created", "in_transaction"),
    ("task.changed", "cases.sla.listening:on_task_changed", "in_transaction"),
    ("task.undone", "cases.sla.listening:on_task_undone", "in_transaction"),
    ("task.decided", "cases.sla.listening:on_task_ended", "in_transaction"),
    ("task.withdrawn", "cases.sla.listening:on_task_ended", "in_transaction"),
    ("case.opened", "cases.sla.listening:on_case_opened", "in_transaction"),
    ("case.changed", "cases.sla.listening:on_case_changed", "in_transaction"),
    ("case.closed", "cases.sla.listening:on_case_closed", "in_transaction"),
    ("calendar.changed", "cases.sla.listening:on_calendar_changed", "in_transaction"),
    ("team.changed", "cases.sla.listening:on_team_changed", "in_transaction"),
    ("alert.asked", "notifications.listening:on_alert_asked", "in_transaction"),
    ("task.decided", "flows.engine.arrivals:on_work_decided", "in_transaction"),
    ("approval.decided", "flows.engine.arrivals:on_work_decided", "in_transaction"),
    ("task.decided", "cases.operations.finding_decisions:mark_decided", "in_transaction"),
    ("approval.decided", "cases.operations.finding_decisions:mark_decided", "in_transaction"),
    ("approval.withdrawn", "flows.engine.arrivals:on_work_decided", "in_transaction"),
    ("task.decided", "cases.operations.contributing:on_task_decided", "in_transaction"),
    ("people.substitute_ended", "cases.operations.standing_down:on_substitute_ended", "in_transaction"),
    ("person.deactivated", "cases.operations.losing_rights:on_person_deactivated", "in_transaction"),
    ("membership.removed", "cases.operations.losing_rights:on_membership_removed", "in_transaction"),
    ("team.changed", "cases.operations.losing_rights:on_team_changed", "in_transaction"),
    ("case.contributions_complete", "flows.operations.messages.from_cases:tell_runs_in", "in_transaction"),
]
OUTSIDE_LINK = "cases.operations.invitations.make_guest_link"  # id → link of a mail to somebody without an account
EVENT_BELL = "integrator.live.bell:ring"  # called after each commit that recorded events; "" for nobody
LIVE_TOPICS = {  # the subject of an event → function(news) that says who may hear of it on an open page
    "task": "cases.live:tell_tasks",
    "case": "cases.live:tell_cases",
    "run": "flows.queries.live:tell_runs",
    "incident": "flows.queries.live:tell_runs",
    "effect": "flows.queries.live:tell_runs",
    "request": "flows.queries.live:tell_requests",
    "alert": "notifications.live:tell_alerts",
}
FORM_LOOKUPS = {  # how choices of forms are looked up: name -> (spec, team id) -> ((value, words), …)
    "connection": "flows.operations.connections.form_lookups.look_up",
}
FORM_USES = ("flows.queries.form_uses.find_uses_of_forms",)  # who can say where forms are used
EVENT_GUARDS = (
    "cases.visibility.events.leave_out_confidential",
)  # function(events, person): for readers of a team's log
TIMER_HANDLERS = {
    "cases.settle": "cases.operations.settling.settle",
    "cases.stand_down": "cases.operations.losing_rights.look_again",
    "cases.idle_to_approve": "cases.operations.idle_teams.look_for_approvals",
    "cases.idle_to_work": "cases.operations.idle_teams.look_for_work",
    "people.substitute": "integrator.people.operations.substitutes.tell_due",
    "flows.wait": "flows.engine.arrivals.fire_waits",
    "flows.trigger": "flows.operations.triggering.planning.plan_due",
    "sla.mark": "cases.sla.operations.marking.fire_marks",
}
DEMO_SEEDS = [  # function(now): what seed_demo adds beside people; repeatable
    "cases.sla.demo.seed_policies",
    "cases.demo.seed_cases",
    "cases.form_demo.seed_form",
]
DEMO_WORK_SEEDS = ["cases.demo_work.seed_work"]  # the same for seed_demo --work: it fills the inboxes
CASE_KEEPERS = ["flows.queries.busy_cases.list_busy_cases"]  # who says which cases are still worked on
FILE_SUBJECTS = {  # what files hang on → who says which of it a person may see
    "case": "cases.queries.files:CASE_FILES",
    "task": "cases.queries.files:TASK_FILES",
    "sample": "cases.queries.packs:SAMPLE_FILES",
    "run": "flows.queries.files:RUN_FILES",
    "request": "flows.queries.files:REQUEST_FILES",
}
