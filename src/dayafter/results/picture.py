"""A drawing that a notebook shows as it is."""

from __future__ import annotations

from os import PathLike
from pathlib import Path


class Picture(str):
    """A drawing as SVG text: a notebook shows the drawing, and everything that takes text takes it as text."""

    __slots__ = ()

    @property
    def svg(self) -> str:
        """The whole drawing as SVG text."""
        return "".join(self)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to a file; returns the path."""
        target = Path(path)
        target.write_text(self, encoding="utf-8", newline="\n")
        return target

    def __repr__(self) -> str:
        return f"<Picture, {len(self)} characters of SVG>"

    def _repr_svg_(self) -> str:
        return self.svg
