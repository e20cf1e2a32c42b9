"""Read the settings a person gives by environment variables, and refuse bad ones in one line.

Every variable of the public interface is parsed here and nowhere else; ``backend.settings``
turns the result into Django's names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import environ

from apps.common.limits.rates import Rate
from backend.kept_secrets import kept_secret
from graphql_schema.persisted.listed import read_listed

T = TypeVar("T", int, float)

BASE_DIR: Final = Path(__file__).resolve().parent.parent
SIMULATOR_URL: Final = "http://127.0.0.1:8090"
NOTICE_BACKENDS: Final = "apps.common.notices.backends"
ADDRESS: Final = re.compile(r"[^\s@<>,]+@[^\s@<>,]+")
VENDOR_URL: Final = "https://euapi.ttlock.com"
MINIMUM_SECRET_LENGTH: Final = 32
# What never fits a request is refused, rather than found out by a door that stays shut.
NAME: Final = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\]"
HOST: Final = re.compile(rf"\*|\.?(?:{NAME})")
ORIGIN: Final = re.compile(rf"https?://(?:\*\.)?(?:{NAME})(?::\d{{1,5}})?", re.IGNORECASE)
ALL: Final = "*"
# Secrets, and addresses with passwords in them: NAME_FILE may name a file that holds the value.
MAY_BE_FILES: Final = frozenset(
    {
        *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "FIELD_ENCRYPTION_KEY"),
        *("DATABASE_URL", "REDIS_URL", "EMAIL_URL"),
        *("TTLOCK_CLIENT_SECRET", "TTLOCK_PASSWORD", "TTLOCK_CALLBACK_SECRET", "METRICS_TOKEN"),
    }
)
LOG_FORMATS: Final = ("logfmt", "json")  # the first is the default
PERIODS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
TRUE: Final = frozenset({"1", "true", "yes", "on"})
FALSE: Final = frozenset({"0", "false", "no", "off"})

_state = {"serving": False}


class SettingsError(Exception):
    """A variable is wrong or missing; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The parsed environment. Secrets are kept out of ``repr`` by never printing it."""

    debug: bool
    development: bool
    var_dir: Path
    secret_key: str
    secret_key_fallbacks: list[str]
    field_encryption_keys: tuple[str, ...]
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    cors_allowed_origins: list[str]
    database: dict[str, Any]
    redis_url: str
    ttlock_api_url: str
    ttlock_api_url_given: bool
    ttlock_client_id: str
    ttlock_client_secret: str
    ttlock_username: str
    ttlock_password: str
    ttlock_callback_secret: str
    ttlock_timeout_seconds: float
    email: dict[str, Any]
    email_from: str
    sms_backend: str
    push_backend: str
    checkin_flow_ttl_minutes: float
    checkin_flow_retention_days: int
    event_retention_days: int
    notice_retention_days: int
    alert_retention_days: int
    access_retention_days: int
    checkin_completed_retention_days: int
    seat_order_retention_days: int
    webhook_retention_days: int
    pin_length: int
    backup_codes_per_lock: int
    rate_limit_checkin: Rate
    rate_limit_login: Rate
    staff_totp: str
    rate_limit_seating: Rate
    rate_limit_partner: Rate
    graphql_shared_subscriptions: bool
    graphql_sockets_per_address: int
    graphql_sockets_per_login: int
    trusted_proxy_count: int
    webhook_allow_private: bool
    metrics_token: str
    log_format: str
    log_access: bool
    otel_endpoint: str
    otel_service: str
    https_only: bool
    max_proof_bytes: int
    board_token_minutes: float
    demo_guest_page: bool
    graphql_introspection: bool
    graphql_ide: bool
    graphql_batch_limit: int
    graphql_allowed_documents: Mapping[str, str] | None


def declare_serving() -> None:
    """Say that this process serves others: development secrets are then refused."""
    _state["serving"] = True


def load(source: Mapping[str, str] | None = None) -> Environment:
    """Parse the environment. Raises SettingsError with one clear sentence."""
    return _Reader(os.environ if source is None else source).read()


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its parent is not there either
        return False


class _Reader:
    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source

    def read(self) -> Environment:
        var_dir = self._var_dir()
        database_url = self._text("DATABASE_URL", "")
        redis_url = self._url("REDIS_URL", "", ("redis", "rediss", "unix"))
        development, debug = self._mode(database_url, redis_url)
        api_url = self._api_url()
        return Environment(
            debug=debug,
            development=development,
            var_dir=var_dir,
            secret_key=self._secret("SECRET_KEY", var_dir, development=development),
            secret_key_fallbacks=self._fallbacks(),
            field_encryption_keys=self._keys(var_dir, development=development),
            allowed_hosts=self._hosts(),
            csrf_trusted_origins=self._origins(),
            cors_allowed_origins=self._cors_origins(),
            database=self._database(database_url, var_dir),
            redis_url=redis_url,
            ttlock_api_url=api_url or (SIMULATOR_URL if debug else VENDOR_URL),
            ttlock_api_url_given=bool(api_url),
            ttlock_client_id=self._text("TTLOCK_CLIENT_ID", "simulator" if debug else ""),
            ttlock_client_secret=self._text("TTLOCK_CLIENT_SECRET", "simulator" if debug else ""),
            ttlock_username=self._text("TTLOCK_USERNAME", "simulator" if debug else ""),
            ttlock_password=self._text("TTLOCK_PASSWORD", "simulator" if debug else ""),
            ttlock_callback_secret=self._callback_secret(var_dir, development=development),
            ttlock_timeout_seconds=self._number("TTLOCK_TIMEOUT_SECONDS", 10.0, 0.05, 15.0),
            email=self._email(var_dir, debug=debug),
            email_from=self._email_from(),
            sms_backend=self._backend("SMS_BACKEND", debug=debug),
            push_backend=self._backend("PUSH_BACKEND", debug=debug),
            checkin_flow_ttl_minutes=self._number("CHECKIN_FLOW_TTL_MINUTES", 30.0, 0.01, 1440.0),
            checkin_flow_retention_days=self._whole("CHECKIN_FLOW_RETENTION_DAYS", 30, 1, 3650),
            event_retention_days=self._whole("EVENT_RETENTION_DAYS", 90, 1, 3650),
            notice_retention_days=self._whole("NOTICE_RETENTION_DAYS", 365, 30, 36500),
            alert_retention_days=self._whole("ALERT_RETENTION_DAYS", 365, 30, 36500),
            access_retention_days=self._whole("ACCESS_RETENTION_DAYS", 1095, 30, 36500),
            checkin_completed_retention_days=self._whole(
                "CHECKIN_COMPLETED_RETENTION_DAYS", 365, 30, 36500
            ),
            seat_order_retention_days=self._whole("SEAT_ORDER_RETENTION_DAYS", 90, 1, 36500),
            webhook_retention_days=self._whole("WEBHOOK_RETENTION_DAYS", 30, 1, 36500),
            pin_length=self._whole("PIN_LENGTH", 4, 4, 9),
            backup_codes_per_lock=self._whole("BACKUP_CODES_PER_LOCK", 0, 0, 20),
            rate_limit_checkin=self._rate("RATE_LIMIT_CHECKIN", "10/m"),
            rate_limit_login=self._rate("RATE_LIMIT_LOGIN", "60/m"),
            staff_totp=self._one_of("STAFF_TOTP", ("optional", "managers", "required")),
            rate_limit_seating=self._rate("RATE_LIMIT_SEATING", "600/m"),
            rate_limit_partner=self._rate("RATE_LIMIT_PARTNER", "1200/m"),
            graphql_shared_subscriptions=self._flag("GRAPHQL_SHARED_SUBSCRIPTIONS", default=True),
            graphql_sockets_per_address=self._whole(
                "GRAPHQL_SOCKETS_PER_ADDRESS", 4000, 0, 1_000_000
            ),
            graphql_sockets_per_login=self._whole("GRAPHQL_SOCKETS_PER_LOGIN", 100, 0, 1_000_000),
            trusted_proxy_count=self._whole("TRUSTED_PROXY_COUNT", 0, 0, 10),
            https_only=self._flag("HTTPS_ONLY", default=False),
            metrics_token=self._text("METRICS_TOKEN", ""),
            log_format=self._one_of("LOG_FORMAT", LOG_FORMATS),
            log_access=self._flag("LOG_ACCESS", default=not debug),
            otel_endpoint=self._collector(),
            otel_service=self._text("OTEL_SERVICE_NAME", "doorstep"),
            webhook_allow_private=self._flag("WEBHOOK_ALLOW_PRIVATE", default=debug),
            max_proof_bytes=self._whole("MAX_PROOF_BYTES", 10 * 1024 * 1024, 1, 64 * 1024 * 1024),
            board_token_minutes=self._number("BOARD_TOKEN_MINUTES", 15.0, 0.05, 1440.0),
            demo_guest_page=self._flag("DEMO_GUEST_PAGE", default=debug),
            graphql_introspection=self._flag("GRAPHQL_INTROSPECTION", default=debug),
            graphql_ide=self._flag("GRAPHQL_IDE", default=debug),
            graphql_batch_limit=self._whole("GRAPHQL_BATCH_LIMIT", 0, 0, 20),
            graphql_allowed_documents=self._allowed_documents(),
        )

    def _var_dir(self) -> Path:
        path = Path(self._text("DOORSTEP_VAR_DIR", str(BASE_DIR / "var"))).absolute()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"DOORSTEP_VAR_DIR can't be made a directory: {path}.") from error
        return path

    # -- what kind of process this is ------------------------------------------------------

    def _mode(self, database_url: str, redis_url: str) -> tuple[bool, bool]:
        """Return (development secrets allowed, DEBUG)."""
        has_secret = bool(self._text("SECRET_KEY", ""))
        debug_said = self._text("DEBUG", "") != ""
        debug = self._flag("DEBUG", default=False)
        if debug_said:
            return debug, debug
        shared = bool(redis_url) or (database_url != "" and not database_url.startswith("sqlite"))
        relaxed = not (has_secret or shared or _state["serving"])
        return relaxed, relaxed

    # -- secrets ---------------------------------------------------------------------------

    def _secret(self, name: str, var_dir: Path, *, development: bool) -> str:
        value = self._text(name, "")
        if not value:
            if not development:
                raise SettingsError(
                    f"{name} is missing: set it to a random text of at least "
                    f"{MINIMUM_SECRET_LENGTH} characters, or say DEBUG=true for development."
                )
            return self._kept(var_dir, name.lower())
        return self._long_enough(name, value)

    def _fallbacks(self) -> list[str]:
        keys = self._list("SECRET_KEY_FALLBACKS", [])
        return [self._long_enough("SECRET_KEY_FALLBACKS", key) for key in keys]

    def _keys(self, var_dir: Path, *, development: bool) -> tuple[str, ...]:
        joined = self._text("FIELD_ENCRYPTION_KEY", "")
        if not joined:
            return (self._secret("FIELD_ENCRYPTION_KEY", var_dir, development=development),)
        keys = tuple(part.strip() for part in joined.split(",") if part.strip())
        if not keys:
            raise SettingsError("FIELD_ENCRYPTION_KEY holds no key.")
        return tuple(self._long_enough("FIELD_ENCRYPTION_KEY", key) for key in keys)

    def _callback_secret(self, var_dir: Path, *, development: bool) -> str:
        value = self._text("TTLOCK_CALLBACK_SECRET", "")
        if not value:
            # Without one the callback's path stays closed in production.
            return self._kept(var_dir, "ttlock_callback") if development else ""
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,200}", value):
            raise SettingsError(
                "TTLOCK_CALLBACK_SECRET must be 16 to 200 letters, digits, '-' or '_': "
                "it is part of a web address."
            )
        return value

    @staticmethod
    def _kept(var_dir: Path, name: str) -> str:
        try:
            return kept_secret(var_dir / "secrets" / name)
        except OSError as error:
            raise SettingsError(f"{var_dir}, where data is kept, can't be written.") from error

    @staticmethod
    def _long_enough(name: str, value: str) -> str:
        if len(value) < MINIMUM_SECRET_LENGTH:
            raise SettingsError(
                f"{name} is too short: it needs at least {MINIMUM_SECRET_LENGTH} characters."
            )
        return value

    # -- services --------------------------------------------------------------------------

    def _database(self, url: str, var_dir: Path) -> dict[str, Any]:
        if not url:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(var_dir / "doorstep.sqlite3"),
            }
        scheme = url.split(":", 1)[0]
        if scheme not in {"sqlite", "postgres", "postgresql", "psql"}:
            raise SettingsError("DATABASE_URL must begin with postgres:// or sqlite:///.")
        try:
            parsed = dict(environ.Env.db_url_config(url))
        except Exception as error:  # django-environ raises what urllib raises
            raise SettingsError("DATABASE_URL can't be read as a database address.") from error
        if not parsed.get("NAME"):
            raise SettingsError("DATABASE_URL names no database.")
        if parsed["NAME"] == ":memory:":
            raise SettingsError("DATABASE_URL must name a file: threads can't share memory.")
        return parsed

    def _email(self, var_dir: Path, *, debug: bool) -> dict[str, Any]:
        url = self._text("EMAIL_URL", "")
        if not url:
            if debug:
                return {
                    "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                    "EMAIL_FILE_PATH": str(var_dir / "mail"),
                }
            url = "smtp://localhost:25"
        try:
            parsed = dict(environ.Env.email_url_config(url))
        except Exception as error:  # as with the database
            raise SettingsError(
                "EMAIL_URL can't be read; an example is smtp+tls://user:password@host:587."
            ) from error
        if url.startswith("smtp") and not parsed["EMAIL_HOST"]:
            raise SettingsError("EMAIL_URL names no host.")
        return parsed

    def _email_from(self) -> str:
        address = self._text("EMAIL_FROM", "doorstep@localhost")
        if not ADDRESS.fullmatch(address):
            raise SettingsError("EMAIL_FROM is one address alone, such as stay@example.com.")
        return address

    def _backend(self, name: str, *, debug: bool) -> str:
        path = self._text(name, f"{NOTICE_BACKENDS}.{'File' if debug else 'Console'}Backend")
        module, _, class_name = path.rpartition(".")
        try:
            is_there = class_name.isidentifier() and find_spec(module) is not None
        except (ImportError, ValueError):  # a parent that is not there, or no name at all
            is_there = False
        if not is_there:
            raise SettingsError(f"{name} must be the path of a class, such as house.sms.Backend.")
        return path

    def _api_url(self) -> str:
        url = self._url("TTLOCK_API_URL", "", ("http", "https")).rstrip("/")
        if url and (not ORIGIN.fullmatch(url) or "*" in url):
            raise SettingsError(
                "TTLOCK_API_URL is the scheme and host only, such as https://euapi.ttlock.com."
            )
        return url

    def _collector(self) -> str:
        url = self._url("OTEL_EXPORTER_OTLP_ENDPOINT", "", ("http", "https"))
        if url and not _is_installed("opentelemetry.sdk"):
            raise SettingsError(
                "OTEL_EXPORTER_OTLP_ENDPOINT needs packages that are not installed: "
                "uv sync --no-dev --group otel."
            )
        return url

    def _hosts(self) -> list[str]:
        hosts = self._list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
        if not all(HOST.fullmatch(host) for host in hosts):
            raise SettingsError(
                "ALLOWED_HOSTS lists names without scheme, port or path, such as desk.example.com."
            )
        return hosts

    def _origins(self) -> list[str]:
        origins = self._list("CSRF_TRUSTED_ORIGINS", [])
        if not all(ORIGIN.fullmatch(origin) for origin in origins):
            raise SettingsError(
                "CSRF_TRUSTED_ORIGINS lists schemes with hosts and no paths, "
                "such as https://desk.example.com."
            )
        return origins

    def _cors_origins(self) -> list[str]:
        origins = self._list("CORS_ALLOWED_ORIGINS", [])
        if origins != [ALL] and not all(
            ORIGIN.fullmatch(one) and ALL not in one for one in origins
        ):
            raise SettingsError(
                "CORS_ALLOWED_ORIGINS lists schemes with hosts, such as https://app.example.com, "
                "or is * alone."
            )
        return origins

    def _allowed_documents(self) -> Mapping[str, str] | None:
        path = self._text("GRAPHQL_ALLOWED_DOCUMENTS", "")
        if not path:
            return None
        try:
            return read_listed(Path(path))
        except OSError as error:
            raise SettingsError("GRAPHQL_ALLOWED_DOCUMENTS names no file to be read.") from error
        except ValueError as error:
            raise SettingsError(f"GRAPHQL_ALLOWED_DOCUMENTS can't be used: {error}.") from error

    # -- plain values ----------------------------------------------------------------------

    def _text(self, name: str, default: str) -> str:
        return self._source.get(name, "").strip() or self._from_file(name) or default

    def _from_file(self, name: str) -> str:
        """Return what a file says that the environment names, as secrets of containers do."""
        variable = f"{name}_FILE"
        if name not in MAY_BE_FILES or variable not in self._source:
            return ""
        path = self._source[variable].strip()
        try:
            return Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{variable} names a file that can't be read: {path}.") from error

    def _list(self, name: str, default: list[str]) -> list[str]:
        parts = [part.strip() for part in self._text(name, "").split(",")]
        return [part for part in parts if part] or default

    def _url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self._text(name, default)
        if not value:
            return value
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError as error:
            raise SettingsError(f"{name} can't be read as an address.") from error
        if parts.scheme not in schemes or not (parts.hostname or parts.path):
            raise SettingsError(f"{name} must begin with {schemes[0]}:// and name a host.")
        return value

    def _flag(self, name: str, *, default: bool) -> bool:
        value = self._text(name, "").lower()
        if not value:
            return default
        if value not in TRUE | FALSE:
            raise SettingsError(f"{name} must be true or false.")
        return value in TRUE

    def _one_of(self, name: str, choices: Sequence[str]) -> str:
        value = self._text(name, choices[0]).lower()
        if value not in choices:
            raise SettingsError(f"{name} must be {' or '.join(choices)}.")
        return value

    def _number(self, name: str, default: float, low: float, high: float) -> float:
        return self._within(name, float, default, low, high)

    def _whole(self, name: str, default: int, low: int, high: int) -> int:
        return self._within(name, int, default, low, high)

    def _within(
        self, name: str, kind: Callable[[str], T], default: T, low: float, high: float
    ) -> T:
        text = self._text(name, "")
        if not text:
            return default
        try:
            value = kind(text)
            if low <= value <= high:
                return value
        except ValueError:
            pass  # refused like a number out of range
        raise SettingsError(f"{name} must be a number from {low:g} to {high:g}.")

    def _rate(self, name: str, default: str) -> Rate:
        text = self._text(name, default)
        if text == "0":
            return Rate(0, 60)
        found = re.fullmatch(r"(\d{1,9})/(s|m|h|d)", text)
        if not found:
            raise SettingsError(f"{name} must look like 10/m (s, m, h or d), or be 0 for no limit.")
        return Rate(int(found[1]), PERIODS[found[2]])
