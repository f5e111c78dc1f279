"""The case format as JSON Schema, made from the models, for editors and other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from dayafter.casefile.build import metadata_of
from dayafter.casefile.cells import Ref, Unit
from dayafter.casefile.meanings import meaning_of
from dayafter.casefile.schema import FORMAT_VERSION, TABLES, CaseFile, CaseInfo

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def case_json_schema() -> dict[str, Any]:
    """Return the schema of a whole case as JSON: an object with `info` and a list of rows a table.

    Besides the standard's keywords it says, a field, `x-unit` (the unit of a number), `x-refers-to` (the tables whose
    ids it takes), and, a table, `x-key` (the fields that together name a row).
    """
    schema = CaseFile.model_json_schema(mode="serialization")
    definitions: dict[str, Any] = schema["$defs"]
    models: tuple[type[BaseModel], ...] = (CaseInfo, *TABLES.values())
    for model in models:
        body = definitions[model.__name__]
        _say_meanings(model, body["properties"])
        for name, properties in body["properties"].items():
            for mark in metadata_of(model, name):
                if isinstance(mark, Unit):
                    properties["x-unit"] = mark.unit
                elif isinstance(mark, Ref):
                    properties["x-refers-to"] = list(mark.tables)
        # What a person may leave out is not needed; pydantic calls every field with a default needed once written.
        body["required"] = [name for name, field in model.model_fields.items() if field.is_required()]
    for model in TABLES.values():
        definitions[model.__name__]["x-key"] = list(model.KEY)
    _say_meanings(CaseFile, schema["properties"])
    schema["required"] = ["info"]
    schema.pop("title", None)
    return {
        "$schema": DIALECT,
        "$id": f"urn:dayafter:case:{FORMAT_VERSION}",
        "title": f"A case of dayafter, format version {FORMAT_VERSION}",
        **schema,
    }


def _say_meanings(model: type[BaseModel], properties: dict[str, dict[str, Any]]) -> None:
    """Say of each field what it means, with the keywords in their order."""
    for name, keywords in properties.items():
        if meaning := meaning_of(model, name):
            properties[name] = dict(sorted({**keywords, "description": meaning}.items()))


def write_json_schema(path: Path) -> None:
    """Write the schema to a file, the same bytes each time."""
    text = json.dumps(case_json_schema(), ensure_ascii=False, indent=2) + "\n"
    Path(path).write_text(text, encoding="utf-8", newline="\n")
