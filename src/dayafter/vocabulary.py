"""The words of a case: every enumeration that a person may write, once.

Values are what stands in a file. Each member is explained in `docs/glossary.md`; a test compares the two.
"""

from __future__ import annotations

from enum import StrEnum


class Confidence(StrEnum):
    """How sure the coder is that a row is true of the world."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    CLAIM = "claim"
    """Somebody's judgement, not a checkable fact."""


class Sensitivity(StrEnum):
    """What harm could follow if a row became known."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"


class Audience(StrEnum):
    """Who reads an export. Decides what the redaction gate withholds."""

    PUBLIC = "public"
    PARTNERS = "partners"
    INTERNAL = "internal"


class YesNo(StrEnum):
    """An answer that may also be disputed. Nothing written means: no account."""

    YES = "yes"
    NO = "no"
    DISPUTED = "disputed"


class PlaceKind(StrEnum):
    """Administrative kind of a place."""

    COUNTRY = "country"
    REGION = "region"
    PROVINCE = "province"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    TOWN = "town"
    AREA = "area"


class PlaceScope(StrEnum):
    """What a place is to the case."""

    CONTESTED = "contested"
    """A place whose open questions are assessed."""
    NATIONAL = "national"
    """The arena where patrons deal with one another; assessed beside the places."""
    CONTEXT = "context"
    """A seat, a parent or a neighbour; not assessed."""


class DisputeStatus(StrEnum):
    """Whether two or more patrons claim a place."""

    DISPUTED = "disputed"
    NEWLY_CONTESTED = "newly-contested"
    """Not disputed before the war; contested since."""
    UNDISPUTED = "undisputed"


class NameKind(StrEnum):
    """What a name is to its bearer."""

    OFFICIAL = "official"
    ALIAS = "alias"
    FORMER = "former"
    MISSING = "missing"
    """No name in this language was found: listed so that the gap shows."""


class CommunityKind(StrEnum):
    """What holds a community together."""

    ETHNIC = "ethnic"
    RELIGIOUS = "religious"
    SECT = "sect"
    TRIBE = "tribe"
    OTHER = "other"


class ActorKind(StrEnum):
    """What an actor is."""

    STATE = "state"
    REGION = "region"
    FOREIGN_STATE = "foreign-state"
    INTERNATIONAL = "international"
    COALITION = "coalition"
    DONOR = "donor"
    PARTY = "party"
    PARTY_BLOC = "party-bloc"
    UMBRELLA = "umbrella"
    MILITIA = "militia"
    LOCAL_FORCE = "local-force"
    LOCAL_BLOC = "local-bloc"
    LOCAL_GOVERNMENT = "local-government"
    TRIBAL = "tribal"
    CHALLENGER = "challenger"
    INSURGENT = "insurgent"
    CIVIL_SOCIETY = "civil-society"
    OFFICE = "office"


class ActorStatus(StrEnum):
    """Whether an actor acts now."""

    ACTIVE = "active"
    RETREATING = "retreating"
    HISTORICAL = "historical"


class Trend(StrEnum):
    """Which way something moves."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


class PresenceRole(StrEnum):
    """What an actor does in a place."""

    HOLDS = "holds"
    """Has the last word on who enters and who stays."""
    SHARES = "shares"
    """Holds part of the place."""
    CHALLENGES = "challenges"
    ADMINISTERS = "administers"
    OPERATES = "operates"
    REMNANT = "remnant"
    """Of the common enemy; counts as insurgent strength, not as a claimant."""
    WITHDREW = "withdrew"
    """Left under attack: the protection record of an abandoned community."""


class ClaimKind(StrEnum):
    """What is claimed."""

    CONTROL = "control"
    SECURITY = "security"
    GOVERNANCE = "governance"
    AUTONOMY = "autonomy"
    PROPERTY = "property"


class RelationKind(StrEnum):
    """How one actor stands to another.

    Hostility, rivalry, alliance and gridlock run both ways; the rest run from `actor` to `other`.
    """

    HOSTILITY = "hostility"
    RIVALRY = "rivalry"
    """Competition within one bloc."""
    ALLIANCE = "alliance"
    GRIDLOCK = "gridlock"
    SPONSORSHIP = "sponsorship"
    EXCLUSION = "exclusion"
    """`actor` refuses to share power with `other`."""


class SeenAs(StrEnum):
    """The part in the war that one community gives another, or an actor."""

    COLLABORATOR = "collaborator"
    BYSTANDER = "bystander"
    VICTIM = "victim"
    PROTECTOR = "protector"
    DESERTER = "deserter"
    """Withdrew its protection under attack."""


class Question(StrEnum):
    """The four questions that are open the day after, and `other` for what a case adds."""

    SECURE = "secure"
    GOVERN = "govern"
    RETURN = "return"
    PAY = "pay"
    OTHER = "other"


FOUR_QUESTIONS = (Question.SECURE, Question.GOVERN, Question.RETURN, Question.PAY)


