"""Options against doing nothing: what may happen, how likely it is under each, what each costs whom."""

from __future__ import annotations

from dataclasses import dataclass

from dayafter.findings.records import Basis, Estimate, Statement


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that may happen, so that it can be checked afterwards: what, where, by when, in which channel."""

    key: str
    """Stable: outcome, places or deal as the audience may name them, threshold."""
    channel: str
    title: str
    """A head of a few words."""
    noun: str
    """Inside a sentence: `a fatal clash between armed blocs in Sinjar`."""
    rule: str
    """What counts, in full."""
    horizon_months: int
    is_harm: bool
    """Whether fewer is better: an end, a clash; not a deal in force."""
    rests: Basis | None = None
    """What its chances rest on, under every option."""


@dataclass(frozen=True, slots=True)
class Change:
    """A paired change against doing nothing, in parts of 1: same luck in both."""

    text: str
    """`−25 points (−35 to −15)`, `no clear change (−5, −15 to +5)`."""
    short: str
    """`−25 (−35 to −15)`, `no clear change`."""
    is_clear: bool
    """Whether its 90 % range leaves out zero."""
    mean: float
    p05: float
    p25: float
    p75: float
    p95: float

    @property
    def lowers(self) -> bool:
        """Whether it clearly lowers the chance."""
        return self.is_clear and self.mean < 0

    @property
    def raises(self) -> bool:
        """Whether it clearly raises the chance."""
        return self.is_clear and self.mean > 0


@dataclass(frozen=True, slots=True)
class EventMark:
    """An event under one option."""

    chance: Estimate
    change: Change | None
    """None for doing nothing itself."""
    if_signed: Change | None
    """The change where the deals of the plan are signed on their dates in every future; None where it dates none."""


@dataclass(frozen=True, slots=True)
class MeasureMark:
    """A count under one option: its median over the futures, and the paired change of its mean."""

    median: Estimate
    change: str
    """Empty for doing nothing."""
    is_clear: bool


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A count that is no chance: people, money."""

    name: str
    unit: str
    marks: tuple[MeasureMark, ...]
    """In the order of the options."""
    rests: Basis | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What an option asks of somebody."""

    who: str
    text: str
    is_gain: bool = False
    """Whether it says what a party gains and gives in the places touched; else money, presence, danger, a red line."""
    short: str = ""
    """For a cell of a matrix: `USD 39 million`, `stays to March 2017`, `−8 red line`, `+4 to +10`."""
    is_party: bool = False
    """Whether it is a cost to a party of a deal, in points of 100 of what it cares about."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One policy: what is done, what it changes, what it costs, what to fall back on."""

    letter: str
    """`A`, `B`, …; empty for doing nothing."""
    key: str
    """Its id as the audience may see it."""
    name: str
    text: str
    steps: tuple[str, ...]
    n_withheld_steps: int
    marks: tuple[EventMark, ...]
    """In the order of the events."""
    costs: tuple[Cost, ...]
    fallback: str
    """The least bad way if it cannot be had, as a sentence."""
    fallback_short: str
    """The same for a cell of a matrix: `E: −4 (−12 to −2)`."""
    on_first_page: bool
    rank: int = 0
    """Its place among the options of the first page, the one that helps most at 0."""

    @property
    def is_nothing(self) -> bool:
        """Whether it is doing nothing more."""
        return not self.letter


@dataclass(frozen=True, slots=True)
class Options:
    """Every option of a run, doing nothing first."""

    horizon_months: int
    horizon: str
    """`12 months`."""
    events: tuple[EventView, ...]
    """Those of the first page first."""
    n_first_page: int
    """How many events stand on the first page."""
    options: tuple[OptionView, ...]
    measures: tuple[MeasureView, ...]
    parties: tuple[Cost, ...]
    """What each party that must agree gains and gives most on, or which red line stands in the way, in all places that
    an option touches."""
    title: str
    """The finding."""
    bottom_line: tuple[Statement, ...]
    facts: tuple[Statement, ...]
    basis: Basis
    """Of the events of the first page together."""
    seed: int
    n_members: int
    n_draws: int
    n_gone_wrong: int
    """Members that went wrong under doing nothing; they are left out."""
    version: str
    run_hash: str

    @property
    def nothing(self) -> OptionView:
        """Doing nothing more."""
        return self.options[0]

    @property
    def first_page(self) -> tuple[OptionView, ...]:
        """Doing nothing and the options of the first page."""
        return tuple(option for option in self.options if option.is_nothing or option.on_first_page)
