"""How the documentation is built: `make docs`. Warnings are errors, so a link that leads nowhere fails the build."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

_PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = _PROJECT["name"]
version = release = _PROJECT["version"]
copyright = "2026, The dayafter developers"
language = "en_GB"

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build"]

myst_enable_extensions = ["deflist", "colon_fence", "dollarmath", "amsmath"]
myst_heading_anchors = 4

autosummary_generate = False  # numpydoc brings autosummary along; no page is made from it
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
# The units and shapes in our "Parameters" sections are sentences, not types to link.
nitpick_ignore_regex = [
    # Type names of other projects, whose documentation is not linked: the build works without a network.
    (
        r"py:.*",
        r"(numpy|np|pydantic|pydantic_core|annotated_types|polars|pl|os|pathlib|datetime|dt|collections|typing|enum)\..*",
    ),
    # Results have a page of their own, made from their declarations.
    (r"py:.*", r"(dayafter\.results\.result\.)?SimulationResult"),
    # Records inside records: the page of Python stops at what its functions give back.
    (
        r"py:.*",
        (
            r"dayafter\.(settlement\.records\.ScopeReport|settlement\.predictions\.spatial\.SpatialRun"
            r"|studying\.records\.StudiedPackage|priors\.tables\.Prior|scoring\.compare\.Difference|scoring\.report\.Skill)"
        ),
    ),
    (r"py:.*", r"(NDArray|BaseModel|Path|Mapping|Sequence|Iterator|Iterable|Callable|StrEnum|Floats|Ints|Bools)"),
]

html_theme = "furo"
html_title = f"dayafter {version}"
html_copy_source = False
html_show_sphinx = False


_CODE = re.compile(r"(?<![`:\w])`([^`]+)`(?!`)(\w?)")


def _readable(line: str) -> str:
    """Code in double backticks; a lone asterisk, as in `(m, *axes)`, is no emphasis."""
    line = _CODE.sub(lambda found: f"``{found[1]}``" + (f"\\ {found[2]}" if found[2] else ""), line)
    return line.replace("*", "\\*") if line.count("*") % 2 and "``" not in line else line


def _code_as_code(_app: Any, _what: str, _name: str, _thing: Any, _options: Any, lines: list[str]) -> None:
    """Docstrings mark code as Markdown does, with single backticks; here they are read as reStructuredText."""
    lines[:] = [_readable(line) for line in lines]


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", _code_as_code)
