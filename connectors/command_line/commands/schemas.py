"""`schemas`: the descriptions of the interfaces, each whole in one document."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from connectors.command_line.terminal import AsJson

app = typer.Typer(help="Descriptions of the interfaces: topics, query API.", no_args_is_help=True)


@app.command("asyncapi")
def asyncapi(json: AsJson = False) -> None:
    """Print the AsyncAPI document of the topics, with the Avro schema of every event in it."""
    from schemas.asyncapi import asyncapi_document

    _print(asyncapi_document(), json)


@app.command("openapi")
def openapi(json: AsJson = False) -> None:
    """Print the OpenAPI document of the query API."""
    from projections.api.description import openapi_document

    _print(openapi_document(), json)


def _print(document: Mapping[str, object], as_json: bool) -> None:
    import json

    import yaml

    text = json.dumps(document) if as_json else yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    typer.echo(text)
