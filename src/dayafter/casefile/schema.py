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
    """Strict, frozen. What its fields mean stands under them; see `meanings`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
    """Anything that helps the next coder."""
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
    """What citations call it."""
    title: Text
    """Its title, as published."""
    author: Text = ""
    """Who wrote it."""
    publisher: Text = ""
    """Who published it."""
    kind: SourceKind
    """What it is."""
    published_on: Date | None = None
    """When it was published. Not later than the case's as-of date."""
    grade: Annotated[str, Field(pattern=r"^([A-F][1-6])?$")] = ""
    """Reliability of the source, A best to F, and credibility of what it says, 1 best to 6: the Admiralty code."""
    licence: Text = ""
    """Under what terms it may be used."""
    attribution: Text = ""
    """The words that the licence asks for."""
    side: ActorRef | None = None
    """The actor whose account it is, if it takes a side."""
    url: Text = ""
    """Where it can be read."""


class Place(Row):
    """A place: contested, national, or there for context."""

    id: Slug
    """What other tables call it."""
    name: Text
    """Its name, as readers will see it. Others go to `names`."""
    kind: PlaceKind
    """Its administrative kind."""
    scope: PlaceScope = PlaceScope.CONTEXT
    """What it is to the case."""
    parent: PlaceRef | None = None
    """The place that it lies in."""
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
    """When the common enemy was driven out."""
    freed_by: ActorRefs = ()
    """Who drove it out."""
    dispute: DisputeStatus | None = None
    """Whether patrons claim it against one another."""
    n_armed_actors: Count | None = None
    """Armed actors that operate there, counted by a source; else the presence table counts them."""


class PlaceCode(Row):
    """The code of a place in one scheme, such as p-codes or a data set's ids."""

    KEY = ("place", "scheme")

    place: PlaceRef
    """The place."""
    scheme: Slug
    """The scheme, such as `pcode`."""
    code: Text
    """Its code there."""


class Name(Row):
    """A name in some language, or the statement that none was found."""

    KEY = ("entity", "language", "kind", "name")

    entity: Annotated[Slug, Ref("places", "communities", "actors", "brokers")]
    """Whose name it is."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
    """BCP 47 tag: en, ar, ckb (Sorani), kmr-Latn (Kurmanji), tr."""
    kind: NameKind = NameKind.ALIAS
    """What the name is to its bearer."""
    name: Text = ""
    """The name in its own script. Empty where it is missing."""


class Community(Row):
    """People who see themselves, or are seen, as one."""

    id: Slug
    """What other tables call it."""
    name: Text
    """Its name, as readers will see it."""
    kind: CommunityKind
    """What holds it together."""
    parent: CommunityRef | None = None
    """The larger community that it is part of."""


class Population(Row):
    """A community in a place: before the war, now, away, and in office."""

    KEY = ("place", "community")

    place: PlaceRef
    """The place."""
    community: CommunityRef
    """The community."""
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
    """What other tables call it."""
    name: Text
    """Its name, as readers will see it."""
    kind: ActorKind
    """What it is."""
    parent: ActorRef | None = None
    """The umbrella, party or government to which it belongs."""
    command: Scale | None = None
    """How far the parent's signature binds this actor: 0 not at all, 1 wholly."""
    armed: YesNo | None = None
    """Whether it has armed men."""
    status: ActorStatus = ActorStatus.ACTIVE
    """Whether it acts now."""
    seat: PlaceRef | None = None
    """Where it sits."""
    constituency: CommunityRefs = ()
    """The communities that it speaks for or draws its people from."""
    strength: Persons | None = None
    """Persons under arms."""


class Loyalty(Row):
    """How far an actor answers to a patron. Rows of one actor need not sum to 1: loyalty is dual and moves."""

    KEY = ("actor", "patron")

    actor: ActorRef
    """Who answers."""
    patron: ActorRef
    """To whom."""
    loyalty: Scale
    """How far: 0 takes nothing from it, 1 is its arm."""
    trend: Trend | None = None
    """Which way it moves."""


class Presence(Row):
    """An actor in a place."""

    KEY = ("place", "actor", "role")

    place: PlaceRef
    """Where."""
    actor: ActorRef
    """Who."""
    role: PresenceRole
    """What it does there."""
    strength: Share | None = None
    """Share of the armed men of claimant forces in the place. Empty for unarmed actors and for remnants."""
    since: Date | None = None
    """Since when."""
    until: Date | None = None
    """Until when. Empty where it is there still."""


