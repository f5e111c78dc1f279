"""The examples worked by hand in the docs give what the docs say."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "why" / "settlement.md"


def test_every_block_of_code_on_the_page_runs_and_its_assertions_hold() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 7
    assert all("assert" in block for block in blocks)
    exec(compile("\n".join(blocks), str(PAGE), "exec"), {})  # the page's own text, in this repository
