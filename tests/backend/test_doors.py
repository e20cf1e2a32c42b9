"""What a real server in production says to strangers: to which hosts, with which cookies; and that
no address leads to a file of its data."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from pytest_django.plugin import DjangoDbBlocker
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.backend.serving import Served, serving
from tests.common.processes import PATIENCE, environ_on_test_database
from tests.factories.staff import PASSWORD, UserFactory

pytestmark = pytest.mark.once("embedded")
HOST: Final = "inn.example.com"
FOREIGN: Final = "evil.example"
SECRET: Final = b"what a guest sent in"
KEY: Final = "a key that is long enough for every check there is"
UPLOAD: Final = "upload.png"


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Served]:
    """A server behind a proxy with TLS; its directory holds uploads and a secret."""
    room = tmp_path_factory.mktemp("doors")
    for directory in ("proofs", "media", "secrets", "mail"):
        (room / "var" / directory).mkdir(parents=True)
        (room / "var" / directory / UPLOAD).write_bytes(SECRET)
    with django_db_blocker.unblock():
        environ = environ_on_test_database()
    environ |= {
        "DOORSTEP_VAR_DIR": str(room / "var"),
        "DEBUG": "false",
        "SECRET_KEY": KEY,
        "FIELD_ENCRYPTION_KEY": KEY,
        "ALLOWED_HOSTS": HOST,
        "HTTPS_ONLY": "true",
        "TRUSTED_PROXY_COUNT": "1",
    }
    with serving("--no-proxy-headers", environ=environ, log=room / "log") as server:
        yield server


def ask(served: Served, path: str, method: str = "GET", host: str = HOST, **more: Any) -> Any:
    """The answer to the proxy, which got the request by TLS."""
    headers = {"Host": host, "X-Forwarded-Proto": "https", "Connection": "close"}
    headers |= more.pop("headers", {})
    address = f"http://127.0.0.1:{served.port}{path}"
    return requests.request(
        method, address, headers=headers, timeout=PATIENCE, allow_redirects=False, **more
    )


@pytest.mark.parametrize(
    "path",
    [
        f"/proofs/{UPLOAD}",
        f"/media/{UPLOAD}",
        f"/var/proofs/{UPLOAD}",
        f"/static/{UPLOAD}",
        f"/static/../proofs/{UPLOAD}",
        f"/static/%2e%2e/proofs/{UPLOAD}",
        f"/static/..%2fproofs%2f{UPLOAD}",
        f"/static//proofs/{UPLOAD}",
        f"/static/..%5cproofs%5c{UPLOAD}",
        f"/secrets/{UPLOAD}",
        f"/static/../secrets/{UPLOAD}",
        f"/mail/{UPLOAD}",
        f"/api/seating/proofs/{UPLOAD}/",
        f"/api/seating/proofs/..%2f{UPLOAD}/",
        f"/api/seating/proofs/..%2fproofs%2f{UPLOAD}/",
    ],
)
def test_no_address_leads_to_a_file_of_its_data(served: Served, path: str) -> None:
    prepared = requests.Request("GET", f"http://127.0.0.1:{served.port}/").prepare()
    prepared.url = f"http://127.0.0.1:{served.port}{path}"  # as it stands, dots and all
    prepared.headers.update({"Host": HOST, "X-Forwarded-Proto": "https", "Connection": "close"})
    with requests.Session() as session:
        answer = session.send(prepared, timeout=PATIENCE, allow_redirects=False)
    assert answer.status_code in {400, 404}
    assert SECRET not in answer.content


@pytest.mark.parametrize("path", ["/api/checkin/start/", "/graphql/", "/admin/login/", "/board/"])
def test_a_foreign_host_is_refused_at_every_door(served: Served, path: str) -> None:
    assert ask(served, path, host=FOREIGN).status_code == 400
    assert ask(served, path, host=f"{HOST}.{FOREIGN}").status_code == 400
    # Nor is what a caller says of another host believed.
    answer = ask(served, path, headers={"X-Forwarded-Host": FOREIGN})
    assert FOREIGN not in answer.text + answer.headers.get("Location", "")


@pytest.mark.parametrize("path", ["/graphql/", "/ws/hotels/none/"])
def test_a_page_of_a_foreign_host_opens_no_socket(served: Served, path: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        connect(
            f"ws://127.0.0.1:{served.port}{path}",
            origin=f"https://{FOREIGN}",  # type: ignore[arg-type]  # a NewType
            additional_headers={"X-Forwarded-Proto": "https"},
            proxy=None,
        )
    assert refusal.value.response.status_code == 403


def cookies_of(answer: Any) -> dict[str, Morsel[str]]:
    """The cookies that were set, with what is said of each."""
    found: dict[str, Morsel[str]] = {}
    for line in answer.raw.headers.getlist("Set-Cookie"):
        found |= SimpleCookie(line)
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["/admin/login/", "/board/login/"])
def test_cookies_travel_by_tls_alone_and_no_script_reads_the_session(
    served: Served, door: str
) -> None:
    user = UserFactory(with_password=True, is_staff=True, is_superuser=True)
    page = ask(served, door)
    form = cookies_of(page)["csrftoken"]
    typed = {"username": user.username, "password": PASSWORD}
    entered = ask(
        served,
        door,
        "POST",
        data={**typed, "csrfmiddlewaretoken": form.value},
        headers={"Cookie": f"csrftoken={form.value}", "Origin": f"https://{HOST}"},
    )

    assert entered.status_code == 302, entered.text
    session = cookies_of(entered)["sessionid"]
    for cookie in (form, session):
        assert cookie["secure"] is True
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
    assert session["httponly"] is True
    assert "max-age=31536000" in entered.headers["Strict-Transport-Security"]


def test_without_tls_there_is_a_redirect_and_no_cookie(served: Served) -> None:
    answer = ask(served, "/admin/login/", headers={"X-Forwarded-Proto": "http"})
    assert answer.headers["Location"] == f"https://{HOST}/admin/login/"
    assert "Set-Cookie" not in answer.headers


def test_the_shipped_proxy_serves_no_files_by_itself() -> None:
    shipped = (Path(__file__).parents[2] / "deploy/nginx/doorstep.conf").read_text()
    said = [line.split("#")[0].split() for line in shipped.splitlines()]
    assert not {"root", "alias", "try_files", "autoindex"} & {line[0] for line in said if line}
