"""A path over time as a picture: a fan for each policy on one scale, and below it the strip of paired differences.

SVG text made by matplotlib's figures without its state machine; text stays text, equal data give equal bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from dayafter.results.naming import Say, plainly

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK: Final = "#1c1e22"
MUTED: Final = "#555a62"
RULE: Final = "#c9c7c1"
ACCENT: Final = "#86286a"
TINT: Final = "#ecdbe6"
MIDDLE: Final = "#c9a0bd"
"""Of the middle half; darker than the tint in grey print too."""
_TEXT: Final = re.compile(r"(<text [^>]*>)([^<]*)</text>")
_RIGHT: Final = re.compile("[\u0590-\u08ff]")
"""Hebrew, Arabic, Syriac: letters stay text, and whoever shows the picture joins them."""
_WIDTH: Final = 7.2
"""Inches; text is at 9 points."""
_PANEL: Final = 2.5
_ROW: Final = 0.38
_LINE: Final = 0.18
_STYLE: Final[Any] = {
    "svg.hashsalt": "dayafter",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}


@dataclass(frozen=True, slots=True)
class Fan:
    """One policy's futures, month by month."""

    name: str
    months: Sequence[int]
    q05: Sequence[float]
    q25: Sequence[float]
    q50: Sequence[float]
    q75: Sequence[float]
    q95: Sequence[float]


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference at the end: its mean and the range that holds nine in ten parameter draws."""

    name: str
    mean: float
    low: float | None
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the range leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


FUTURES: Final = "line: median; bands: 50 and 90 in 100 futures"
CHANCE: Final = "line: chance; band: 90 in 100 parameter draws"
"""What a fan shows of an outcome that is either so or not."""


_AGAINST: Final = "difference to “{against}” at the end, {unit}"
_READING: Final = "dot: mean; line: 90 in 100 parameter draws; same luck in both"


def fan_chart(
    fans: Sequence[Fan],
    differences: Sequence[Difference],
    *,
    title: str,
    unit: str,
    against: str,
    reading: str = FUTURES,
    say: Say = plainly,
) -> str:
    """Draw a panel for each policy, on one scale, and the strip of differences where there are any.

    Parameters
    ----------
    title : the outcome, and where. unit : of the vertical axis. against : the policy that differences are to.
    reading : what line and bands are. say : speaks the language that title and unit are in.

    Returns
    -------
    An SVG text without a declaration, with a title for those who cannot see it.
    """
    import matplotlib as mpl  # noqa: PLC0415  # heavy, and only a picture needs it
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    names = [fill(fan.name, 66 // len(fans)) for fan in fans]
    top = _PANEL + _LINE * (2 + max(name.count("\n") for name in names))
    strip = _LINE * 4 + _ROW * len(differences) if differences else 0.0
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, top + strip), layout="constrained")
        FigureCanvasSVG(figure)
        heights = [top, strip] if differences else [top]
        parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
        upper = parts[0]
        upper.suptitle(f"{title}\n", x=0.01, ha="left", fontsize=11, fontweight="bold")
        upper.text(
            0.01,
            1 - 1.75 * _LINE / top,
            say("{unit}; {reading}", unit=unit, reading=say(reading)),
            fontsize=8,
            color=MUTED,
            va="center",
        )
        panels = upper.subplots(1, len(fans), sharey=True, squeeze=False)[0]
        ceiling = max(max(fan.q95) for fan in fans)
        floor = min(0.0, *(min(fan.q05) for fan in fans))
        for axes, fan, name in zip(panels, fans, names, strict=True):
            _draw_fan(axes, fan, name, say)
            axes.set_ylim(floor, ceiling + 0.05 * (ceiling - floor) or 1.0)
        if differences:
            _draw_strip(parts[1].subplots(), differences, say(_AGAINST, against=against, unit=unit), say(_READING))
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return _accessible(stream.getvalue(), f"{title} ({unit})")


def _bare(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def _draw_fan(axes: Axes, fan: Fan, name: str, say: Say) -> None:
    """Nine in ten and half of the futures as bands, the median as a line."""
    axes.fill_between(fan.months, fan.q05, fan.q95, color=TINT, linewidth=0)
    axes.fill_between(fan.months, fan.q25, fan.q75, color=MIDDLE, linewidth=0)
    axes.plot(fan.months, fan.q50, color=INK, linewidth=1.6)
    axes.set_title(name, loc="left", fontsize=9)
    axes.set_xlabel(say("month"))
    axes.grid(axis="y", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0)
    axes.set_xticks(_months(fan.months))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}".replace(",", "\u202f"))
    _bare(axes)


def _months(months: Sequence[int]) -> list[int]:
    """Months to mark: the first, the last, and each half year or year between."""
    first, last = min(months), max(months)
    step = 6 if last - first <= 24 else 12
    return sorted({first, *range(step, last - step // 3, step), last})


def _draw_strip(axes: Axes, differences: Sequence[Difference], what: str, reading: str) -> None:
    """A dot and its range for each policy around a black line at zero; filled where the range leaves out zero."""
    axes.axvline(0, color="black", linewidth=1)
    for row, one in enumerate(reversed(differences)):
        colour = ACCENT if one.is_clear else INK
        if one.low is not None and one.high is not None:
            axes.plot([one.low, one.high], [row, row], color=colour, linewidth=1.2)
        axes.plot(
            [one.mean], [row], "o", color=colour, markersize=6, markerfacecolor=colour if one.is_clear else "white"
        )
    axes.set_yticks(range(len(differences)), [fill(one.name, 30) for one in reversed(differences)])
    axes.set_ylim(-0.6, len(differences) - 0.4)
    axes.set_xlabel(f"{what}\n{reading}", fontsize=8)
    axes.xaxis.set_major_formatter(_signed)
    _bare(axes)


def _signed(value: float, _: object) -> str:
    return "0" if not value else f"{value:+,.6g}".replace(",", "\u202f").replace("-", "−")


def _accessible(text: str, title: str) -> str:
    """The element alone, with its role and its title."""
    body = text[text.index("<svg ") :]
    head, _, rest = body.partition(">")
    said = escape(title, quote=True)
    rest = _TEXT.sub(_from_the_right, rest)
    return f'{head} role="img" direction="ltr" aria-label="{said}">\n <title>{escape(title)}</title>{rest}'


def _from_the_right(found: re.Match[str]) -> str:
    """A text that runs from the right as one isolated run, so that its numbers and brackets keep their place in it."""
    text = found.group(2)
    return f"{found.group(1)}\u2067{text}\u2069</text>" if _RIGHT.search(text) else found.group()


__all__ = ["Difference", "Fan", "fan_chart"]
