"""What a case file holds: one row model a table, in the order in which a person would fill them in.

Longer than most modules because it is the one list of tables: a reader finds every field of the format here, and
the JSON Schema, the workbook, the templates and the reference pages are all made from it.

A list inside a cell is separated by semicolons. An empty cell means *no account*: it becomes None or an empty
tuple, never a number. Every row may carry the columns of `Row`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field

from dayafter.casefile.cells import (
    ActorRef,
    ActorRefs,
    Citations,
    CommunityRef,
    CommunityRefs,
    Count,
    Date,
    DealRef,
    Events,
    Levels,
    Money,
    Number,
    Persons,
    PlaceRef,
    PlaceRefs,
    Questions,
    RatePerMonth,
    Ref,
    Scale,
    Share,
    Slug,
    Text,
)
from dayafter.vocabulary import (
    Action,
    ActorKind,
    ActorStatus,
    AidKind,
    Audience,
    ClaimKind,
    CommunityKind,
    ConditionKind,
    Confidence,
    ContactKind,
    DealForm,
    DealStatus,
    Direction,
    DisputeStatus,
    EndedBy,
    EngagementRole,
    IncidentKind,
    Indicator,
    LedgerState,
    NameKind,
    PlaceKind,
    PlaceScope,
    PresenceRole,
    Question,
    RelationKind,
    SeenAs,
    Sensitivity,
    ShockKind,
    SourceKind,
    Trend,
    ViolenceClass,
    YesNo,
)

FORMAT_VERSION: Final = 1


class FileModel(BaseModel):
    """Strict, frozen, documented by its attributes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Row(FileModel):
    """A row of a table, and what every row may say about itself."""

    KEY: ClassVar[tuple[str, ...]] = ("id",)
    """The fields that together name a row; no two rows of a table share them."""
    DEFAULT_SENSITIVITY: ClassVar[Sensitivity] = Sensitivity.LOW

    source: Citations = ()
    """Who says so, and where: `source-id [spot]`, several separated by semicolons."""
    confidence: Confidence | None = None
    """How sure the coder is that the row is true of the world."""
    sensitivity: Sensitivity | None = None
    """What harm could follow if the row became known. Where empty, the table's default."""
    note: Text = ""
    coded_by: Text = ""
    """Who coded the row. Where empty, the coder of the case."""
    checked_on: Date | None = None
    """When the row was last checked. Where empty, the case's as-of date."""

    @property
    def key(self) -> str:
        """The row's name within its table: its key fields, joined by `/`; what `accounts.row` refers to."""
        return "/".join("" if (v := getattr(self, name)) is None else str(v) for name in self.KEY)

    @property
    def handled_as(self) -> Sensitivity:
        """The stated sensitivity, else the table's default."""
        return self.sensitivity or self.DEFAULT_SENSITIVITY


class Source(Row):
    """A text, data set or person that facts come from; or an assumption of the case."""

    id: Slug
    title: Text
    author: Text = ""
    publisher: Text = ""
    kind: SourceKind
    published_on: Date | None = None
    grade: Annotated[str, Field(pattern=r"^([A-F][1-6])?$")] = ""
    """Reliability of the source, A best to F, and credibility of what it says, 1 best to 6: the Admiralty code."""
    licence: Text = ""
    attribution: Text = ""
    """The words that the licence asks for."""
    side: ActorRef | None = None
    """The actor whose account it is, if it takes a side."""
    url: Text = ""


class Place(Row):
    """A place: contested, national, or there for context."""

    id: Slug
    name: Text
    kind: PlaceKind
    scope: PlaceScope = PlaceScope.CONTEXT
    parent: PlaceRef | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Degrees north, WGS 84."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Degrees east, WGS 84."""
    geometry: Text = ""
    """A GeoJSON file inside the case folder, with one feature whose `id` is this place's id."""
    population_before: Persons | None = None
    """Inhabitants before the war."""
    destroyed_share: Share | None = None
    """Share of dwellings destroyed or uninhabitable."""
    freed_on: Date | None = None
    freed_by: ActorRefs = ()
    dispute: DisputeStatus | None = None
    n_armed_actors: Count | None = None
    """Armed actors that operate there, counted by a source; else the presence table counts them."""


