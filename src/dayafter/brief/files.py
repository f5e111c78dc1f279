"""A brief as a file, by the ending of its name: HTML, PDF, Word or Markdown; nothing where the gate refuses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from dayafter.errors import UsageError
from dayafter.findings.records import Findings

if TYPE_CHECKING:
    from dayafter.redaction import Gate

ENDINGS: Final = (".html", ".docx", ".pdf", ".md")


def write_brief(findings: Findings, gate: Gate, path: Path | str, *, only_ledger: bool = False) -> Path:
    """Write the brief, in the language of the findings. Returns the path.

    Parameters
    ----------
    path : ends in .html, .pdf (needs an installed Chromium, Chrome or Edge), .docx or .md; its folder is made.
    only_ledger : the ledger alone, as one page; .html and .pdf only.

    Raises
    ------
    UsageError : another ending; no browser to make a PDF with.
    RedactionError : the text holds what its audience must not see.
    """
    target = Path(path)
    ending = check_ending(target, only_ledger=only_ledger)
    data = _made(findings, gate, ending, only_ledger=only_ledger)
    if target.parent != Path():
        target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def check_target(path: Path, *, only_ledger: bool = False) -> None:
    """UsageError where a brief cannot be written to a path: before anything is worked out for it."""
    check_ending(path, only_ledger=only_ledger)
    above = next(one for one in path.absolute().parents if one.exists())
    if not above.is_dir():
        raise UsageError(f"{path} cannot be written: {above} is no folder; choose another place")
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it, such as {path / 'brief.html'}")


def check_ending(path: Path, *, only_ledger: bool = False) -> str:
    """The ending of a file that a brief can be written to. UsageError where there is no such form."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{path.name} ends in '{path.suffix}'; a brief ends in one of {', '.join(ENDINGS)}")
    if only_ledger and ending not in {".html", ".pdf"}:
        raise UsageError(f"the ledger alone is a page to print; write it to .html or .pdf, not to {ending}")
    return ending


def _made(findings: Findings, gate: Gate, ending: str, *, only_ledger: bool) -> bytes:
    from dayafter.brief.render import render_brief  # noqa: PLC0415  # each form brings its own libraries

    if ending == ".md":
        from dayafter.brief.markdown import render_markdown  # noqa: PLC0415

        return render_markdown(findings, gate).encode()
    if ending == ".docx":
        from dayafter.brief.word import render_word  # noqa: PLC0415

        return render_word(findings, gate)
    page = render_brief(findings, gate, only_ledger=only_ledger).encode()
    if ending == ".html":
        return page
    from dayafter.brief.pdf import print_page  # noqa: PLC0415

    return print_page(page)