class LedgerState(StrEnum):
    """Where an open question stands in a place."""

    AGREED_FORMALLY = "agreed-formally"
    AGREED_INFORMALLY = "agreed-informally"
    CONTESTED = "contested"
    UNADDRESSED = "unaddressed"
    """Sources say that nobody has taken it up."""
    NO_ACCOUNT = "no-account"
    """Sources are silent. Silence is not calm."""


class DealStatus(StrEnum):
    """Whether a deal binds today."""

    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    ENDED = "ended"
    PROPOSED = "proposed"
    MISSING = "missing"
    """A deal that is needed and does not exist; absence is the fact."""


class DealLevel(StrEnum):
    """Where a deal is held."""

    LOCAL = "local"
    NATIONAL = "national"


class DealForm(StrEnum):
    """How firmly a deal is put down, weakest first."""

    UNDERSTOOD = "understood"
    WRITTEN = "written"
    SIGNED = "signed"
    RATIFIED = "ratified"


class EndedBy(StrEnum):
    """Who or what ended a deal."""

    OUTSIDER = "outsider"
    SIGNATORY = "signatory"
    PATRON = "patron"
    SHOCK = "shock"


class EngagementRole(StrEnum):
    """What a third party is to a deal or a negotiation. Roles are separate: a guarantor does not also facilitate."""

    AUTHOR = "author"
    FACILITATOR = "facilitator"
    GUARANTOR = "guarantor"
    SPONSOR = "sponsor"


class ContactKind(StrEnum):
    """What joins two ends of a tie."""

    TALKS = "talks"
    DEAL = "deal"
    MEMBERSHIP = "membership"
    KINSHIP = "kinship"
    DETENTION = "detention"
    OUTREACH = "outreach"


class AidKind(StrEnum):
    """How money is given."""

    GRANT = "grant"
    LOAN = "loan"
    IN_KIND = "in-kind"


class ConditionKind(StrEnum):
    """What a tranche of aid is tied to."""

    NONE = "none"
    ECONOMIC = "economic"
    INCLUSION = "inclusion"
    SECURITY = "security"
    NOT_STATED = "not-stated"


class ViolenceClass(StrEnum):
    """Who fights whom, by dyad and side, never by the source's own type."""

    INTERBLOC = "interbloc"
    INTRABLOC = "intrabloc"
    INSURGENT = "insurgent"
    COMMUNAL = "communal"
    EXTERNAL = "external"


class IncidentKind(StrEnum):
    """What happened."""

    CLASH = "clash"
    SHOOTING = "shooting"
    ROCKET = "rocket"
    SNIPER = "sniper"
    BOMBING = "bombing"
    KIDNAPPING = "kidnapping"
    THEFT = "theft"
    ARSON = "arson"
    EXPULSION = "expulsion"
    KILLING = "killing"
    OFFENSIVE = "offensive"
    FREEING = "freeing"
    WITHDRAWAL = "withdrawal"
    MONTHLY_COUNT = "monthly-count"
    """Events of one class counted over a month by a data set."""
    OTHER = "other"


class Indicator(StrEnum):
    """What an observation is about, where no table has a field for it."""

    DEPARTURES = "departures"
    RETURNS = "returns"
    SECURITY = "security"
    RECONSTRUCTION = "reconstruction"
    MONEY = "money"
    MOOD = "mood"
    MILITARISATION = "militarisation"
    TRUST = "trust"
    ALIGNMENT = "alignment"
    PROPERTY = "property"
    HAZARDS = "hazards"
    BUDGET = "budget"
    VICTORY = "victory"
    OTHER = "other"


class Direction(StrEnum):
    """Which way an observation points, where no number is given."""

    UP = "up"
    DOWN = "down"
    UNCHANGED = "unchanged"
    PRESENT = "present"
    ABSENT = "absent"


class ShockKind(StrEnum):
    """An event from above that hits many places at once."""

    ELECTION = "election"
    REFERENDUM = "referendum"
    BUDGET = "budget"
    CAMPAIGN = "campaign"
    WITHDRAWAL = "withdrawal"
    SUCCESSION = "succession"
    OTHER = "other"


class Action(StrEnum):
    """What an intervention of a policy does, at its date."""

    MAKE_DEAL = "make-deal"
    FORMALISE = "formalise"
    ADD_LEVEL = "add-level"
    ADD_PARTY = "add-party"
    IMPOSE = "impose"
    FACILITATE = "facilitate"
    GUARANTEE = "guarantee"
    BACK_BROKER = "back-broker"
    GIVE_AID = "give-aid"
    SET_CONDITION = "set-condition"
    STATE_DISTRIBUTOR = "state-distributor"
    WITHDRAW = "withdraw"
    INCLUDE = "include"


class SourceKind(StrEnum):
    """What a source is."""

    ESSAY = "essay"
    NEWS = "news"
    REPORT = "report"
    DATASET = "dataset"
    OFFICIAL = "official"
    SCHOLARSHIP = "scholarship"
    INTERVIEW = "interview"
    FIELD_NOTE = "field-note"
    ASSUMPTION = "assumption"
    """Nobody said it: the case assumes it, as a wide interval."""
