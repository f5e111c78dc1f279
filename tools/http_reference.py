"""The reference page of the HTTP interface, from the routes themselves."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from dayafter.web.app import make_routes
from dayafter.web.settings import Limits, Settings

_HEAD: Final = """<!-- Made by tools/http_reference.py from the routes; `make regenerate` writes it anew. -->

# The HTTP interface

`dayafter serve` answers programs under `/api/v1/` with JSON, in the words of the command line and of Python. The same
description is at `/openapi.json` while a server runs. Ids are those of the case as the audience of the server may see
it; what is withheld is answered like what is not there (404). Numbers carry unit and range. Texts are English; where
`lang` is among the parameters, `lang=ar` has them in Arabic, and what-ifs then isolate the numbers and names inside a
sentence by U+2066 and U+2069, so that they keep their order wherever it is shown.

| answer | when |
| --- | --- |
| 200, 201, 202 | done, saved, begun |
| 401 | the server wants a token: send `Authorization: Bearer …` |
| 403 | the role is *reader* and the thing is for an *editor*; or a page of another origin asked |
| 404 | there is no such thing for this audience |
| 413 | more than {body} bytes ({upload} for a workbook) |
| 421 | the host of the request is not one that the server answers for |
| 422 | the request cannot be met as put; `error` says why, `faults` and `issues` where |
| 429 | too many ensembles are at work or waiting; try again after `Retry-After` seconds |

An error is an object with the field `error`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    limits = Limits()
    app = make_routes(Settings(case="iraq-2016", workspace=Path("no-such-workspace"), warm=False))
    described = app.openapi()
    schemas = described.get("components", {}).get("schemas", {})
    parts = [_HEAD.format(body=f"{limits.body_bytes:,}", upload=f"{limits.upload_bytes:,}").rstrip()]
    for path, methods in described["paths"].items():
        for method, what in methods.items():
            if path.startswith("/api/"):
                parts += ["", *_operation(method.upper(), path, what, schemas)]
    parts += ["", *_shapes(described, schemas)]
    return "\n".join(parts) + "\n"


def _operation(method: str, path: str, what: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    lines = [f"## {what['summary']}", "", f"```text\n{method} {path}\n```", "", _one_line(what.get("description", ""))]
    rows = [
        (one["name"], one["in"], one["schema"], one.get("description") or one["schema"].get("description", ""),
         one.get("required", False))
        for one in what.get("parameters", [])
    ]  # fmt: skip
    if rows:
        lines += ["", *_table([(f"`{n}` in {at}", s, text, need) for n, at, s, text, need in rows], schemas)]
    for kind, content in what.get("requestBody", {}).get("content", {}).items():
        body = _resolved(content["schema"], schemas)
        lines += ["", f"Body, `{kind}`:", "", *_body(body, schemas)]
        for name, inner in _inner(body, schemas):
            lines += ["", f"Each of `{name}`:", "", *_body(inner, schemas)]
    return [*lines, "", *_answers(what)]


def _answers(what: dict[str, Any]) -> list[str]:
    """What comes back, by the names of its shapes."""
    lines = []
    for code, answer in what["responses"].items():
        if not code.startswith("2"):
            continue
        for content in answer.get("content", {}).values():
            said = " or ".join(_links(content.get("schema") or content["itemSchema"]["properties"]["data"]))
            lines.append(f"Answer, {code}: {said}.")
    return lines


def _names(schema: dict[str, Any]) -> list[tuple[str, bool]]:
    """Names of the shapes that a schema is one of, and whether it is a list of them."""
    found = []
    for one in schema.get("anyOf", [schema]):
        at = one.get("items", one.get("contentSchema", one)).get("$ref", "")
        if at:
            found.append((at.rsplit("/", 1)[-1], "items" in one))
    return found


def _links(schema: dict[str, Any]) -> list[str]:
    return [f"{'list of ' if many else ''}[{name}](#{name.lower()})" for name, many in _names(schema)]


def _shapes(described: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """Every shape of an answer, and what it holds, in the order in which they are met."""
    wanted: list[str] = []
    for path, methods in described["paths"].items():
        for what in methods.values() if path.startswith("/api/") else ():
            for code, answer in what["responses"].items():
                if code.startswith("2"):
                    for content in answer.get("content", {}).values():
                        schema = content.get("schema") or content["itemSchema"]["properties"]["data"]
                        wanted += [name for name, _ in _names(schema)]
    wanted.append("Refused")
    lines = ["## Shapes of answers", "", "Nothing is in an answer that its shape does not name.", ""]
    for name in _reached(wanted, schemas):
        shape = schemas[name]
        if shape.get("properties"):
            lines += [f"### {name}", "", _one_line(shape.get("description", "")), "", *_body(shape, schemas), ""]
    return lines[:-1]


def _reached(names: list[str], schemas: dict[str, Any]) -> list[str]:
    """Names and all that they hold, each once."""
    found: dict[str, None] = {}
    ahead = list(names)
    while ahead:
        name = ahead.pop(0)
        if name in found:
            continue
        found[name] = None
        text = json.dumps(schemas[name])
        ahead += re.findall(r"#/components/schemas/([\w.-]+)", text)
    return list(found)


def _body(body: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    needed = set(body.get("required", []))
    fields = body.get("properties", {}).items()
    return _table([(f"`{name}`", one, one.get("description", ""), name in needed) for name, one in fields], schemas)


def _inner(body: dict[str, Any], schemas: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Fields that are objects or lists of objects, with what those hold."""
    found = []
    for name, one in body.get("properties", {}).items():
        for part in (one.get("items", {}), *one.get("anyOf", [])):
            inner = _resolved(part, schemas)
            if inner.get("properties"):
                found.append((name, inner))
    return found


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _table(rows: list[tuple[str, dict[str, Any], str, bool]], schemas: dict[str, Any]) -> list[str]:
    lines = ["| Field | Holds | Needed | Meaning |", "| --- | --- | --- | --- |"]
    for name, schema, text, needed in rows:
        lines.append(f"| {name} | {_holds(schema, schemas)} | {'yes' if needed else ''} | {_one_line(text)} |")
    return lines


def _holds(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """What a field holds, in few words."""
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    first = _resolved(options[0], schemas) if options else {}
    if (
        options
        and "$ref" in options[0]
        and first.get("additionalProperties") is False
        and "Asked" not in options[0]["$ref"]
    ):
        return _links(options[0])[0]
    if "enum" in first:
        return ", ".join(f"`{one}`" for one in first["enum"])
    if first.get("type") == "array":
        return f"list of {_holds(first.get('items', {}), schemas)}"
    words = {"string": "text", "integer": "whole number", "number": "number", "object": "object, below"}
    return words.get(str(first.get("type", "")), "text")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")