class Claim(Row):
    """What an actor claims in a place, and how strongly."""

    KEY = ("place", "actor", "kind")

    place: PlaceRef
    """What place."""
    actor: ActorRef
    """Who claims."""
    kind: ClaimKind
    """What is claimed."""
    strength: Scale | None = None
    """How strongly: 0 in words only, 1 at any cost."""
    trend: Trend | None = None
    """Which way it moves."""
    basis: Text = ""
    """On what ground: a law, a census, a history, who paid in blood."""


class Relation(Row):
    """How one actor stands to another, in a place or everywhere."""

    KEY = ("actor", "other", "kind", "place")

    actor: ActorRef
    """The first of the two."""
    other: ActorRef
    """The second."""
    kind: RelationKind
    """How they stand to one another."""
    place: PlaceRef | None = None
    """Where. Empty: everywhere."""
    strength: Scale | None = None
    """How much of it."""
    since: Date | None = None
    """Since when."""
    until: Date | None = None
    """Until when. Empty where it lasts."""


class Perception(Row):
    """How a community sees another, or an actor. It has a direction: the other side is another row."""

    KEY = ("place", "community", "toward")

    place: PlaceRef
    """Where."""
    community: CommunityRef
    """Who sees."""
    toward: Annotated[Slug, Ref("communities", "actors")]
    """Whom."""
    distrust: Scale | None = None
    """How little it trusts: 0 wholly trusts, 1 not at all."""
    seen_as: SeenAs | None = None
    """The part in the war that it gives the other."""
    since: Date | None = None
    """Since when."""


class CaseIssue(Row):
    """A matter on which parties take positions, on a scale from 0 to 1."""

    id: Slug
    """What other tables call it."""
    question: Question
    """Which of the open questions it belongs to."""
    title: Text
    """The matter, in a few words."""
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
    """The issue."""
    id: Slug
    """What it is called within the issue."""
    position: Annotated[float, Field(ge=0, le=1)]
    """Where it stands on the issue's scale."""
    label: Text
    """The settlement, in a few words."""


class Position(Row):
    """What an actor wants on an issue in a place, how much it cares, and what it cannot accept."""

    KEY = ("place", "actor", "issue")

    place: PlaceRef
    """Where."""
    actor: ActorRef
    """Whose position."""
    issue: Annotated[Slug, Ref("issues")]
    """On what."""
    ideal: Scale
    """What it would choose, on the issue's scale."""
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
    """What other tables call it."""
    name: Text
    """Its name, as readers will see it."""
    status: DealStatus
    """Whether it binds today."""
    places: PlaceRefs = ()
    """The places that it covers."""
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
    """How firmly it is put down."""
    written: YesNo | None = None
    """Whether there is a text."""
    public_text: YesNo | None = None
    """Whether the text is public."""
    commission: YesNo | None = None
    """Whether a joint or monitoring commission exists."""
    local_assent: Scale | None = None
    """How far the people of the place agree to it."""
    kept_share: Share | None = None
    """Share of the terms due so far that were fulfilled."""
    agreed_on: Date | None = None
    """When it was made."""
    ended_on: Date | None = None
    """When it ended."""
    ended_by: EndedBy | None = None
    """Who or what ended it."""
    imposed: YesNo | None = None
    """Whether an outsider wrote it without the assent of a party that it binds."""


class Term(Row):
    """One term of a deal: what it settles, where, and to whose benefit."""

    KEY = ("deal", "id")

    deal: DealRef
    """The deal."""
    id: Slug
    """What it is called within the deal."""
    question: Question
    """Which of the open questions it settles."""
    place: PlaceRef | None = None
    """Where. Empty: wherever the deal holds."""
    gives: ActorRef | None = None
    """The actor that the term gives control, office or money to."""
    issue: Annotated[Slug, Ref("issues")] | None = None
    """The issue that it settles."""
    position: Scale | None = None
    """Where on the issue's scale the term settles it."""
    text: Text = ""
    """What it says, in our words."""


