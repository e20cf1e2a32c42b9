"""Settings from the environment: good values are understood, a bad one is one clear line."""

from __future__ import annotations

import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from backend import environment
from backend.environment import Environment, Rate, SettingsError
from tests.common.processes import run

SECRET = "an-invented-secret-of-more-than-32-characters"
OTHER_SECRET = "another-invented-secret-of-more-than-32-characters"
HALF_SECRET = "too-short-to-be-a-secret"
MEGABYTE = 1024 * 1024

GOOD: list[tuple[str, str, str, Any]] = [
    # variable, value, attribute, what it becomes
    ("DEBUG", "yes", "debug", True),
    ("DEBUG", "0", "debug", False),
    ("SECRET_KEY", f"  {OTHER_SECRET} ", "secret_key", OTHER_SECRET),
    ("FIELD_ENCRYPTION_KEY", SECRET, "field_encryption_keys", (SECRET,)),
    (
        "FIELD_ENCRYPTION_KEY",
        f"{OTHER_SECRET}, {SECRET},",
        "field_encryption_keys",
        (OTHER_SECRET, SECRET),
    ),
    ("ALLOWED_HOSTS", "", "allowed_hosts", ["localhost", "127.0.0.1", "[::1]"]),
    ("ALLOWED_HOSTS", "inn.example.com, .example.com", "allowed_hosts", None),
    ("ALLOWED_HOSTS", "*,192.0.2.7,[2001:db8::7]", "allowed_hosts", None),
    ("CSRF_TRUSTED_ORIGINS", "https://desk.example.com", "csrf_trusted_origins", None),
    ("CSRF_TRUSTED_ORIGINS", "https://*.example.com:8443", "csrf_trusted_origins", None),
    ("REDIS_URL", "redis://:pw@cache.example.com:6379/0", "redis_url", None),
    ("REDIS_URL", "unix:///run/redis.sock", "redis_url", None),
    ("CORS_ALLOWED_ORIGINS", "", "cors_allowed_origins", []),
    ("CORS_ALLOWED_ORIGINS", "*", "cors_allowed_origins", ["*"]),
    ("CORS_ALLOWED_ORIGINS", "https://a.example.com", "cors_allowed_origins", None),
    ("TTLOCK_API_URL", "https://euapi.ttlock.com/", "ttlock_api_url", "https://euapi.ttlock.com"),
    ("TTLOCK_API_URL", "http://127.0.0.1:8090", "ttlock_api_url_given", True),
    ("TTLOCK_API_URL", "", "ttlock_api_url", environment.VENDOR_URL),
    ("TTLOCK_CLIENT_ID", "app", "ttlock_client_id", "app"),
    ("TTLOCK_CLIENT_SECRET", "app-secret", "ttlock_client_secret", "app-secret"),
    ("TTLOCK_USERNAME", "hotel", "ttlock_username", "hotel"),
    ("TTLOCK_PASSWORD", "correct horse", "ttlock_password", "correct horse"),
    ("TTLOCK_CALLBACK_SECRET", "x" * 16, "ttlock_callback_secret", "x" * 16),
    ("TTLOCK_CALLBACK_SECRET", "", "ttlock_callback_secret", ""),
    ("TTLOCK_TIMEOUT_SECONDS", "2.5", "ttlock_timeout_seconds", 2.5),
    ("EMAIL_FROM", "", "email_from", "doorstep@localhost"),
    ("EMAIL_FROM", "stay@example.com", "email_from", None),
    ("SMS_BACKEND", "", "sms_backend", "apps.common.notices.backends.ConsoleBackend"),
    ("PUSH_BACKEND", "email.message.Message", "push_backend", None),
    ("CHECKIN_FLOW_TTL_MINUTES", "", "checkin_flow_ttl_minutes", 30.0),
    ("CHECKIN_FLOW_TTL_MINUTES", "0.05", "checkin_flow_ttl_minutes", 0.05),
    ("CHECKIN_FLOW_RETENTION_DAYS", "", "checkin_flow_retention_days", 30),
    ("CHECKIN_FLOW_RETENTION_DAYS", "7", "checkin_flow_retention_days", 7),
    ("EVENT_RETENTION_DAYS", "", "event_retention_days", 90),
    ("NOTICE_RETENTION_DAYS", "", "notice_retention_days", 365),
    ("ALERT_RETENTION_DAYS", "30", "alert_retention_days", 30),
    ("ACCESS_RETENTION_DAYS", "", "access_retention_days", 1095),
    ("CHECKIN_COMPLETED_RETENTION_DAYS", "", "checkin_completed_retention_days", 365),
    ("SEAT_ORDER_RETENTION_DAYS", "", "seat_order_retention_days", 90),
    ("WEBHOOK_RETENTION_DAYS", "7", "webhook_retention_days", 7),
    ("PIN_LENGTH", "9", "pin_length", 9),
    ("BACKUP_CODES_PER_LOCK", "3", "backup_codes_per_lock", 3),
    ("RATE_LIMIT_CHECKIN", "", "rate_limit_checkin", Rate(10, 60)),
    ("RATE_LIMIT_CHECKIN", "5/s", "rate_limit_checkin", Rate(5, 1)),
    ("RATE_LIMIT_LOGIN", "", "rate_limit_login", Rate(60, 60)),
    ("RATE_LIMIT_SEATING", "", "rate_limit_seating", Rate(600, 60)),
    ("RATE_LIMIT_SEATING", "100/h", "rate_limit_seating", Rate(100, 3600)),
    ("RATE_LIMIT_PARTNER", "", "rate_limit_partner", Rate(1200, 60)),
    ("RATE_LIMIT_PARTNER", "0", "rate_limit_partner", Rate(0, 60)),
    ("GRAPHQL_SHARED_SUBSCRIPTIONS", "", "graphql_shared_subscriptions", True),
    ("GRAPHQL_SHARED_SUBSCRIPTIONS", "off", "graphql_shared_subscriptions", False),
    ("GRAPHQL_SOCKETS_PER_ADDRESS", "0", "graphql_sockets_per_address", 0),
    ("GRAPHQL_SOCKETS_PER_LOGIN", "", "graphql_sockets_per_login", 100),
    ("TRUSTED_PROXY_COUNT", "2", "trusted_proxy_count", 2),
    ("WEBHOOK_ALLOW_PRIVATE", "", "webhook_allow_private", False),
    ("WEBHOOK_ALLOW_PRIVATE", "TRUE", "webhook_allow_private", True),
    ("MAX_PROOF_BYTES", "", "max_proof_bytes", 10 * MEGABYTE),
    ("MAX_PROOF_BYTES", "2048", "max_proof_bytes", 2048),
]

