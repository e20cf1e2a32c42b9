"""The OpenAPI document at its address, and the page that draws it: nothing comes from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import yaml
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

DOCUMENT: Final = "/api/schema/"
PAGE: Final = "/api/docs/"
COMMITTED: Final = Path(settings.BASE_DIR, "openapi.yaml")


def test_the_document_is_the_committed_one(client: Client) -> None:
    answer = client.get(DOCUMENT)

    assert answer["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
    assert answer.content == COMMITTED.read_bytes()


def test_the_document_is_there_as_json_too(client: Client) -> None:
    answer = client.get(DOCUMENT, headers={"Accept": "application/json"})

    assert json.loads(answer.content) == yaml.load(COMMITTED.read_text(), Loader=yaml.CSafeLoader)


def test_who_has_the_document_is_told_so_without_it(client: Client) -> None:
    tag = client.get(DOCUMENT)["ETag"]

    assert client.get(DOCUMENT, headers={"If-None-Match": tag}).status_code == 304


def test_the_page_loads_from_this_server_alone(client: Client) -> None:
    answer = client.get(PAGE)

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    addresses = re.findall(r'(?:src|href)="([^"]+)"', answer.content.decode())
    assert addresses
    for address in set(addresses) - {DOCUMENT}:
        assert address.startswith(settings.STATIC_URL)
        assert finders.find(address.removeprefix(settings.STATIC_URL)), address