class Engagement(Row):
    """A third party at work: on a deal, in a place, or in the country."""

    id: Slug
    """What other tables call it."""
    actor: ActorRef
    """The third party."""
    role: EngagementRole
    """What it is there for."""
    deal: DealRef | None = None
    """On which deal."""
    place: PlaceRef | None = None
    """In which place."""
    beneficiary: ActorRef | None = None
    """Whom it sponsors or arms, if anyone."""
    levels: Levels = ()
    """At which level it works."""
    since: Date | None = None
    """Since when."""
    until: Date | None = None
    """Until when. Empty where it is there still."""
    sustained: YesNo | None = None
    """Whether it is present throughout, not for visits."""
    armed: YesNo | None = None
    """Whether it comes with armed men."""


class Acceptance(Row):
    """How far one side accepts a third party, or assents to a deal."""

    KEY = ("of", "side")

    of: Annotated[Slug, Ref("engagements", "deals")]
    """The third party's engagement, or the deal."""
    side: Annotated[Slug, Ref("actors", "communities")]
    """Who accepts."""
    acceptance: Scale
    """How far: 0 refuses, 1 accepts wholly."""


class Broker(Row):
    """A person, or a few, willing to deal across the line. Names are handled as high unless stated otherwise."""

    DEFAULT_SENSITIVITY = Sensitivity.HIGH

    id: Slug
    """What other tables call them. Choose one that gives nobody away."""
    name: Text
    """Best a pseudonym."""
    role: Text = ""
    """Office or title. Withheld with the name: an office can name its holder."""
    place: PlaceRef | None = None
    """Where they work."""
    community: CommunityRef | None = None
    """Where they belong."""
    affiliation: ActorRef | None = None
    """The actor that they belong to."""
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
    """One end."""
    whom: Annotated[Slug, Ref("actors", "brokers")]
    """The other end."""
    kind: ContactKind
    """What joins them."""
    place: PlaceRef | None = None
    """What place the tie is about."""
    questions: Questions = ()
    """Which of the open questions the talks are about, if known."""
    strength: Scale | None = None
    """How firm the tie is."""
    since: Date | None = None
    """Since when."""
    until: Date | None = None
    """Until when. Empty where it lasts."""


class Aid(Row):
    """Money promised or paid."""

    id: Slug
    """What other tables call it."""
    name: Text
    """Its name, as readers will see it."""
    donor: ActorRef
    """Who gives."""
    recipient: ActorRef | None = None
    """Who receives."""
    kind: AidKind
    """How it is given."""
    amount: Money | None = None
    """How much."""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    """ISO 4217; where empty, the currency of the case."""
    announced_on: Date | None = None
    """When it was announced."""
    announced_by: ActorRef | None = None
    """Who announced it."""
    purpose: Text = ""
    """What for."""
    places: PlaceRefs = ()
    """For which places. Empty: not stated."""
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
    """The pledge."""
    number: Annotated[int, Field(ge=1, le=1000)]
    """Its place in the order, from 1."""
    share: Share | None = None
    """Share of the whole amount."""
    due_on: Date | None = None
    """When it is due."""
    condition: ConditionKind
    """What it is tied to."""
    condition_text: Text = ""
    """The condition, in our words."""
    issue: Annotated[Slug, Ref("issues")] | None = None
    """The issue whose settlement meets the condition, in the places of the pledge."""
    met_from: Scale | None = None
    """Least point on the issue's scale that meets it. Empty: the low end."""
    met_to: Scale | None = None
    """Greatest point that meets it. Empty: the high end."""
    released: YesNo | None = None
    """Whether it was paid out."""


class Incident(Row):
    """Something that happened, or a month's count of such things."""

    id: Slug
    """What other tables call it."""
    place: PlaceRef
    """Where."""
    date: Date
    """When."""
    kind: IncidentKind
    """What happened."""
    violence_class: ViolenceClass | None = None
    """By who fought whom; empty where nobody fought."""
    side_a: ActorRefs = ()
    """Who did it, or one side of a fight."""
    side_b: ActorRefs = ()
    """The other side."""
    against: CommunityRefs = ()
    """Communities that were attacked or driven out."""
    n_events: Events | None = None
    """How many events the row stands for. Empty: one."""
    killed: Persons | None = None
    """How many people were killed."""


