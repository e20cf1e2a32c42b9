"""Write the public schemas to files, or check that the committed ones are up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from strawberry.printer import print_schema

from graphql_schema.schema import schema


class Command(BaseCommand):
    """Clients read ``schema.graphql`` and ``openapi.yaml``; a change of either is a review."""

    help = "Write schema.graphql and openapi.yaml; with --check, fail when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; compare.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if silent := schema.undescribed():
            raise CommandError(
                f"{', '.join(silent)} must be described where they are defined, or in "
                "graphql_schema/wording.py."
            )
        stale = []
        for path, text in _exports():
            if options["check"]:
                if not path.exists() or path.read_text() != text:
                    stale.append(path.name)
            else:
                path.write_text(text)
                self.stdout.write(f"wrote {path.name}")
        if stale:
            raise CommandError(
                f"{' and '.join(stale)} differ from the code: run manage.py export_schemas."
            )


def _exports() -> Iterator[tuple[Path, str]]:
    """Yield each file with its text. Raises CommandError where operations are not understood."""
    yield settings.BASE_DIR / "schema.graphql", print_schema(schema) + "\n"
    openapi = SchemaGenerator().get_schema(request=None, public=True)
    if GENERATOR_STATS:  # it has said on stderr what it had to guess
        raise CommandError("The OpenAPI document would be wrong in places: see the warnings above.")
    rendered = OpenApiYamlRenderer().render(openapi, renderer_context={})
    yield settings.BASE_DIR / "openapi.yaml", rendered.decode()
