"""Django's settings, from the parsed environment; nothing else reads ``os.environ``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import redis
from corsheaders.defaults import default_headers
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.staff.login_rates import WRONG_FROM_ADDRESS
from backend import api_document, environment

try:
    ENVIRONMENT = environment.load()
except environment.SettingsError as error:
    raise SystemExit(f"Doorstep can't start: {error}") from None

BASE_DIR = environment.BASE_DIR
VAR_DIR = ENVIRONMENT.var_dir

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = ENVIRONMENT.secret_key_fallbacks
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins
FIELD_ENCRYPTION_KEYS = ENVIRONMENT.field_encryption_keys
REDIS_URL = ENVIRONMENT.redis_url
EMBEDDED = not REDIS_URL  # the worker then runs inside the server process

METRICS_TOKEN = ENVIRONMENT.metrics_token
OTEL_ENDPOINT = ENVIRONMENT.otel_endpoint
OTEL_SERVICE = ENVIRONMENT.otel_service

TTLOCK_API_URL = ENVIRONMENT.ttlock_api_url
TTLOCK_API_URL_GIVEN = ENVIRONMENT.ttlock_api_url_given
TTLOCK_CLIENT_ID = ENVIRONMENT.ttlock_client_id
TTLOCK_CLIENT_SECRET = ENVIRONMENT.ttlock_client_secret
TTLOCK_USERNAME = ENVIRONMENT.ttlock_username
TTLOCK_PASSWORD = ENVIRONMENT.ttlock_password
TTLOCK_CALLBACK_SECRET = ENVIRONMENT.ttlock_callback_secret
TTLOCK_TIMEOUT_SECONDS = ENVIRONMENT.ttlock_timeout_seconds
CHECKIN_FLOW_TTL_MINUTES = ENVIRONMENT.checkin_flow_ttl_minutes
CHECKIN_FLOW_RETENTION_DAYS = ENVIRONMENT.checkin_flow_retention_days
EVENT_RETENTION_DAYS = ENVIRONMENT.event_retention_days
NOTICE_RETENTION_DAYS = ENVIRONMENT.notice_retention_days
ALERT_RETENTION_DAYS = ENVIRONMENT.alert_retention_days
ACCESS_RETENTION_DAYS = ENVIRONMENT.access_retention_days
CHECKIN_COMPLETED_RETENTION_DAYS = ENVIRONMENT.checkin_completed_retention_days
SEAT_ORDER_RETENTION_DAYS = ENVIRONMENT.seat_order_retention_days
WEBHOOK_RETENTION_DAYS = ENVIRONMENT.webhook_retention_days
PIN_LENGTH = ENVIRONMENT.pin_length
BACKUP_CODES_PER_LOCK = ENVIRONMENT.backup_codes_per_lock
RATE_LIMIT_CHECKIN = ENVIRONMENT.rate_limit_checkin
RATE_LIMIT_LOGIN = ENVIRONMENT.rate_limit_login
STAFF_TOTP = ENVIRONMENT.staff_totp
RATE_LIMIT_SEATING = ENVIRONMENT.rate_limit_seating
RATE_LIMIT_PARTNER = ENVIRONMENT.rate_limit_partner
GRAPHQL_SHARED_SUBSCRIPTIONS = ENVIRONMENT.graphql_shared_subscriptions
GRAPHQL_SOCKETS_PER_ADDRESS = ENVIRONMENT.graphql_sockets_per_address
GRAPHQL_SOCKETS_PER_LOGIN = ENVIRONMENT.graphql_sockets_per_login
TRUSTED_PROXY_COUNT = ENVIRONMENT.trusted_proxy_count
WEBHOOK_ALLOW_PRIVATE = ENVIRONMENT.webhook_allow_private
MAX_PROOF_BYTES = ENVIRONMENT.max_proof_bytes
BOARD_TOKEN_MINUTES = ENVIRONMENT.board_token_minutes
DEMO_GUEST_PAGE = ENVIRONMENT.demo_guest_page
GRAPHQL_INTROSPECTION = ENVIRONMENT.graphql_introspection
GRAPHQL_IDE = ENVIRONMENT.graphql_ide
GRAPHQL_BATCH_LIMIT = ENVIRONMENT.graphql_batch_limit
GRAPHQL_ALLOWED_DOCUMENTS = ENVIRONMENT.graphql_allowed_documents

INSTALLED_APPS = [
    "backend",
    # Before the pages that it gives another look to.
    "back_office",
    "unfold.apps.BasicAppConfig",
    # Without the search for pages in every app: the back office hangs up its own.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "knox",
    "axes",
    "corsheaders",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "strawberry_django",
    "huey.contrib.djhuey",
    "apps.common",
    "apps.locks",
    "apps.staff",
    "apps.bookings",
    "apps.concierge",
    "apps.checkin",
    "apps.seating",
    "apps.partners",
    "apps.pages",
    "graphql_schema",
]

MIDDLEWARE = [
    "apps.common.middleware.RequestIdMiddleware",
    "backend.operations.measuring.MeasuredRequests",
    # Outside all that answers by itself, so that no answer goes without these headers.
    "apps.common.security_headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.common.api.middleware.EnvelopeMiddleware",
    "apps.common.api.middleware.MissingSlashMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
ASGI_APPLICATION = "backend.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- database ------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _database() -> dict[str, Any]:
    database = dict(ENVIRONMENT.database)
    # Every thread that asks the database is kept, for requests, sockets and work alike, and has one
    # connection: a pool would lend the same ones out, at a price for each loan.
    database["CONN_MAX_AGE"] = 300
    database["CONN_HEALTH_CHECKS"] = True  # the server may have been restarted meanwhile
    if database["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE takes the write lock at BEGIN, so a transaction that reads first is never
        # refused half-way with "database is locked"; WAL lets readers go on meanwhile.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
                "PRAGMA mmap_size=134217728;PRAGMA cache_size=-16000;"
            ),
        }
        # A file, as in real life: an in-memory database has no second connection to race with.
        database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    else:
        database["ENGINE"] = "backend.postgresql"
        # The few statements of a check-in are planned once for each connection, not at each guest.
        database.setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=3)
    return database


DATABASES = {"default": _database()}

# -- live layer and background work ----------------------------------------------------------

if REDIS_URL:
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # No socket timeout: redis-py's own 5 s would end a quiet hour. A connection that died
            # without a word is noticed by asking it now and then.
            "CONFIG": {
                "hosts": [
                    {
                        "address": REDIS_URL,
                        "socket_timeout": None,
                        "socket_connect_timeout": 2,
                        "health_check_interval": 10,
                    }
                ]
            },
        }
    }
else:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels.layers.InMemoryChannelLayer",
            "CONFIG": {"capacity": 1000},
        }
    }

# What GraphQL clients name by a digest; places are few and bounded, see persisted/automatic.py.
if REDIS_URL:
    _PERSISTED_QUERIES: dict[str, Any] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "doorstep-persisted-queries",
        # A broken Redis delays nobody: documents are then sent whole.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
else:
    _PERSISTED_QUERIES = {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "persisted-queries",
        "OPTIONS": {"MAX_ENTRIES": 4096},
    }
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "persisted_queries": _PERSISTED_QUERIES,
}

HUEY: dict[str, Any] = {
    "name": "doorstep",
    "immediate": False,  # never left to follow DEBUG
    "results": False,
    "utc": True,
    "consumer": {
        "workers": 8,  # they wait for lock clouds, not for the processor
        "worker_type": "thread",
        "initial_delay": 0.02,
        "backoff": 1.15,
        "max_delay": 0.1,
        "scheduler_interval": 1,
        "periodic": False,
        "check_worker_health": True,
    },
}
if REDIS_URL:
    HUEY |= {
        "huey_class": "huey.RedisHuey",
        # Short time-outs: a broken Redis delays nobody, the sweeper does the work. They go with the
        # pool, since Huey takes an address or options and never both. One retry replaces a
        # connection that Redis has closed meanwhile.
        "connection": {
            "connection_pool": redis.ConnectionPool.from_url(
                REDIS_URL,
                socket_connect_timeout=1,
                socket_timeout=5,
                retry=Retry(NoBackoff(), 1),
            ),
            "read_timeout": 1,
        },
    }
else:
    # A file of its own: the queue's transactions are exclusive.
    HUEY |= {
        "huey_class": "apps.common.queue.EmbeddedHuey",
        "filename": str(VAR_DIR / "huey.sqlite3"),
    }

# -- people, language, time -------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "back_office.formats"  # hours of the day count to 24
USE_I18N = True
USE_TZ = True

# -- files and mail ---------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = VAR_DIR / "media"
PROOF_DIR = VAR_DIR / "proofs"  # nothing serves it; machines that share the database share it too
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # JSON bodies end at 1 MB

DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from
EMAIL_TIMEOUT = 10  # a mail server that hangs holds a worker's thread no longer
for _name, _value in ENVIRONMENT.email.items():
    globals()[_name] = _value
SMS_BACKEND = ENVIRONMENT.sms_backend
PUSH_BACKEND = ENVIRONMENT.push_backend
# Where guests of a hotel without an app of its own open their stay; in production, nowhere. The
# embedded server names its own port.
GUEST_APP_URL = "http://127.0.0.1:8000/api/stays/{token}/" if DEBUG else ""

# -- GraphQL ----------------------------------------------------------------------------------

GRAPHQL_FLAT_LISTS = True  # False: seat maps leaf by leaf, as graphql-core has it

# -- REST -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.api.parsers.JsonObjectParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # each door names its own; cookies never count
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "apps.common.api.exceptions.render_error",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=7),
    "AUTO_REFRESH": False,
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_LIMIT_PER_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Doorstep",
    "DESCRIPTION": api_document.DESCRIPTION,
    "VERSION": "1.0.0",
    "TAGS": api_document.TAGS,
    "SERVERS": api_document.SERVERS,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.common.api.document.complete_document",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,  # what is sent has rules that what is answered does not know
    "ENUM_NAME_OVERRIDES": {
        "CheckInFlowStatus": "apps.checkin.states.FlowStatus",
        "PinStatus": "apps.checkin.states.PinStatus",
        "DeviceType": "apps.checkin.states.DeviceType",
        "StayStatus": "apps.bookings.stay_view.StayStatus",
        "BookingStatus": "apps.bookings.states.BookingStatus",
        "RoomStatus": "apps.bookings.states.RoomStatus",
        "BulkOutcome": "apps.bookings.services.bulk.Outcome",
        "HousekeepingTaskStatus": "apps.bookings.states.TaskStatus",
        "AccessCodeStatus": "apps.locks.states.CodeState",
        "AccessCodeKind": "apps.locks.states.CodeKind",
        "MessageSender": "apps.concierge.states.Side",
        "RoomServiceOrderStatus": "apps.concierge.states.OrderStatus",
        "PartnerScope": "apps.partners.scopes.Scope",
        "WebhookEventType": "apps.partners.webhooks.event_types.EVENT_TYPES",
        "WebhookDeliveryState": "apps.partners.models.DeliveryState",
        "WebhookDisabledBecause": "apps.partners.models.DisabledBecause",
        "WebhookProblem": "apps.partners.webhooks.sending.Problem",
        "PartnerBulkOutcome": "apps.partners.api.bulk_items.BulkOutcome",
        "SeatStatus": "apps.seating.states.SeatStatus",
        "SeatOrderStatus": "apps.seating.states.OrderStatus",
        "PaymentMark": "apps.seating.states.PaymentMark",
        "PaymentVerdict": "apps.seating.states.Verdict",
        "WaitingListStatus": "apps.seating.states.WaitingStatus",
        "SeatHoldPolicy": "apps.seating.states.HoldPolicy",
    },
}

# -- security ---------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# With no referrer at all, browsers call the origin of a page's own form null, and it is refused.
# Answers to guest links, which carry their key in the path, say no-referrer for themselves.
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = ["axes.W002", "axes.W003"]  # neither middleware nor backend, see below
if ENVIRONMENT.https_only:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^readyz", "^metrics"]  # asked within the own network, without TLS
    SECURE_HSTS_SECONDS = 31_536_000
    # The names beside and below this one are the hotel's own, and so is the browsers' list.
    SILENCED_SYSTEM_CHECKS += ["security.W005", "security.W021"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the proxy sets it, or drops it
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
# Doors ask for lock-outs by apps/staff/services: no backend or middleware does it again.
AXES_FAILURE_LIMIT = WRONG_FROM_ADDRESS.count
AXES_COOLOFF_TIME = timedelta(seconds=WRONG_FROM_ADDRESS.seconds)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "apps.staff.services.lockouts.digest_of_name"
AXES_CLIENT_IP_CALLABLE = "apps.staff.services.lockouts.address_of_try"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a day at the desk; tomorrow somebody else may sit there

# -- the back office --------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Doorstep",
    "SITE_HEADER": "Doorstep",
    "SITE_SUBHEADER": "back_office.menu.subheader",
    "SITE_SYMBOL": "door_open",
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {  # the green of an open door
            "50": "#effaf6",
            "100": "#d7f2e7",
            "200": "#b2e4d2",
            "300": "#7fcfb6",
            "400": "#4bb395",
            "500": "#29967a",
            "600": "#1a7862",
            "700": "#166050",
            "800": "#144d42",
            "900": "#124037",
            "950": "#08241f",
        }
    },
    "SIDEBAR": {"navigation": "back_office.menu.navigation"},
    "DASHBOARD_CALLBACK": "back_office.dashboard.fill",
}

# Pages of other origins may call the doors for programs where the setting names them. No cookie
# counts there, so a page can only come with a key or token that it has been given.
CORS_ALLOW_ALL_ORIGINS = ENVIRONMENT.cors_allowed_origins == [environment.ALL]
CORS_ALLOWED_ORIGINS = [] if CORS_ALLOW_ALL_ORIGINS else ENVIRONMENT.cors_allowed_origins
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/(?:api|graphql)/"
CORS_ALLOW_HEADERS = [
    *default_headers,
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "Deprecation",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Policy",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "Sunset",
    "X-Request-ID",
]

# -- logs -------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "apps.common.logs.line_formatter", "form": ENVIRONMENT.log_format}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Access lines would carry the tokens of guest links; request ids are logged instead.
        # So would the line that the server writes for every accepted socket. What else it has to
        # say leaves through the handler above, which blanks secrets, and not through its own.
        "uvicorn": {"handlers": [], "propagate": True, "level": "INFO"},
        "uvicorn.error": {"level": "WARNING"},
        "uvicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        "django.server": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        # Django names the whole path of a refused request; the door logs it without.
        "django.request": {"level": "CRITICAL", "handlers": [], "propagate": False},
        "huey": {"level": "WARNING"},
        # While Redis is away this says so each second, at length; ours say so in a line.
        "channels_redis.pubsub": {"level": "CRITICAL"},
        # Asked for everything, these would tell values: of statements, addresses, frames.
        "django.db.backends": {"level": "INFO"},
        "urllib3": {"level": "INFO"},
        "websockets": {"level": "INFO"},
        # A line for each request, socket and job.
        "access": {"level": "INFO" if ENVIRONMENT.log_access else "WARNING"},
        # Every try, with its address; what is worth a line is logged by the doors.
        "axes": {"level": "CRITICAL"},
    },
}
