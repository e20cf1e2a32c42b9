"""What is made of broken answers: whether a command may have been carried out."""

import gzip
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, MaxRetryError, NameResolutionError, SSLError
from urllib3.exceptions import ProxyError as TunnelError

from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.endpoints import PASSCODE_ADD
from apps.locks.ttlock.errors import (
    CloudUnavailable,
    LockCloudError,
    OutcomeUnknown,
    RateLimited,
    TokenRejected,
)
from apps.locks.ttlock.judgement import network_failure
from apps.locks.ttlock.transport import MAX_BODY_BYTES, shared_session
from tests.locks.ttlock.conftest import NOW, signed_in
from tests.locks.ttlock.scripted_cloud import Scripted, ScriptedCloud

MakeClient = Callable[..., TTLockClient]


def add(client: TTLockClient) -> int:
    return client.add_passcode(
        lock_id=7,
        code="4826",
        name="BK-1",
        starts_at=datetime(2026, 6, 1, 14, tzinfo=UTC),
        ends_at=datetime(2026, 6, 3, 10, tzinfo=UTC),
    )


def ask(client: TTLockClient) -> int:
    return client.battery(lock_id=7)


UNREADABLE = {
    "no JSON": Scripted(body=b"<html>Bad gateway</html>", content_type="text/html"),
    "empty": Scripted(body=b""),
    "a list": Scripted(body=b"[]"),
    "a number": Scripted(body=b"0"),
    "broken JSON": Scripted(body=b'{"keyboardPwdId": 5'),
    "no text": Scripted(body=b"\xff\xfe\x00"),
    "nested without end": Scripted(body=b"[" * 200_000),
    "a monstrous number": Scripted(body=b'{"keyboardPwdId": ' + b"9" * 5000 + b"}"),
    "an errcode that is none": Scripted(body=b'{"errcode": "oops", "keyboardPwdId": 5}'),
    "an id that is none": Scripted(body=b'{"keyboardPwdId": true, "keyboardPwdId": {}}'),
    "too large": Scripted(body=b" " * (MAX_BODY_BYTES + 1)),
    "too large when unpacked": Scripted(
        body=gzip.compress(b" " * (MAX_BODY_BYTES + 1)), headers={"Content-Encoding": "gzip"}
    ),
    "no gzip": Scripted(body=b"plain", headers={"Content-Encoding": "gzip"}),
    "cut short": Scripted(fault="short"),
    "reset": Scripted(fault="reset"),
    "closed": Scripted(fault="close"),
    "server error": Scripted(status=500, body=b"oops"),
    "gateway time-out": Scripted(status=504, body=b"<html></html>"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_command_without_a_clear_answer_has_an_unknown_outcome(
    name: str, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.script(UNREADABLE[name])
    with pytest.raises(OutcomeUnknown):
        add(client)
    assert len(cloud.calls) == 1  # never sent twice on its own


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_question_without_a_clear_answer_may_be_asked_again(
    name: str, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.script(UNREADABLE[name])
    with pytest.raises(CloudUnavailable):
        ask(client)


@pytest.mark.parametrize("fault", ["stall", "trickle"])
def test_a_time_out_after_sending_leaves_a_command_unknown(
    fault: str, make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    client = make_client(timeout_seconds=0.2, tokens=signed_in())
    cloud.script(Scripted(fault=fault), Scripted(fault=fault))
    with pytest.raises(OutcomeUnknown):
        add(client)
    with pytest.raises(CloudUnavailable):
        ask(client)


def test_a_refused_connection_means_that_nothing_was_sent(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: nobody else gets the port
        port = unused.getsockname()[1]
        with pytest.raises(CloudUnavailable, match="nothing was sent"):
            add(make_client(base_url=f"http://127.0.0.1:{port}", tokens=signed_in()))


def test_a_connection_that_times_out_means_that_nothing_was_sent(make_client: MakeClient) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            client = make_client(
                base_url=f"http://127.0.0.1:{port}", timeout_seconds=0.2, tokens=signed_in()
            )
            with pytest.raises(CloudUnavailable, match="nothing was sent"):
                add(client)


@pytest.mark.parametrize(
    "cause",
    [
        NameResolutionError("euapi.ttlock.com", HTTPConnection("h"), socket.gaierror()),
        TunnelError("the house's proxy refuses", OSError()),
        SSLError(ssl.SSLCertVerificationError("self-signed")),
    ],
)
def test_a_connection_that_never_came_about_carried_no_command(cause: HTTPError) -> None:
    """The network beyond this machine is closed to tests, so the library's errors are built."""
    wrapped = MaxRetryError(HTTPConnectionPool("h"), "/v3/keyboardPwd/add", cause)
    error = network_failure(PASSCODE_ADD, requests.ConnectionError(wrapped))
    assert type(error) is CloudUnavailable


def test_a_connection_that_broke_under_tls_may_have_carried_the_command() -> None:
    error = network_failure(PASSCODE_ADD, requests.exceptions.SSLError(ssl.SSLEOFError()))
    assert type(error) is OutcomeUnknown


@pytest.mark.parametrize("content_type", ["text/html", "text/plain;charset=UTF-8", ""])
def test_the_content_type_is_not_believed(
    content_type: str, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.script(Scripted(body=b'{"keyboardPwdId": 5}', content_type=content_type))
    assert add(client) == 5


@pytest.mark.parametrize("errcode", [0, "0", None])
def test_an_errcode_of_zero_or_none_is_a_success(
    errcode: object, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"errcode": errcode, "keyboardPwdId": 5})
    assert add(client) == 5


def test_an_errcode_counts_also_beside_data_and_as_text(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"errcode": "-3003", "keyboardPwdId": 5})
    with pytest.raises(LockCloudError) as caught:
        add(client)
    assert caught.value.errcode == -3003


@pytest.mark.parametrize("status", [302, 403, 404, 503])
def test_a_status_that_turns_the_request_away_means_that_nothing_was_done(
    status: int, client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.script(Scripted(status=status, body=b"no", headers={"Location": "/elsewhere"}))
    with pytest.raises(CloudUnavailable, match=str(status)):
        add(client)
    assert len(cloud.calls) == 1  # a redirect is not followed


def test_an_errcode_is_read_under_any_status(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.script(Scripted(status=500, body=b'{"errcode": -3003, "errmsg": "busy"}'))
    with pytest.raises(LockCloudError) as caught:
        add(client)
    assert caught.value.errcode == -3003


def test_too_many_requests_is_a_limit_with_the_servers_wish(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.script(Scripted(status=429, headers={"Retry-After": "17"}), Scripted(status=429))
    with pytest.raises(RateLimited) as caught:
        ask(client)
    assert caught.value.retry_after == timedelta(seconds=17)
    with pytest.raises(RateLimited) as caught:
        ask(client)
    assert caught.value.retry_after is None


def test_unauthorised_is_a_refused_token(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.script(Scripted(status=401, body=b""), Scripted(status=401, body=b""))
    with pytest.raises(TokenRejected):
        ask(client)
    assert len(cloud.calls) == 2


def test_cookies_are_not_kept(client: TTLockClient, cloud: ScriptedCloud) -> None:
    body = b'{"electricQuantity": 80}'
    cloud.script(Scripted(body=body, headers={"Set-Cookie": "a=b; Path=/"}), Scripted(body=body))
    ask(client)
    ask(client)
    assert "cookie" not in cloud.calls[1].headers


def test_netrc_logins_and_web_proxies_do_not_reach_a_local_cloud(
    client: TTLockClient,
    cloud: ScriptedCloud,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    cloud.say({"electricQuantity": 80})
    assert ask(client) == 80
    assert "authorization" not in cloud.calls[0].headers


def test_each_attempt_has_a_date_of_its_own(make_client: MakeClient, cloud: ScriptedCloud) -> None:
    ticks = iter(range(1000))
    client = make_client(clock=lambda: NOW + timedelta(seconds=next(ticks)))
    cloud.say({"errcode": 10004}, {"electricQuantity": 80})
    assert ask(client) == 80
    first, second = (heard.query["date"] for heard in cloud.calls)
    assert int(first) < int(second)


def test_connections_are_kept_and_shared(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.script(*[Scripted(body=b'{"electricQuantity": 80}')] * 5)
    for _ in range(5):
        ask(client)
    assert cloud.connections == 1
    assert shared_session() is shared_session()


def test_the_observer_hears_of_every_exchange(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    heard: list[tuple[str, str]] = []
    seconds: list[float] = []

    def observe(call: str, outcome: str, duration: float) -> None:
        heard.append((call, outcome))
        seconds.append(duration)

    client = make_client(on_call=observe)
    cloud.say({"electricQuantity": 80}, {"errcode": -3003}, {"no": "battery"})
    ask(client)
    for _ in range(2):
        with pytest.raises(LockCloudError):
            ask(client)
    assert heard == [
        ("oauth2/token", "ok"),
        ("lock/queryElectricQuantity", "ok"),
        ("lock/queryElectricQuantity", "GatewayBusy"),
        ("lock/queryElectricQuantity", "CloudUnavailable"),
    ]
    assert all(duration > 0 for duration in seconds)


def test_an_observer_that_fails_does_not_fail_the_call(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    def observe(call: str, outcome: str, seconds: float) -> None:
        raise RuntimeError("no metrics today")

    cloud.say({"keyboardPwdId": 5})
    assert add(make_client(on_call=observe)) == 5


def test_an_answer_of_the_largest_size_is_read_whole(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    answer = b'{"electricQuantity": 80}'
    cloud.script(Scripted(body=answer.rjust(MAX_BODY_BYTES)))
    assert ask(client) == 80