class Observation(Row):
    """A fact that no other table has a field for: a direction, an anecdote, a level."""

    id: Slug
    """What other tables call it."""
    indicator: Indicator
    """What it is about."""
    place: PlaceRef | None = None
    """Where."""
    community: CommunityRef | None = None
    """About which community."""
    actor: ActorRef | None = None
    """About which actor."""
    toward: ActorRef | None = None
    """Towards whom, for trust and alignment."""
    direction: Direction | None = None
    """Which way it points, where there is no number."""
    value: Number | None = None
    """The number."""
    unit: Text = ""
    """The number's unit."""
    date: Date | None = None
    """When."""
    text: Text = ""
    """What was seen or said, in our words."""


class Shock(Row):
    """An event from above that hits many places at once."""

    id: Slug
    """What other tables call it."""
    name: Text
    """Its name, as readers will see it."""
    kind: ShockKind
    """What it is."""
    date: Date | None = None
    """When it is due. Empty where only a rate is known."""
    rate_per_month: RatePerMonth | None = None
    """How often it comes, where no date is known."""
    actors: ActorRefs = ()
    """The dyad or actors whose relation it strains."""
    places: PlaceRefs = ()
    """The places that it hits. Empty: all."""
    text: Text = ""
    """What it is about."""


class Policy(Row):
    """A plan to compare with others; its steps are interventions. A policy without steps is doing nothing more."""

    id: Slug
    """What other tables call it."""
    name: Text
    """Its name, as readers will see it."""
    text: Text = ""
    """What it is about."""


class Intervention(Row):
    """One dated step of a policy."""

    KEY = ("policy", "step")

    policy: Annotated[Slug, Ref("policies")]
    """The plan."""
    step: Annotated[int, Field(ge=1, le=1000)]
    """Its place in the plan, from 1."""
    action: Action
    """What is done."""
    date: Date
    """When it begins."""
    until: Date | None = None
    """When it ends. Empty: it lasts."""
    deal: DealRef | None = None
    """On which deal."""
    place: PlaceRef | None = None
    """Where."""
    actor: ActorRef | None = None
    """By or with which actor."""
    community: CommunityRef | None = None
    """With which community."""
    broker: Annotated[Slug, Ref("brokers")] | None = None
    """With which go-between."""
    aid: Annotated[Slug, Ref("aid")] | None = None
    """With which pledge."""
    form: DealForm | None = None
    """The form that it gives a deal."""
    levels: Levels = ()
    """The levels that it adds."""
    condition: ConditionKind | None = None
    """The condition that it sets."""


class LedgerEntry(Row):
    """Where a question stands in a place, as a coder reads the sources. Where none is written, a rule derives it."""

    KEY = ("place", "question")

    place: PlaceRef
    """The place."""
    question: Question
    """The question."""
    state: LedgerState
    """Where it stands."""
    talks: YesNo | None = None
    """Whether talks on it are under way."""
    deal: DealRef | None = None
    """The deal that settles it, if one does."""
    rule: Text = ""
    """Why this state: the reading rule that the coder applied."""
    summary: Annotated[Text, Field(max_length=80)] = ""
    """At most eight words."""


class Account(Row):
    """What one source says about a field on which sources differ. The value in the table itself is the one used."""

    KEY = ("table", "row", "field", "source")

    table: Text
    """The table of the row in question."""
    row: Text
    """The row's key; composite keys are joined by `/`."""
    field: Text
    """Its column."""
    value: Text
    """What this account says, as it would stand in that column."""
    said_by: Annotated[Slug, Ref("actors", "communities")] | None = None
    """Who says so, if it is not the source itself."""
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
    """A short name for files and commands."""
    title: Text
    """What the brief is headed with."""
    region: Text = ""
    """Where it is about, in a few words."""
    question: Text
    """The question that a decision maker must answer."""
    as_of: Date
    """No fact is later than this day."""
    decide_by: Date | None = None
    """When the decision falls."""
    reader: Text = ""
    """Whom the brief is for."""
    horizon_months: Annotated[int, Field(ge=1, le=240)] = 12
    """How far ahead probabilities look, unless a command is told otherwise."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """ISO 4217."""
    audience: Audience = Audience.INTERNAL
    """The widest audience that the case as a whole may reach, redacted."""
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")], ...] = ()
    """Languages in which places should have a name; a name that is missing is listed."""
    coded_by: Text = ""
    """Who wrote the case and answers for it."""
    licence: Text = ""
    """Under what terms the case may be passed on."""
    summary: Text = ""
    """What a reader should know first, in a few sentences."""


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
