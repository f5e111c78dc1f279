"""The worked cases that come with the package, and finding a case by name or path."""

from __future__ import annotations

from importlib.resources import files
from os import PathLike, fspath
from pathlib import Path

from dayafter.errors import UsageError


def _home() -> Path:
    return Path(str(files("dayafter"))) / "cases"


def bundled_cases() -> tuple[str, ...]:
    """Names of the cases that come with the package, in the order of the alphabet."""
    home = _home()
    if not home.is_dir():
        return ()
    return tuple(sorted(folder.name for folder in home.iterdir() if (folder / "case.yaml").is_file()))


def find_case(name_or_path: str | PathLike[str]) -> Path:
    """Return where a case is: a folder or file that exists, else a bundled case of that name.

    Raises
    ------
    UsageError : there is neither; the message names the nearest bundled case.
    """
    text = fspath(name_or_path)
    path = Path(text)
    if text and path.exists():
        return path
    names = bundled_cases()
    if text in names:
        return _home() / text
    from dayafter.casefile.didyoumean import closest, or_one_of  # noqa: PLC0415  # only a fault pays for it

    guess = closest(text, names)
    hint = f"did you mean {guess}?" if guess else f"the bundled cases are {or_one_of(names)}"
    raise UsageError(f"there is no file, folder or bundled case '{text}'; {hint}")
