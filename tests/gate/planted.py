"""An app with a table and migrations after it, written into a directory for one test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent
from typing import Final

from tests.common.processes import ROOT

SETTINGS: Final = """
from backend.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "planted"]
"""
FIRST: Final = """
        migrations.CreateModel("Thing", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=20, null=True)),
            ("size", models.IntegerField(null=True)),
            ("owner", models.ForeignKey("self", models.CASCADE, null=True)),
        ]),
        migrations.AddIndex("Thing", models.Index(fields=["size"], name="planted_size")),
"""
MIGRATION: Final = """
from django.db import migrations, models
from apps.common.online import AddCheckOnline, AddIndexOnline, RemoveIndexOnline, ValidateCheck

class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = [{after}]
    operations = [{operations}
    ]
"""


def plant(room: Path, later: Mapping[str, str], *, not_atomic: frozenset[str]) -> dict[str, str]:
    """Write the app with the migrations ``later`` (name: operations), in their order.

    Returns what the environment of a process must say to have it installed.
    """
    directory = room / "planted" / "migrations"
    directory.mkdir(parents=True)
    for package in (directory, directory.parent):
        (package / "__init__.py").touch()
    (room / "planted_settings.py").write_text(SETTINGS)
    after = ""
    for name, operations in {"0001_initial": FIRST, **later}.items():
        text = MIGRATION.format(
            after=after, operations=indent(operations, "    "), atomic=name not in not_atomic
        )
        (directory / f"{name}.py").write_text(text)
        after = f'("planted", "{name}")'
    return {"DJANGO_SETTINGS_MODULE": "planted_settings", "PYTHONPATH": f"{room}:{ROOT}"}