BAD = [
    ("DEBUG", "perhaps"),
    ("SECRET_KEY", HALF_SECRET),
    ("FIELD_ENCRYPTION_KEY", HALF_SECRET),
    ("FIELD_ENCRYPTION_KEY", f"{SECRET},{HALF_SECRET}"),
    ("FIELD_ENCRYPTION_KEY", ","),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://app:pw-of-db@db.example.com/inn"),
    ("DATABASE_URL", "postgres://db.example.com"),
    ("DATABASE_URL", "postgres://app:pw-of-db@db.example.com:port/inn"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///"),
    ("REDIS_URL", "nonsense"),
    ("REDIS_URL", "redis://"),
    ("REDIS_URL", "http://cache.example.com"),
    ("REDIS_URL", "redis://:pw-of-db@cache.example.com:port"),
    ("ALLOWED_HOSTS", "https://inn.example.com"),
    ("ALLOWED_HOSTS", "inn.example.com,inn.example.com:443"),
    ("ALLOWED_HOSTS", "inn.example.com/desk"),
    ("CSRF_TRUSTED_ORIGINS", "desk.example.com"),
    ("CSRF_TRUSTED_ORIGINS", "https://desk.example.com/"),
    ("CSRF_TRUSTED_ORIGINS", "https://a.example.com,ftp://b.example.com"),
    ("CORS_ALLOWED_ORIGINS", "app.example.com"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.com/"),
    ("CORS_ALLOWED_ORIGINS", "https://*.example.com"),
    ("CORS_ALLOWED_ORIGINS", "*,https://app.example.com"),
    ("TTLOCK_API_URL", "euapi.ttlock.com"),
    ("TTLOCK_API_URL", "https://euapi.ttlock.com/v3"),
    ("TTLOCK_API_URL", "https://app:pw-of-db@euapi.ttlock.com"),
    ("TTLOCK_API_URL", "https://euapi.ttlock.com:port"),
    ("TTLOCK_CALLBACK_SECRET", "short"),
    ("TTLOCK_CALLBACK_SECRET", "not/for/a/path/of/an/address"),
    ("TTLOCK_TIMEOUT_SECONDS", "0"),
    ("TTLOCK_TIMEOUT_SECONDS", "16"),
    ("TTLOCK_TIMEOUT_SECONDS", "nan"),
    ("EMAIL_URL", "nonsense"),
    ("EMAIL_URL", "smtp+tls://"),
    ("EMAIL_URL", "smtp://app:pw-of-db@mail.example.com:port"),
    ("EMAIL_FROM", "stay"),
    ("EMAIL_FROM", "Stay <stay@example.com>"),
    ("SMS_BACKEND", "Backend"),
    ("SMS_BACKEND", "nowhere.to.be.found.Backend"),
    ("PUSH_BACKEND", "email.message."),
    ("PUSH_BACKEND", "email..Backend"),
    ("CHECKIN_FLOW_TTL_MINUTES", "0"),
    ("CHECKIN_FLOW_RETENTION_DAYS", "0"),
    ("CHECKIN_FLOW_TTL_MINUTES", "half an hour"),
    ("PIN_LENGTH", "3"),
    ("PIN_LENGTH", "10"),
    ("PIN_LENGTH", "4.5"),
    ("BACKUP_CODES_PER_LOCK", "-1"),
    ("RATE_LIMIT_CHECKIN", "10"),
    ("RATE_LIMIT_CHECKIN", "ten/m"),
    ("RATE_LIMIT_SEATING", "10/w"),
    ("RATE_LIMIT_PARTNER", "-1/m"),
    ("TRUSTED_PROXY_COUNT", "many"),
    ("WEBHOOK_ALLOW_PRIVATE", "sometimes"),
    ("MAX_PROOF_BYTES", "0"),
    ("MAX_PROOF_BYTES", "10 MB"),
    ("DOORSTEP_VAR_DIR", "/dev/null/var"),
]
ONE_BAD_OF_EACH = list({variable: (variable, value) for variable, value in BAD}.values())


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing but what production must have."""
    return {
        "DOORSTEP_VAR_DIR": str(tmp_path),
        "SECRET_KEY": SECRET,
        "FIELD_ENCRYPTION_KEY": SECRET,
    }


# -- values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("variable", "value", "attribute", "expected"), GOOD)
def test_good_values_are_understood(
    variable: str, value: str, attribute: str, expected: object, secrets: dict[str, str]
) -> None:
    read = getattr(environment.load(secrets | {variable: value}), attribute)
    if expected is None:  # as it was said
        expected = [part.strip() for part in value.split(",")] if isinstance(read, list) else value
    assert read == expected


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("", "sqlite3", None),
        ("sqlite:////srv/inn.sqlite3", "sqlite3", "/srv/inn.sqlite3"),
        ("postgres://app:pw@db.example.com:5433/inn", "postgresql", "inn"),
        ("postgresql:///inn", "postgresql", "inn"),
    ],
)
def test_databases_are_understood(
    url: str, engine: str, name: str | None, secrets: dict[str, str], tmp_path: Path
) -> None:
    database = environment.load(secrets | {"DATABASE_URL": url}).database
    assert database["ENGINE"].endswith(engine)
    assert database["NAME"] == (name or str(tmp_path / "doorstep.sqlite3"))


@pytest.mark.parametrize(
    ("url", "debug", "backend"),
    [
        ("", "true", "filebased"),
        ("", "false", "smtp"),
        ("smtp+tls://app:pw@mail.example.com:587", "true", "smtp"),
        ("consolemail://", "false", "console"),
    ],
)
def test_mail_is_understood(url: str, debug: str, backend: str, secrets: dict[str, str]) -> None:
    mail = environment.load(secrets | {"EMAIL_URL": url, "DEBUG": debug}).email
    assert mail["EMAIL_BACKEND"] == f"django.core.mail.backends.{backend}.EmailBackend"


@pytest.mark.parametrize(("variable", "value"), BAD)
def test_a_bad_value_is_one_sentence_that_names_it_and_tells_no_secret(
    variable: str, value: str, secrets: dict[str, str]
) -> None:
    with pytest.raises(SettingsError) as refusal:
        environment.load(secrets | {variable: value})
    sentence = str(refusal.value)
    assert variable in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    for secret in (SECRET, HALF_SECRET, "pw-of-db"):
        assert secret not in sentence


@pytest.mark.parametrize(("variable", "value"), ONE_BAD_OF_EACH)
def test_a_bad_value_stops_the_process_with_one_line(
    variable: str, value: str, bare: dict[str, str]
) -> None:
    ended = run(
        "manage.py",
        "check",
        environ=bare | {"SECRET_KEY": SECRET, "FIELD_ENCRYPTION_KEY": SECRET, variable: value},
    )
    assert_refused(ended, variable)


# -- what must be said -----------------------------------------------------------------------

DATABASES = {
    "sqlite": {},
    "sqlite by name": {"DATABASE_URL": "sqlite:////tmp/inn.sqlite3"},
    "postgres": {"DATABASE_URL": "postgres://app:pw@127.0.0.1:1/inn"},
    "redis": {"REDIS_URL": "redis://127.0.0.1:1"},
}
SAID = {
    "nothing": {},
    "secret": {"SECRET_KEY": SECRET},
    "key": {"FIELD_ENCRYPTION_KEY": SECRET},
    "both": {"SECRET_KEY": SECRET, "FIELD_ENCRYPTION_KEY": SECRET},
}
DEBUGS = {"unset": {}, "true": {"DEBUG": "true"}, "false": {"DEBUG": "false"}}


def outcome(*, serving: bool, database: str, said: str, debug: str) -> str:
    """What section 1 of the public interface asks for: a variable that is missing, or the mode."""
    if debug == "true":
        return "development"
    is_shared = serving or not database.startswith("sqlite")
    if said in ("nothing", "key"):
        return "SECRET_KEY" if is_shared or debug == "false" else "development"
    return "FIELD_ENCRYPTION_KEY" if said == "secret" else "production"


@pytest.mark.parametrize("serving", [True, False], ids=["serving", "command"])
@pytest.mark.parametrize(("database", "said", "debug"), list(product(DATABASES, SAID, DEBUGS)))
def test_who_serves_or_shares_needs_secrets_unless_debug_is_said(
    *,
    serving: bool,
    database: str,
    said: str,
    debug: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(environment._state, "serving", False)
    if serving:
        environment.declare_serving()
    source = {
        "DOORSTEP_VAR_DIR": str(tmp_path),
        **DATABASES[database],
        **SAID[said],
        **DEBUGS[debug],
    }
    expected = outcome(serving=serving, database=database, said=said, debug=debug)
    if expected in ("development", "production"):
        read = environment.load(source)
        assert (read.debug, read.development) == (expected == "development",) * 2
        assert (tmp_path / "secrets").exists() == (expected == "development")
    else:
        with pytest.raises(SettingsError, match=f"^{expected} is missing"):
            environment.load(source)
        assert not (tmp_path / "secrets").exists()


DOORS = {
    "asgi": ("-c", "import backend.asgi"),
    "wsgi": ("-c", "import backend.wsgi"),
    "uvicorn": ("-m", "uvicorn", "backend.asgi:application", "--port", "0"),
    "run_huey": ("manage.py", "run_huey"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("debug", ["", "false"])
def test_every_door_that_serves_refuses_to_open_without_secrets(
    door: str, debug: str, bare: dict[str, str]
) -> None:
    assert_refused(run(*DOORS[door], environ=bare | {"DEBUG": debug}), "SECRET_KEY")
    said = {"DEBUG": debug, "SECRET_KEY": SECRET}
    assert_refused(run(*DOORS[door], environ=bare | said), "FIELD_ENCRYPTION_KEY")


@pytest.mark.parametrize("door", ["asgi", "wsgi"])
def test_a_door_opens_without_secrets_where_debug_is_said(door: str, bare: dict[str, str]) -> None:
    ended = run(*DOORS[door], environ=bare | {"DEBUG": "true"})
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("database", ["postgres", "redis"])
def test_a_command_on_shared_services_refuses_to_run_without_secrets(
    database: str, bare: dict[str, str]
) -> None:
    assert_refused(run("manage.py", "check", environ=bare | DATABASES[database]), "SECRET_KEY")


def test_a_command_runs_where_nothing_is_said(bare: dict[str, str]) -> None:
    ended = run("manage.py", "check", environ=bare)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("command", ["seed_demo", "demo", "dev"])
def test_the_demo_stays_out_of_production(command: str, bare: dict[str, str]) -> None:
    said = {"DEBUG": "false", "SECRET_KEY": SECRET, "FIELD_ENCRYPTION_KEY": SECRET}
    assert_refused(run("manage.py", command, environ=bare | said), "DEBUG=false")


# -- secrets of development ------------------------------------------------------------------


def test_secrets_of_development_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    def read() -> Environment:
        return environment.load({"DOORSTEP_VAR_DIR": str(tmp_path), "DEBUG": "true"})

    first, second = read(), read()
    assert first.secret_key == second.secret_key
    assert first.field_encryption_keys == second.field_encryption_keys
    assert first.ttlock_callback_secret == second.ttlock_callback_secret
    made = [first.secret_key, *first.field_encryption_keys, first.ttlock_callback_secret]
    assert len(set(made)) == 3
    kept = list((tmp_path / "secrets").iterdir())
    assert sorted(path.read_text() for path in kept) == sorted(made)
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_processes_that_start_together_keep_the_same_secrets(bare: dict[str, str]) -> None:
    tell = "from backend import settings as s; print(s.SECRET_KEY, s.FIELD_ENCRYPTION_KEYS)"
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _: run("-c", tell, environ=bare), range(3)))
    assert [done.returncode for done in ended] == [0, 0, 0]
    assert len({done.stdout for done in ended}) == 1
    kept = Path(bare["DOORSTEP_VAR_DIR"]) / "secrets"
    assert len(list(kept.iterdir())) == 3, "no drafts are left"


def test_threads_that_start_together_keep_the_same_secret(tmp_path: Path) -> None:
    source = {"DOORSTEP_VAR_DIR": str(tmp_path), "DEBUG": "true"}
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: environment.load(source).secret_key, range(64)))
    assert len(keys) == 1


def test_secrets_that_can_not_be_kept_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secrets").touch()
    with pytest.raises(SettingsError, match="can't be written"):
        environment.load({"DOORSTEP_VAR_DIR": str(tmp_path), "DEBUG": "true"})


def assert_refused(ended: subprocess.CompletedProcess[str], names: str) -> None:
    """The process ended with one line on stderr that names what is wrong, and said nothing else."""
    lines = ended.stderr.splitlines()
    assert ended.returncode != 0
    assert len(lines) == 1, ended.stderr
    assert names in lines[0]
    assert ended.stdout == ""
    for secret in (SECRET, HALF_SECRET, "pw-of-db"):
        assert secret not in ended.stderr


# -- secrets in files ----------------------------------------------------------------------------


def test_a_secret_may_lie_in_a_file(secrets: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{'s' * 40}\n")
    source = {name: value for name, value in secrets.items() if name != "SECRET_KEY"}

    read = environment.load(source | {"SECRET_KEY_FILE": str(tmp_path / "key")})

    assert read.secret_key == "s" * 40
    said = environment.load(secrets | {"SECRET_KEY_FILE": str(tmp_path / "key")})
    assert said.secret_key == secrets["SECRET_KEY"], "what is said counts before a file"


def test_a_file_that_can_t_be_read_is_one_sentence(secrets: dict[str, str], tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")

    with pytest.raises(environment.SettingsError, match="REDIS_URL_FILE names a file"):
        environment.load(secrets | {"REDIS_URL_FILE": gone})
    assert environment.load(secrets | {"PIN_LENGTH_FILE": gone}), "secrets alone lie in files"


# -- HTTPS ---------------------------------------------------------------------------------------


def test_with_https_alone_the_checks_of_a_deployment_find_nothing(bare: dict[str, str]) -> None:
    sure = {
        "SECRET_KEY": "a-secret-of-many-different-letters-0123456789-and-more",
        "FIELD_ENCRYPTION_KEY": "another-secret-of-many-different-letters",
        "DATABASE_URL": "postgres://nobody@127.0.0.1/none",
        "HTTPS_ONLY": "true",
    }
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", environ=bare | sure)

    assert done.returncode == 0, done.stderr