class PlaceCode(Row):
    """The code of a place in one scheme, such as p-codes or a data set's ids."""

    KEY = ("place", "scheme")

    place: PlaceRef
    scheme: Slug
    code: Text


class Name(Row):
    """A name in some language, or the statement that none was found."""

    KEY = ("entity", "language", "kind", "name")

    entity: Annotated[Slug, Ref("places", "communities", "actors", "brokers")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
    """BCP 47 tag: en, ar, ckb (Sorani), kmr-Latn (Kurmanji), tr."""
    kind: NameKind = NameKind.ALIAS
    name: Text = ""


class Community(Row):
    """People who see themselves, or are seen, as one."""

    id: Slug
    name: Text
    kind: CommunityKind
    parent: CommunityRef | None = None


class Population(Row):
    """A community in a place: before the war, now, away, and in office."""

    KEY = ("place", "community")

    place: PlaceRef
    community: CommunityRef
    before_share: Share | None = None
    """Share of the place's inhabitants before the war."""
    present: Persons | None = None
    """Persons there now."""
    displaced: Persons | None = None
    """Persons from there who live elsewhere and have not come back."""
    returned: Persons | None = None
    """Persons who came back since the place was freed; part of `present`."""
    left: Persons | None = None
    """Persons who left the country for good."""
    represented: Scale | None = None
    """Share of the community's fair part in local offices, weighed by their power; 1 is a fair part or more."""


class Actor(Row):
    """Anybody who can hold, claim, sign, pay or break."""

    id: Slug
    name: Text
    kind: ActorKind
    parent: ActorRef | None = None
    """The umbrella, party or government to which it belongs."""
    command: Scale | None = None
    """How far the parent's signature binds this actor: 0 not at all, 1 wholly."""
    armed: YesNo | None = None
    status: ActorStatus = ActorStatus.ACTIVE
    seat: PlaceRef | None = None
    constituency: CommunityRefs = ()
    """The communities that it speaks for or draws its people from."""
    strength: Persons | None = None
    """Persons under arms."""


class Loyalty(Row):
    """How far an actor answers to a patron. Rows of one actor need not sum to 1: loyalty is dual and moves."""

    KEY = ("actor", "patron")

    actor: ActorRef
    patron: ActorRef
    loyalty: Scale
    trend: Trend | None = None


class Presence(Row):
    """An actor in a place."""

    KEY = ("place", "actor", "role")

    place: PlaceRef
    actor: ActorRef
    role: PresenceRole
    strength: Share | None = None
    """Share of the armed men of claimant forces in the place. Empty for unarmed actors and for remnants."""
    since: Date | None = None
    until: Date | None = None


class Claim(Row):
    """What an actor claims in a place, and how strongly."""

    KEY = ("place", "actor", "kind")

    place: PlaceRef
    actor: ActorRef
    kind: ClaimKind
    strength: Scale | None = None
    trend: Trend | None = None
    basis: Text = ""


class Relation(Row):
    """How one actor stands to another, in a place or everywhere."""

    KEY = ("actor", "other", "kind", "place")

    actor: ActorRef
    other: ActorRef
    kind: RelationKind
    place: PlaceRef | None = None
    strength: Scale | None = None
    since: Date | None = None
    until: Date | None = None


class Perception(Row):
    """How a community sees another, or an actor. It has a direction: the other side is another row."""

    KEY = ("place", "community", "toward")

    place: PlaceRef
    community: CommunityRef
    toward: Annotated[Slug, Ref("communities", "actors")]
    distrust: Scale | None = None
    seen_as: SeenAs | None = None
    since: Date | None = None


class CaseIssue(Row):
    """A matter on which parties take positions, on a scale from 0 to 1."""

    id: Slug
    question: Question
    title: Text
    scope: PlaceScope = PlaceScope.CONTESTED
    """Asked in each contested place, or at national level."""
    low_end: Text = ""
    """What position 0 means."""
    high_end: Text = ""
    """What position 1 means."""


class Option(Row):
    """One settlement of an issue; the options of an issue are ordered by position."""

    KEY = ("issue", "id")

    issue: Annotated[Slug, Ref("issues")]
    id: Slug
    position: Annotated[float, Field(ge=0, le=1)]
    label: Text


class Position(Row):
    """What an actor wants on an issue in a place, how much it cares, and what it cannot accept."""

    KEY = ("place", "actor", "issue")

    place: PlaceRef
    actor: ActorRef
    issue: Annotated[Slug, Ref("issues")]
    ideal: Scale
    salience: Scale | None = None
    """How much the issue matters to it."""
    capability: Scale | None = None
    """What it can bring to bear there, 1 for the strongest."""
    red_line_below: Scale | None = None
    """It cannot accept a settlement below this position."""
    red_line_above: Scale | None = None
    """It cannot accept a settlement above this position."""
    reason: Text = ""
    """One line: why the coder thinks so."""


class Deal(Row):
    """An agreement, kept or broken, or one that is needed and missing."""

    id: Slug
    name: Text
    status: DealStatus
    places: PlaceRefs = ()
    parties: ActorRefs = ()
    """Who agreed. Empty for a missing deal."""
    needed: ActorRefs = ()
    """Whose agreement it would need to hold, the parties included."""
    communities: CommunityRefs = ()
    """Communities that are themselves party to it."""
    needed_communities: CommunityRefs = ()
    """Communities without whose assent it would not hold."""
    levels: Levels = ()
    """Where it is held: local, national or both."""
    form: DealForm | None = None
    written: YesNo | None = None
    public_text: YesNo | None = None
    commission: YesNo | None = None
    """Whether a joint or monitoring commission exists."""
    local_assent: Scale | None = None
    """How far the people of the place agree to it."""
    kept_share: Share | None = None
    """Share of the terms due so far that were fulfilled."""
    agreed_on: Date | None = None
    ended_on: Date | None = None
    ended_by: EndedBy | None = None
    imposed: YesNo | None = None
    """Whether an outsider wrote it without the assent of a party that it binds."""


class Term(Row):
    """One term of a deal: what it settles, where, and to whose benefit."""

    KEY = ("deal", "id")

    deal: DealRef
    id: Slug
    question: Question
    place: PlaceRef | None = None
    gives: ActorRef | None = None
    """The actor that the term gives control, office or money to."""
    issue: Annotated[Slug, Ref("issues")] | None = None
    position: Scale | None = None
    """Where on the issue's scale the term settles it."""
    text: Text = ""


class Engagement(Row):
    """A third party at work: on a deal, in a place, or in the country."""

    id: Slug
    actor: ActorRef
    role: EngagementRole
    deal: DealRef | None = None
    place: PlaceRef | None = None
    beneficiary: ActorRef | None = None
    """Whom it sponsors or arms, if anyone."""
    levels: Levels = ()
    since: Date | None = None
    until: Date | None = None
    sustained: YesNo | None = None
    """Whether it is present throughout, not for visits."""
    armed: YesNo | None = None


class Acceptance(Row):
    """How far one side accepts a third party, or assents to a deal."""

    KEY = ("of", "side")

    of: Annotated[Slug, Ref("engagements", "deals")]
    side: Annotated[Slug, Ref("actors", "communities")]
    acceptance: Scale


class Broker(Row):
    """A person, or a few, willing to deal across the line. Names are handled as high unless stated otherwise."""

    DEFAULT_SENSITIVITY = Sensitivity.HIGH

    id: Slug
    name: Text
    role: Text = ""
    """Office or title. Withheld with the name: an office can name its holder."""
    place: PlaceRef | None = None
    community: CommunityRef | None = None
    affiliation: ActorRef | None = None
    leads: ActorRef | None = None
    """The actor that this person leads; a leader of armed men is not neutral."""
    group: YesNo | None = None
    """Whether this is several people not named one by one."""
    risk: Scale | None = None
    """Risk to the person from being known as a go-between."""


class Contact(Row):
    """A tie: who talks to whom, or is bound to whom."""

    DEFAULT_SENSITIVITY = Sensitivity.MODERATE
    KEY = ("who", "whom", "kind", "place")

    who: Annotated[Slug, Ref("brokers", "actors")]
    whom: Annotated[Slug, Ref("actors", "brokers")]
    kind: ContactKind
    place: PlaceRef | None = None
    """What place the tie is about."""
    questions: Questions = ()
    """Which of the open questions the talks are about, if known."""
    strength: Scale | None = None
    since: Date | None = None
    until: Date | None = None


class Aid(Row):
    """Money promised or paid."""

    id: Slug
    name: Text
    donor: ActorRef
    recipient: ActorRef | None = None
    kind: AidKind
    amount: Money | None = None
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    """ISO 4217; where empty, the currency of the case."""
    announced_on: Date | None = None
    announced_by: ActorRef | None = None
    purpose: Text = ""
    places: PlaceRefs = ()
    distributor: ActorRef | None = None
    """Who hands it out. Empty: not stated."""
    rules: Text = ""
    """Under what guidelines. Empty: not stated."""
    withholding_credibility: Scale | None = None
    """How credible it is that the donor withholds if conditions fail."""
    fungibility: Scale | None = None
    """How far the recipient can replace it with other money."""


class Tranche(Row):
    """A part of an aid pledge, with its condition."""

    KEY = ("aid", "number")

    aid: Annotated[Slug, Ref("aid")]
    number: Annotated[int, Field(ge=1, le=1000)]
    share: Share | None = None
    """Share of the whole amount."""
    due_on: Date | None = None
    condition: ConditionKind
    condition_text: Text = ""
    released: YesNo | None = None


class Incident(Row):
    """Something that happened, or a month's count of such things."""

    id: Slug
    place: PlaceRef
    date: Date
    kind: IncidentKind
    violence_class: ViolenceClass | None = None
    """By who fought whom; empty where nobody fought."""
    side_a: ActorRefs = ()
    side_b: ActorRefs = ()
    against: CommunityRefs = ()
    """Communities that were attacked or driven out."""
    n_events: Events | None = None
    killed: Persons | None = None


class Observation(Row):
    """A fact that no other table has a field for: a direction, an anecdote, a level."""

    id: Slug
    indicator: Indicator
    place: PlaceRef | None = None
    community: CommunityRef | None = None
    actor: ActorRef | None = None
    toward: ActorRef | None = None
    direction: Direction | None = None
    value: Number | None = None
    unit: Text = ""
    date: Date | None = None
    text: Text = ""


class Shock(Row):
    """An event from above that hits many places at once."""

    id: Slug
    name: Text
    kind: ShockKind
    date: Date | None = None
    """When it is due. Empty where only a rate is known."""
    rate_per_month: RatePerMonth | None = None
    actors: ActorRefs = ()
    """The dyad or actors whose relation it strains."""
    places: PlaceRefs = ()
    """The places that it hits. Empty: all."""
    text: Text = ""


class Policy(Row):
    """A plan to compare with others; its steps are interventions. A policy without steps is doing nothing more."""

    id: Slug
    name: Text
    text: Text = ""


class Intervention(Row):
    """One dated step of a policy."""

    KEY = ("policy", "step")

    policy: Annotated[Slug, Ref("policies")]
    step: Annotated[int, Field(ge=1, le=1000)]
    action: Action
    date: Date
    until: Date | None = None
    deal: DealRef | None = None
    place: PlaceRef | None = None
    actor: ActorRef | None = None
    community: CommunityRef | None = None
    broker: Annotated[Slug, Ref("brokers")] | None = None
    aid: Annotated[Slug, Ref("aid")] | None = None
    form: DealForm | None = None
    levels: Levels = ()
    condition: ConditionKind | None = None


class LedgerEntry(Row):
    """Where a question stands in a place, as a coder reads the sources. Where none is written, a rule derives it."""

    KEY = ("place", "question")

    place: PlaceRef
    question: Question
    state: LedgerState
    talks: YesNo | None = None
    """Whether talks on it are under way."""
    deal: DealRef | None = None
    rule: Text = ""
    """Why this state: the reading rule that the coder applied."""
    summary: Annotated[Text, Field(max_length=80)] = ""
    """At most eight words."""


class Account(Row):
    """What one source says about a field on which sources differ. The value in the table itself is the one used."""

    KEY = ("table", "row", "field", "source")

    table: Text
    row: Text
    """The row's key; composite keys are joined by `/`."""
    field: Text
    value: Text
    said_by: Annotated[Slug, Ref("actors", "communities")] | None = None
    used: YesNo | None = None
    """Yes where this is the account that the table follows."""

    @property
    def key(self) -> str:
        """Table, row, field and who says so."""
        return "/".join((self.table, self.row, self.field, "; ".join(map(str, self.source))))


class CaseInfo(FileModel):
    """The head of a case: `case.yaml`, or the sheet `case`."""

    format: Annotated[int, Field(ge=1)] = FORMAT_VERSION
    """Version of this format; older ones are migrated on reading."""
    id: Slug
    title: Text
    """What the brief is headed with."""
    region: Text = ""
    """Where it is about, in a few words."""
    question: Text
    """The question that a decision maker must answer."""
    as_of: Date
    """No fact is later than this day."""
    decide_by: Date | None = None
    reader: Text = ""
    """Whom the brief is for."""
    horizon_months: Annotated[int, Field(ge=1, le=240)] = 12
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """ISO 4217."""
    audience: Audience = Audience.INTERNAL
    """The widest audience that the case as a whole may reach, redacted."""
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")], ...] = ()
    """Languages in which places should have a name; a name that is missing is listed."""
    coded_by: Text = ""
    licence: Text = ""
    summary: Text = ""


class CaseFile(FileModel):
    """A whole case as people write it."""

    info: CaseInfo
    sources: tuple[Source, ...] = ()
    places: tuple[Place, ...] = ()
    place_codes: tuple[PlaceCode, ...] = ()
    names: tuple[Name, ...] = ()
    communities: tuple[Community, ...] = ()
    population: tuple[Population, ...] = ()
    actors: tuple[Actor, ...] = ()
    loyalties: tuple[Loyalty, ...] = ()
    presence: tuple[Presence, ...] = ()
    claims: tuple[Claim, ...] = ()
    relations: tuple[Relation, ...] = ()
    perceptions: tuple[Perception, ...] = ()
    issues: tuple[CaseIssue, ...] = ()
    options: tuple[Option, ...] = ()
    positions: tuple[Position, ...] = ()
    deals: tuple[Deal, ...] = ()
    terms: tuple[Term, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    brokers: tuple[Broker, ...] = ()
    contacts: tuple[Contact, ...] = ()
    aid: tuple[Aid, ...] = ()
    tranches: tuple[Tranche, ...] = ()
    incidents: tuple[Incident, ...] = ()
    observations: tuple[Observation, ...] = ()
    shocks: tuple[Shock, ...] = ()
    policies: tuple[Policy, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    accounts: tuple[Account, ...] = ()

    def rows(self) -> Iterator[tuple[str, int, Row]]:
        """Every row with its table's name and its number in the table, from 0."""
        for table in TABLES:
            for number, row in enumerate(getattr(self, table)):
                yield table, number, row


TABLES: Final[dict[str, type[Row]]] = {
    name: field.annotation.__args__[0]  # type: ignore[union-attr]  # every table is tuple[RowModel, ...]
    for name, field in CaseFile.model_fields.items()
    if name != "info"
}
"""Every table's row model, in the order of the format."""

COMMON_COLUMNS: Final = tuple(Row.model_fields)


def columns(table: str) -> tuple[str, ...]:
    """The columns of a table as they stand in a file: its own fields first, then those that every row may carry."""
    fields = TABLES[table].model_fields
    return (*(name for name in fields if name not in COMMON_COLUMNS), *COMMON_COLUMNS)
