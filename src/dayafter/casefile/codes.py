"""Every code that a check can report: what it means, an example, the mend. The page in the docs is made from it.

Longer than most modules because it is one list. Codes are stable: a code keeps its meaning for good, and one that
is no longer reported stays out of use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dayafter.errors import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault."""

    code: str
    """Family and name; what scripts may rely on."""
    title: str
    explanation: str
    """Which rule is broken, and why there is such a rule."""
    example: str
    """What a file that breaks it may hold."""
    remedy: str
    severity: Severity = Severity.ERROR

    @property
    def family(self) -> str:
        """What the fault is about: the part before the dot."""
        return self.code.partition(".")[0]


def _warning(code: str, title: str, explanation: str, example: str, remedy: str) -> Code:
    return Code(code, title, explanation, example, remedy, Severity.WARNING)


_FILES: Final = (
    Code(
        "file.not-a-case",
        "Neither a folder nor a workbook",
        "A case is a folder with `case.yaml` and its tables, or one `.xlsx` workbook.",
        "`dayafter check places.csv`",
        "Give the folder that holds the file, or save the workbook as `.xlsx`.",
    ),
    Code(
        "file.unreadable",
        "A file that cannot be read",
        "The system refuses to open it: often the rights are missing, or another program holds it.",
        "`deals.csv` belongs to another user",
        "Make the file readable, or put a copy in its place.",
    ),
    Code(
        "file.not-a-file",
        "No plain file",
        "A folder, a device or a pipe stands where a file of the case should.",
        "a folder named `places.csv`",
        "Put a file in its place.",
    ),
    Code(
        "file.outside",
        "A link that leaves the case folder",
        "Nothing outside the folder of a case is read, so that a case from elsewhere cannot make you publish your own "
        "files.",
        "`places.csv` is a link to `/etc/passwd`",
        "Put a copy of the file into the folder in place of the link.",
    ),
    Code(
        "file.too-large",
        "A file too large for a case",
        "A file of a case has 64 MB at most, far above any real one; a larger one is refused unread.",
        "a table of 200 MB",
        "Count incidents by month, or split the case.",
    ),
    Code(
        "file.encoding",
        "Not UTF-8",
        "Tables and `case.yaml` are UTF-8, with or without a byte order mark. Otherwise names would turn into other "
        "names.",
        "a CSV file that Excel saved as Windows-1256",
        "Save it as UTF-8: in Excel, Save As, CSV UTF-8.",
    ),
    Code(
        "file.nul-byte",
        "A NUL byte in a text",
        "The file is damaged, or UTF-16 without its mark.",
        "`places.csv` saved as Unicode text by an old program",
        "Save it as UTF-8.",
    ),
    Code(
        "file.unknown-table",
        "A CSV file that is no table",
        "Its name is not that of a table, so nobody would read it. Files that are not CSV may lie in the folder.",
        "`palces.csv`",
        "Rename it as the message suggests, or move it away.",
    ),
    Code(
        "file.name-case",
        "A table's name in capital letters",
        "Some systems tell `Places.csv` from `places.csv`, others do not; a case must read the same on both.",
        "`Places.csv`",
        "Rename it in lower case.",
    ),
    Code(
        "file.duplicate",
        "Two files for one table",
        "Their names differ by upper and lower case alone, and some systems keep only one.",
        "`places.csv` and `Places.csv`",
        "Move the rows into the one in lower case, and delete the other.",
    ),
)

_YAML: Final = (
    Code(
        "yaml.syntax",
        "Not valid YAML",
        "The head of a case is a list of `name: value` lines.",
        "`title: Erbil: the day after`, whose second colon needs quotes",
        "Put a value that holds `: ` or `#` in quotes, and begin each field on a line of its own.",
    ),
    Code(
        "yaml.character",
        "A character that YAML does not admit",
        "Control characters are invisible, and can make a text look like another.",
        "U+0007 in the title",
        "Delete the invisible character.",
    ),
    Code(
        "yaml.too-deep",
        "Nested too deep",
        "The head of a case has one level. Deep nesting has no use but to break the reader.",
        "200,000 opening brackets",
        "Flatten it.",
    ),
    Code(
        "yaml.too-long",
        "Too many values",
        "The head of a case is short; rows go in tables.",
        "a list of 200,000 languages",
        "Keep only the head here.",
    ),
    Code(
        "yaml.alias",
        "An anchor or alias",
        "A value that refers to another one can grow without bounds, and is easy to overlook.",
        "`title: *id`",
        "Write the value out, or put it in quotes if it is a text.",
    ),
    Code(
        "yaml.tag",
        "A tag",
        "Every value is a text, which the format reads by its field; a tag would make something else of it.",
        "`title: !!python/object …`",
        "Delete the tag, or put the value in quotes if it is a text.",
    ),
    Code(
        "yaml.key",
        "A key that is no word",
        "Each line names a field.",
        "`[id, title]: base`",
        "Write `name: value`.",
    ),
    Code(
        "yaml.duplicate-key",
        "A field stands twice",
        "Nobody could say which value counts.",
        "two lines `title: …`",
        "Keep one of the two.",
    ),
    Code(
        "yaml.several-documents",
        "A second document",
        "`case.yaml` is one document.",
        "a line `---` in the middle",
        "Delete the line and what follows it.",
    ),
)

_HEAD: Final = (
    Code(
        "case.no-head",
        "The case has no head",
        "The head names the case, its question and its as-of date: `case.yaml` in a folder, the sheet `case` in a "
        "workbook.",
        "a folder with tables and no `case.yaml`",
        "Write the head, or start a case with `dayafter init`.",
    ),
    Code(
        "case.not-a-mapping",
        "The head is no list of fields",
        "`case.yaml` is empty, or holds a plain text or a list.",
        "an empty `case.yaml`",
        "Write one line each, at least for `id`, `title`, `question` and `as_of`.",
    ),
    Code(
        "case.shape",
        "A list or a group where one value belongs",
        "Only `languages` takes several values.",
        "`title: [one, two]`",
        "Write `name: value`.",
    ),
    Code(
        "case.unknown-field",
        "A field that the head does not have",
        "It would be lost silently. The message suggests the nearest field.",
        "`as-of: 2016-02-22`",
        "Write the field's name as the message suggests.",
    ),
    Code(
        "case.missing-field",
        "A field of the head is missing",
        "`id`, `title`, `question` and `as_of` are needed.",
        "no line `question: …`",
        "Add the line.",
    ),
    Code(
        "case.duplicate-field",
        "A field of the head stands twice in a workbook",
        "Nobody could say which value counts.",
        "two rows `title` in the sheet `case`",
        "Keep one of the two.",
    ),
    _warning(
        "case.no-format",
        "The format's version is not stated",
        "The case is read as the current version. A later program could not know which one was meant.",
        "no line `format: 1`",
        "Add the line that the message gives.",
    ),
    Code(
        "case.newer-format",
        "A newer format than this program reads",
        "The case was written for a later version of the program.",
        "`format: 99`",
        "Update dayafter.",
    ),
    Code(
        "case.unknown-format",
        "A version of the format that never was",
        "Versions count from 1.",
        "`format: 0`",
        "Write the version that the message gives.",
    ),
    Code(
        "case.geometry-path",
        "A geometry outside the case, or no GeoJSON",
        "A place's geometry is a file inside the case folder, named from there with `/` between the parts. Nothing "
        "outside the folder is read.",
        "`../../secrets.geojson`",
        "Write a path such as `geometry/places.geojson`.",
    ),
    Code(
        "case.geometry-missing",
        "A geometry file that is not there",
        "A place names it, and the case does not hold it.",
        "`geometry/orim.geojson`, and there is no such file",
        "Add the file, or empty the cell.",
    ),
    Code(
        "case.geometry-format",
        "A geometry file that is no GeoJSON",
        "It holds neither a FeatureCollection nor a Feature with a geometry, or is no JSON at all.",
        "a shapefile renamed to `.geojson`",
        "Save it as GeoJSON in WGS 84.",
    ),
    Code(
        "case.geometry-feature",
        "A place without its feature",
        "The file has no feature whose `id` is the place's.",
        "the feature's id is `IQG15`, and the place's `sinjar`",
        "Give the feature the place's id.",
    ),
)

_TABLES_AND_CSV: Final = (
    Code(
        "table.no-header",
        "An empty table file",
        "The first line of a table names its columns.",
        "an empty `places.csv`",
        "Write the names of the columns, or delete the file.",
    ),
    Code(
        "table.unknown-column",
        "A column that the table does not have",
        "It would be lost silently. The message suggests the nearest column.",
        "`lattitude`",
        "Rename it as the message suggests, or delete it.",
    ),
    Code(
        "table.missing-column",
        "A needed column is missing",
        "Every row of the table needs it.",
        "`claims.csv` without `kind`",
        "Add the column and fill it in.",
    ),
    Code(
        "table.duplicate-column",
        "A column stands twice",
        "Nobody could say which cell counts.",
        "two columns `name`",
        "Delete or rename one of the two.",
    ),
    Code(
        "table.empty-header",
        "Cells under no name",
        "A column holds cells, and its header is empty.",
        "remarks to the right of the last column",
        "Name the column, or delete it; `note` is there for remarks.",
    ),
    Code(
        "table.too-many-columns",
        "Far too many columns",
        "A table has 200 at most.",
        "300 columns",
        "Delete those that are not the format's.",
    ),
    Code(
        "table.too-many-rows",
        "More rows than a sheet can hold",
        "A table has 1,048,575 rows at most, so that every case can be a workbook.",
        "an incident a row for decades",
        "Count by month, or split the case.",
    ),
    Code(
        "csv.separator",
        "Columns are not separated by commas",
        "Spreadsheets in many countries write semicolons; which one it is must not be guessed.",
        "`id;name;kind`",
        "Save it with commas, or use a workbook.",
    ),
    Code(
        "csv.quote",
        "A quote in the wrong place",
        "A quote inside a quoted cell is written twice.",
        '`"the "wall" deal"`',
        'Write `"the ""wall"" deal"`.',
    ),
    Code(
        "csv.unclosed-quote",
        "A quote that is never closed",
        "Everything behind it would be one cell; nothing after it was read.",
        '`"The wall,town,`',
        "Close the cell with a quote.",
    ),
    Code(
        "csv.too-few-cells",
        "A row shorter than the header",
        "Cells that stay empty need their commas, or the cells behind them move into the wrong column.",
        "3 cells under 5 columns",
        "Write the missing commas.",
    ),
    Code(
        "csv.too-many-cells",
        "A row longer than the header",
        "Usually a comma inside a cell without quotes, as in `0.6 [0.4, 0.8]`.",
        "6 cells under 5 columns",
        "Put a cell that holds a comma in quotes, or write the interval as `0.6 [0.4..0.8]`.",
    ),
)

_WORKBOOKS: Final = (
    Code(
        "xlsx.not-readable",
        "No workbook, or a damaged one",
        "It cannot be opened: it is protected by a password, of the old kind `.xls`, or damaged.",
        "a text file renamed to `.xlsx`",
        "Open it in a spreadsheet and save it again as `.xlsx`, without a password.",
    ),
    Code(
        "xlsx.too-large-inside",
        "A workbook that blows up",
        "A workbook is a packed archive; this one unpacks to more than any real one. It is refused before it fills the "
        "memory.",
        "a zip bomb named `.xlsx`",
        "Copy the sheets into a new workbook.",
    ),
    Code(
        "xlsx.entities",
        "A workbook that defines entities",
        "No spreadsheet writes them; they serve to blow up, or to read files of yours.",
        "`<!DOCTYPE` in a part of the workbook",
        "Copy the sheets into a new workbook.",
    ),
    Code(
        "xlsx.unknown-sheet",
        "A sheet that is no table",
        "It would not be read. Notes belong in the column `note`.",
        "a sheet `Tabelle1`",
        "Rename it as the message suggests, or delete it.",
    ),
    Code(
        "xlsx.hidden-sheet",
        "A hidden sheet",
        "What a person does not see should not count.",
        "a hidden sheet `deals`",
        "Show the sheet and look at it, or delete it.",
    ),
    Code(
        "xlsx.formula",
        "A formula",
        "A formula's value depends on the program that opens the file, and on files elsewhere. Only values count.",
        "`=B2*2` in `population_before`",
        "Write its value, or paste the cells as values.",
    ),
    Code(
        "xlsx.error-value",
        "A cell with an error",
        "It holds no value.",
        "`#REF!`",
        "Write the value, or empty the cell.",
    ),
    Code(
        "xlsx.merged-cells",
        "Merged cells",
        "Only the first of them has a value; the others look full and are empty.",
        "one name merged over three rows",
        "Unmerge them and fill each cell.",
    ),
    Code(
        "xlsx.cell-without-column",
        "A cell to the right of the last column",
        "It stands under no name.",
        "a remark beside the table",
        "Delete it, or name its column.",
    ),
    Code(
        "xlsx.geometry-parts",
        "Parts of a geometry out of order",
        "A long GeoJSON file stands in several cells of the sheet `geometry`, numbered from 1.",
        "part 3 follows part 1",
        "Put the parts back in order, none left out.",
    ),
)

_CELLS: Final = (
    Code(
        "cell.missing",
        "A needed cell is empty",
        "Every row of the table needs it.",
        "a place without `name`",
        "Fill it in, or delete the row.",
    ),
    Code(
        "cell.enum",
        "A word that is not on the list",
        "The field takes one of a few words; the message names them and suggests the nearest.",
        "`contestd` as `scope`",
        "Write the word that is meant.",
    ),
    Code(
        "cell.number",
        "Not a number",
        "A number has Western digits, a decimal point and no separators of thousands; a share is written from 0 to 1, "
        "not in percent. It may be an interval.",
        "`30,000`, `60 %` or `٤٠`",
        "Write 0.6, 0.4..0.8 or 0.6 [0.4, 0.8].",
    ),
    Code(
        "cell.interval-upside-down",
        "An interval upside down",
        "The lower or earlier end comes first.",
        "`0.8..0.4`",
        "Swap the two ends.",
    ),
    Code(
        "cell.best-outside",
        "A best value outside its interval",
        "The best value lies between the ends.",
        "`0.9 [0.4, 0.8]`",
        "Widen the interval, or correct the best value.",
    ),
    Code(
        "cell.out-of-range",
        "A number out of its range",
        "Shares and degrees run from 0 to 1, numbers of persons from 0, latitudes from −90 to 90.",
        "`1.4` as a share",
        "Write a number, or an interval, within the range.",
    ),
    Code(
        "cell.date",
        "Not a date",
        "A date begins with the year, so that nobody takes the day for the month. It may be a month, a season, a year "
        "or a span.",
        "`03/04/2015`",
        "Write 2015-11-12, 2015-11, 2015, 2015-summer, 2014-10..2014-11, ..2014-06, or 2014-06.. with its end open.",
    ),
    Code(
        "cell.id",
        "Not an id",
        "An id has lower-case Latin letters, digits, and single `-`, `_` or `.` between them: it must be the same on "
        "every keyboard. The name in any script goes in `name` and `names`.",
        "`Tuz Khurmatu`",
        "Write `tuz-khurmatu`.",
    ),
    Code(
        "cell.citation",
        "Not a citation",
        "A source's id, with the spot in brackets; several are separated by semicolons.",
        "`essay [E-03`",
        "Write `essay [E-03]; who-2015 [p. 4]`.",
    ),
    Code(
        "cell.control-character",
        "An invisible character",
        "Control characters come from copying out of other programs, and can hide what a text says.",
        "U+0007 in a name",
        "Delete the invisible characters.",
    ),
    Code(
        "cell.pattern",
        "A code in the wrong form",
        "Currencies, languages and grades have a fixed form.",
        "`dollars` as `currency`",
        "Write it as the message says, for instance `USD`.",
    ),
    Code(
        "cell.too-long",
        "A text too long for its cell",
        "A cell holds at most 32,767 characters, as in a workbook; a summary in the ledger 80.",
        "a whole report in `note`",
        "Shorten it; cite long documents as sources.",
    ),
    Code(
        "cell.invalid",
        "A cell that cannot be read",
        "What no other code says better.",
        "a value of an unexpected kind",
        "Correct the cell; the reference page of the format says how.",
    ),
)

_KEYS_AND_REFERENCES: Final = (
    Code(
        "row.duplicate-key",
        "Two rows of one table have the same key",
        "A row is called by its key: its `id`, or the fields that together name it. With two rows of one name nobody "
        "could say which is meant.",
        "two rows of `places.csv` with the id `sinjar`",
        "Delete one of the rows, or correct its key. The first one's spot is named in the message.",
    ),
    Code(
        "row.to-itself",
        "A row joins somebody with itself",
        "Loyalties, relations, perceptions, contacts, sponsorships and observations join two different ends.",
        "`actor` and `patron` of a loyalty are both `krg`",
        "Correct one of the two ends, or delete the row.",
    ),
    Code(
        "ref.unknown",
        "A reference to a row that is not there",
        "An id stands in a field that names rows of another table, and no row there has it. The message suggests the "
        "id whose id, name or alias, in any script, is most like it.",
        "`Shingal` or `singar` as the place of a claim, where the place's id is `sinjar`",
        "Write the id that is meant, or add the row.",
    ),
    Code(
        "ref.wrong-table",
        "A reference to a row of the wrong table",
        "The id exists, but in a table that this field does not name: a community among a deal's parties, say, who "
        "are actors.",
        "`parties` holds `yezidis`, which is a community",
        "Move the id to the column for such rows (`communities` of a deal), or write an id of the right table.",
    ),
    Code(
        "ref.ambiguous",
        "A reference that could mean two rows",
        "Some fields name rows of more than one table. If an id stands in two of these, the field could mean either.",
        "`names.entity` is `kirkuk`, the id of a place and of an actor",
        "Rename one of the two wherever its id stands.",
    ),
    Code(
        "parent.circle",
        "Parents go in a circle",
        "Places lie in places, communities are parts of communities, actors belong to actors. Nobody is its own "
        "ancestor.",
        "`sinjar` lies in `nineveh`, and `nineveh` in `sinjar`",
        "Empty or correct one parent of the circle, which the message writes out.",
    ),
    Code(
        "parent.wrong-kind",
        "A place lies in a place of no bigger kind",
        "The kinds go from country over region, province, district and subdistrict to town; a parent is of a bigger "
        "kind than what lies in it. An area may lie in anything and hold anything.",
        "a province whose parent is a town",
        "Correct the parent, or one of the two kinds.",
    ),
    _warning(
        "actor.command-without-parent",
        "Command without a parent",
        "`command` says how far the parent's signature binds an actor. Without a parent it says nothing.",
        "`command` is 0.8 and `parent` is empty",
        "Name the parent, or empty the cell.",
    ),
)

_DATES: Final = (
    Code(
        "case.as-of-open",
        "The as-of date is open",
        "The as-of date decides which facts count, so it needs a first and a last day.",
        "`as_of: 2016-02..`",
        "Write a day.",
    ),
    Code(
        "case.decide-by-before-as-of",
        "The decision is due before the as-of date",
        "A brief prepares a decision that lies ahead.",
        "`as_of: 2016-02-22` and `decide_by: 2016-01-31`",
        "Correct one of the two.",
    ),
    Code(
        "date.after-as-of",
        "A fact later than the as-of date",
        "No fact of a case is later than its as-of date, so that a brief knows no more than its reader could know. "
        "Shocks, tranches and steps of policies may lie ahead; a row may be checked later.",
        "an incident of `2016-03` in a case as of 2016-02-22",
        "Correct the date, empty an `until` that lies ahead, or move `as_of`.",
    ),
    Code(
        "date.ends-before-it-begins",
        "An end before its beginning",
        "Every day that the end can mean comes before every day that the beginning can mean.",
        "`since` is 2015-11 and `until` is 2014-08",
        "Swap the two, or correct one.",
    ),
    _warning(
        "date.out-of-order",
        "Numbers and dates disagree about the order",
        "Tranches of one aid, and steps of one policy, are numbered in the order of their dates.",
        "tranche 2 is due before tranche 1",
        "Number them by their dates, or correct a date.",
    ),
    _warning(
        "intervention.in-the-past",
        "A step of a policy in the past",
        "A policy is a plan from the as-of date on. What has happened before is a fact and belongs in another table.",
        "a step dated 2015-06 in a case as of 2016-02-22",
        "Date it from the as-of date on, or record it as a fact.",
    ),
    _warning(
        "source.after-as-of",
        "A source printed after the as-of date",
        "A later text may know what nobody could know on the as-of date. Data sets and assumptions are not asked: a "
        "data set is printed after the months that it counts.",
        "a report of 2018 in a case as of 2016-02-22",
        "Take from it only what was known by then, and say so in its note. The warning stays as a reminder.",
    ),
)

_SHARES: Final = (
    Code(
        "population.shares-above-one",
        "Shares of a place's people exceed the whole",
        "The shares before the war of the communities of one place sum to 1. Even the lows of the intervals sum to "
        "more. A community that is part of another one in the list is left out of the sum.",
        "0.6 and 0.5 in one place",
        "Lower a share, or widen its interval downwards.",
    ),
    _warning(
        "population.shares-below-one",
        "Shares of a place's people fall short of the whole",
        "Every community listed in the place has a share, and even the highs sum to less than 1: somebody is left out.",
        "0.6 and 0.2 in one place",
        "Add who is left out (a community `others` will do), widen an interval, or empty a share that nobody knows.",
    ),
    _warning(
        "population.counted-twice",
        "A community and a part of it in one place",
        "Both have a share of the place, and the part's people are among those of the whole.",
        "`arabs` 0.5 and `shammar`, whose parent is `arabs`, 0.2 in `rabia`",
        "Keep the whole or its parts; a community for the remaining people helps.",
    ),
    Code(
        "population.returned-above-present",
        "More returned than are present",
        "Those who returned are counted among those present.",
        "`present` is 3000 and `returned` 5000",
        "Raise `present`, or lower `returned`.",
    ),
    _warning(
        "population.persons-above-place",
        "More persons than the place can have",
        "The persons present and displaced, at least, exceed one and a half times the inhabitants before the war, at "
        "most. A zero too many is the usual cause; guests from elsewhere may be another.",
        "`population_before` is 30000, and 300000 persons are displaced",
        "Correct the numbers, or explain them in the note.",
    ),
    Code(
        "presence.strengths-above-one",
        "Strengths in a place exceed the whole",
        "Strength is an actor's share of the armed men of the claimants in a place. Even the lows sum to more than 1. "
        "An actor in two roles counts once; who withdrew, is a remnant, or has left by the as-of date does not count.",
        "0.7 and 0.6 in one place",
        "Lower a share, or widen its interval downwards.",
    ),
    _warning(
        "presence.strengths-below-one",
        "Strengths in a place fall short of the whole",
        "Every armed claimant of the place has a strength, and even the highs sum to less than 1.",
        "0.4 and 0.3 in one place",
        "Add the force that is left out, or widen an interval upwards.",
    ),
    _warning(
        "presence.strength-of-no-claimant",
        "Strength of somebody who is no armed claimant",
        "Strength is a share of the claimants' armed men. The unarmed have none; remnants of the common enemy are "
        "counted apart.",
        "a `remnant` with strength 0.2",
        "Empty the cell, or correct the role or `armed`.",
    ),
    Code(
        "presence.withdrew-and-holds",
        "An actor holds a place and withdrew from it",
        "Both rows stand, and no date shows which came first. Withdrawal under attack is a community's memory of who "
        "left it, and a later return does not undo it: with dates both rows are right.",
        "`withdrew` and `holds` of one actor in one place, both without `since`",
        "Write `since` in both rows, or delete the one that is not so.",
    ),
    _warning(
        "presence.two-holders",
        "Two actors hold one place",
        "Who holds a place has the last word on who enters it. Where several hold a part, they share it.",
        "two current rows `holds` in one place",
        "Write `shares` for those who hold a part, or `until` for those who held it before.",
    ),
    Code(
        "tranche.shares-above-one",
        "Tranches exceed their aid",
        "Each tranche is a share of the whole amount. Even the lows sum to more than 1.",
        "0.6, 0.3 and 0.3",
        "Lower a share.",
    ),
    _warning(
        "tranche.shares-below-one",
        "Tranches fall short of their aid",
        "Every tranche has a share, and even the highs sum to less than 1.",
        "0.3 and 0.3",
        "Add the tranche that is left out, or raise a share.",
    ),
    _warning(
        "tranche.numbers",
        "Tranches are not numbered 1, 2, 3 …",
        "A gap in the numbers looks like a tranche that was lost.",
        "tranches 1 and 3",
        "Number them without a gap, or add the one that is left out.",
    ),
    Code(
        "tranche.range-without-issue",
        "A condition on no scale",
        "`met_from` and `met_to` are points on the scale of an issue. Without the issue they mean nothing.",
        "`met_from` is 0.6 and `issue` is empty",
        "Name the issue, or empty the cell.",
    ),
    Code(
        "tranche.range-upside-down",
        "A condition that nothing meets",
        "A condition is met on a stretch of a scale, from its low end to its high end.",
        "`met_from` is 0.7 and `met_to` is 0.4",
        "Swap the two, or correct one.",
    ),
)

_DEALS: Final = (
    Code(
        "deal.one-party",
        "A deal with fewer than two parties",
        "A deal joins at least two sides, actors or communities. A deal that is missing has nobody yet, but at least "
        "two whose agreement it needs.",
        "`parties` holds `puk` alone",
        "Add the other party. What one side did alone is an observation.",
    ),
    Code(
        "deal.not-made",
        "A deal that does not exist and was agreed",
        "A missing deal has no parties, and neither a missing nor a proposed one has a date of agreement, terms kept, "
        "or an end. The columns `needed` and `needed_communities` say who would have to agree.",
        "the status is `missing`, and `agreed_on` is 2015-06",
        "Empty the field, or correct the status.",
    ),
    _warning(
        "deal.ended-without-date",
        "A deal ended, nobody says when",
        "How long deals last is what their fragility is judged by.",
        "the status is `ended`, and `ended_on` is empty",
        "Write when it ended, as precisely as it is known: `2015`, `2014-10..2015-03` or `..2016-02` will do.",
    ),
    Code(
        "deal.ended-yet-binding",
        "A deal that ended and binds",
        "A deal in force or suspended has not ended.",
        "the status is `in-force`, and `ended_on` is 2015-12",
        "Empty `ended_on` and `ended_by`, or write `ended`.",
    ),
    Code(
        "deal.form",
        "Form and writing contradict one another",
        "A deal that is written, signed or ratified is written; one that is only understood is not; a public text "
        "exists in writing.",
        "`form` is `signed`, and `written` is `no`",
        "Correct one of `form`, `written` and `public_text`.",
    ),
    _warning(
        "deal.needed-without-parties",
        "Parties left out of those needed",
        "Those whose agreement a deal needs include those who gave it, or the assessment would count too few.",
        "`parties` holds `puk; badr`, and `needed` holds `krg` alone",
        "Add the parties to `needed`.",
    ),
    _warning(
        "deal.strangers",
        "A deal between strangers to the place",
        "None of the parties has to do with a place that the deal covers: no presence, claim, position, seat or "
        "constituency there, of itself, of those above it or of those who answer to it. It binds nobody there.",
        "a deal over `tuz-khurmatu` whose parties are present in `rabia` alone",
        "Record what ties a party to the place, or correct the places or parties.",
    ),
    Code(
        "term.place-not-covered",
        "A term about a place that its deal does not cover",
        "A term settles something where its deal applies: in its places, and in places within them.",
        "the deal covers `saadiya`, the term is about `rabia`",
        "Add the place to the deal, or correct the term.",
    ),
    _warning(
        "term.gives-to-outsider",
        "A term gives to somebody who is no party",
        "It may be so, and then the receiver has no word to keep; more often a party is left out.",
        "`gives` is `badr`, and the parties are `puk` and `kdp`",
        "Add the receiver to the parties or to `needed`, or correct the term.",
    ),
    Code(
        "term.position-without-issue",
        "A position on no scale",
        "A position is a point on the scale of an issue. Without the issue it means nothing.",
        "`position` is 0.4 and `issue` is empty",
        "Name the issue, or empty the position.",
    ),
    _warning(
        "term.other-question",
        "A term and its issue are about different questions",
        "The issue belongs to one of the open questions; the term says another.",
        "`question` is `govern`, and the issue is about `secure`",
        "Correct the question or the issue.",
    ),
)

_POSITIONS_AND_LEDGER: Final = (
    Code(
        "position.ideal-beyond-red-line",
        "The ideal lies beyond the red line",
        "Nobody refuses what it wants most. The whole interval of the ideal lies outside what the actor can accept.",
        "`ideal` is 0.2 and `red_line_below` is 0.5",
        "Move the ideal within the red lines, or correct the red line.",
    ),
    Code(
        "position.red-lines-crossed",
        "Red lines that leave nothing to accept",
        "The red line below lies above the red line above.",
        "`red_line_below` is 0.8 and `red_line_above` is 0.3",
        "Swap the two, or correct one.",
    ),
    Code(
        "position.wrong-scope",
        "A position on an issue that is not asked there",
        "An issue is asked in each contested place or at national level, never both; a place of context is not asked.",
        "a position in `baghdad`, a national place, on an issue whose scope is `contested`",
        "Write an issue of the right scope, or correct the scope of the issue or the place.",
    ),
    _warning(
        "option.alone",
        "An issue with one option",
        "There is nothing to choose.",
        "one row in `options` for the issue `police`",
        "Add the other options, or delete the one.",
    ),
    _warning(
        "option.order",
        "Options out of order",
        "The options of an issue stand from position 0 to position 1, so that a reader sees the scale.",
        "0.5 stands before 0.2",
        "Move the row, or correct a position.",
    ),
    _warning(
        "option.same-position",
        "Two options at one position",
        "Who cares about positions alone cannot tell them apart.",
        "`mixed` and `joint` both at 0.5",
        "Move one of them, or merge the two.",
    ),
    Code(
        "issue.scope",
        "An issue that is asked nowhere",
        "Places of context are not assessed.",
        "`scope` is `context`",
        "Write `contested` or `national`.",
    ),
    _warning(
        "ledger.place-not-assessed",
        "A ledger row on a place that is not assessed",
        "The ledger shows contested places and, beside them, the national arena.",
        "a row on `sulaymaniyah`, a place of context",
        "Make the place contested or national, or delete the row.",
    ),
    _warning(
        "ledger.summary-too-long",
        "A summary of more than eight words",
        "It must fit a cell of the matrix in the brief.",
        "a whole sentence in `summary`",
        "Shorten it; the rest belongs in `note`.",
    ),
    _warning(
        "ledger.agreed-without-deal",
        "Agreed, and no deal is named",
        "Whoever reads that a question is agreed will ask by which deal, and how fragile it is.",
        "`state` is `agreed-informally` and `deal` is empty",
        "Name the deal, or correct the state.",
    ),
    Code(
        "ledger.contradicts-deal",
        "The ledger and its deal contradict one another",
        "A question is agreed only by a deal in force; it is neither unaddressed nor without account where one is in "
        "force; it is agreed formally only by a deal in writing, and informally only by one that is not signed.",
        "`state` is `agreed-formally`, and the deal's status is `ended`",
        "Correct the state, the deal named, or the deal's row.",
    ),
    _warning(
        "ledger.deal-elsewhere",
        "The ledger names a deal about other places",
        "The deal does not cover the place of the row.",
        "`place` is `rabia`, and the deal covers `jalawla`",
        "Add the place to the deal, or name another.",
    ),
)

_PLACES_AND_NAMES: Final = (
    _warning(
        "place.none-contested",
        "No contested place",
        "The case has places, and none is contested: there is nothing to assess.",
        "every `scope` is empty, which means context",
        "Write `contested` as the scope of the places that the case is about.",
    ),
    _warning(
        "place.nothing-recorded",
        "A contested place with nothing recorded",
        "It has neither a row in the ledger nor a position of anybody. Silence is not calm.",
        "`rabia` is contested and stands in `places` alone",
        "Add what is known, if only a ledger row `no-account`, or make it a place of context.",
    ),
    _warning(
        "place.no-coordinates",
        "A contested place that no map can show",
        "It has neither coordinates nor a geometry.",
        "`latitude`, `longitude` and `geometry` are empty",
        "Write latitude and longitude in degrees, or name a GeoJSON file.",
    ),
    Code(
        "place.half-coordinates",
        "Half a pair of coordinates",
        "A latitude without a longitude is no spot.",
        "`latitude` is 36.3 and `longitude` is empty",
        "Write the other, or empty both.",
    ),
    _warning(
        "place.code-shared",
        "One code for two places",
        "A code of a scheme means one place. A place inside another one has a code of its own, or none.",
        "`IQG15` as the p-code of `sinjar` and of `telafar`",
        "Correct one of the codes, or delete the row.",
    ),
    _warning(
        "name.shared",
        "Two rows with the same name",
        "They may be one: names are compared without marks, case and variants of letters, in every script. Nothing is "
        "merged. A place within another may bear its name and is not asked.",
        "`zumar` and `zummar`, both named زمار",
        "Keep one row if they are one; tell them apart in `note` if not.",
    ),
    _warning(
        "name.lookalike-letters",
        "Letters of another keyboard",
        "Arabic ك and ي look like Kurdish ک and ی, Cyrillic а like Latin a; a search for the name then finds nothing.",
        "a Sorani (`ckb`) name with ك (U+0643)",
        "Type the name anew; the message writes it out.",
    ),
    _warning(
        "name.wrong-script",
        "A name in the script of another language",
        "Language and name do not go together; often two cells are swapped.",
        "`language` is `ar` and `name` is `Sinjar`",
        "Correct the language or the name.",
    ),
    Code(
        "name.missing-or-not",
        "A missing name that is there, or the other way round",
        "A row of kind `missing` says that no name was found in this language; every other row gives one.",
        "`kind` is `missing` and `name` is `Şingal`",
        "Empty the name, or correct the kind.",
    ),
    _warning(
        "name.language-gap",
        "A contested place without a name in a language of the case",
        "The head of the case lists the languages in which places should have a name. The name in `places` counts as "
        "English.",
        "`languages: [ar, ckb]`, and `rabia` has no row in `ckb`",
        "Add the name, or a row of kind `missing` where none was found: then the gap shows.",
    ),
)

_ACTORS_AND_PLANS: Final = (
    _warning(
        "relation.said-twice",
        "A mutual relation written twice",
        "Hostility, rivalry, alliance and gridlock run both ways; a second row from the other side counts it again.",
        "hostility of `puk` and `badr`, and of `badr` and `puk`",
        "Delete one of the two rows.",
    ),
    _warning(
        "engagement.own-deal",
        "A third party of its own deal",
        "Who facilitates or guarantees a deal stands outside it. A party's guarantee is its own word.",
        "`badr` guarantees a deal to which it is party",
        "Take it out of the parties, or delete the engagement.",
    ),
    _warning(
        "acceptance.of-itself",
        "A third party accepts itself",
        "Acceptance is how far a side accepts a third party.",
        "`side` is the actor of the engagement",
        "Name the side that accepts it, or delete the row.",
    ),
    _warning(
        "aid.currency",
        "Money in another currency than the case's",
        "No rate of exchange is applied behind a reader's back, so the amount stays out of every sum.",
        "`currency` is `EUR` in a case in `USD`",
        "Write the amount in the case's currency at the rate of the day, and the original in `note`.",
    ),
    _warning(
        "shock.never",
        "A shock that never comes",
        "It has neither a date nor a rate.",
        "`date` and `rate_per_month` are empty",
        "Write when it is due, or how often such things happen.",
    ),
    Code(
        "intervention.incomplete",
        "A step that does not say what it acts on",
        "Each action needs certain fields: to formalise needs a deal, to give aid needs the aid, to include needs a "
        "community or an actor, and where.",
        "`action` is `formalise` and `deal` is empty",
        "Fill in the field that the message names, or correct the action.",
    ),
    _warning(
        "intervention.deal-state",
        "A step that does not fit the deal",
        "It makes a deal that is there, or changes one that is not there and that no earlier step makes.",
        "`formalise` a deal whose status is `missing`",
        "Put a step `make-deal` before it, or name another deal.",
    ),
    _warning(
        "intervention.numbers",
        "Steps are not numbered 1, 2, 3 …",
        "A gap in the numbers looks like a step that was lost.",
        "steps 1 and 3",
        "Number them without a gap, or add the one that is left out.",
    ),
)

_SOURCING: Final = (
    _warning(
        "source.none-given",
        "Rows without a source",
        "Every fact names its source, so that a reader can ask. Reported once a table, with the first rows. What the "
        "case itself asks or plans (issues, options, policies, interventions) needs none.",
        "12 rows of `presence.csv` with an empty `source`",
        "Write `source-id [spot]`. For what nobody said, add a source of kind `assumption` and cite it.",
    ),
    Code(
        "source.assumed-yet-certain",
        "An assumption with high confidence",
        "The row cites assumptions alone, and claims to be surely true.",
        "`source` is `our-guess`, of kind `assumption`, and `confidence` is `high`",
        "Write `low` or `claim`, or name a source that says so.",
    ),
    _warning(
        "source.unused",
        "A source that nobody cites",
        "It may be a reference that was forgotten in the rows.",
        "`who-2015` stands in `sources` alone",
        "Cite it where it is used, or delete it.",
    ),
    _warning(
        "broker.low-sensitivity",
        "A go-between handled openly",
        "A person known to deal across the line can be hurt. Brokers are handled as `high` and contacts as `moderate` "
        "unless a row says otherwise; this one says less.",
        "`sensitivity` of a broker is `low`",
        "Empty the cell, unless the person agreed to be named. The warning stays as a reminder.",
    ),
    _warning(
        "case.public-yet-severe",
        "A public case with severe rows",
        "The case may reach the public, redacted, and holds rows whose disclosure could cost lives. The redaction "
        "gate would be all that stands between.",
        "`audience: public`, and a broker marked `severe`",
        "Write `partners` or `internal`, or keep those rows in a case of their own.",
    ),
    Code(
        "account.target",
        "An account of something that is not there",
        "`table`, `row` and `field` name a cell of the case: the row by its key (composite keys joined by `/`), the "
        "field by its column. Keys and the columns about the row itself cannot be in dispute.",
        "`row` is `sinjar/pmf` where the key is `sinjar/pmf/holds`",
        "Write the names as they stand in the tables; the message suggests the nearest.",
    ),
    Code(
        "account.value",
        "An account that its field could not hold",
        "The value is read as the field of the table would be.",
        "`many` as an account of `places.population_before`",
        "Write it as in the column that it is about.",
    ),
    Code(
        "account.nobody",
        "An account that is nobody's",
        "An account is what a source or a side says.",
        "`source` and `said_by` are empty",
        "Write the source, or whose account it is.",
    ),
    _warning(
        "account.alone",
        "A single account",
        "Accounts are for fields on which sources differ. One alone says no more than the row itself.",
        "one row on `deals`, `erbil-oil`, `kept_share`",
        "Add the other account, or delete this one and cite its source in the row.",
    ),
    Code(
        "account.used-twice",
        "Two accounts are used",
        "The table follows one account, or none where it spans them all.",
        "two rows with `used` = `yes` on one field",
        "Write `yes` for one alone.",
    ),
    Code(
        "account.used-differs",
        "The used account is not what the table says",
        "Where an account is marked as used, the table holds its value; a reader would otherwise be told one thing "
        "and shown another.",
        "the account says 30000, and `population_before` is 40000",
        "Write the account's value in the table, or mark the account that the table follows.",
    ),
)

_SECTIONS: Final[Mapping[str, tuple[Code, ...]]] = {
    "Files": _FILES,
    "YAML": _YAML,
    "The head of a case, and geometry": _HEAD,
    "Tables and CSV": _TABLES_AND_CSV,
    "Workbooks": _WORKBOOKS,
    "Cells": _CELLS,
    "Keys, references and parents": _KEYS_AND_REFERENCES,
    "Dates": _DATES,
    "Shares, persons and presence": _SHARES,
    "Deals and terms": _DEALS,
    "Positions and the ledger": _POSITIONS_AND_LEDGER,
    "Places and names": _PLACES_AND_NAMES,
    "Actors, money and plans": _ACTORS_AND_PLANS,
    "Sources, handling and rival accounts": _SOURCING,
}

CODES: Final[Mapping[str, Code]] = {code.code: code for section in _SECTIONS.values() for code in section}
"""Every code by its name, in the order of the page."""

_HEAD_OF_PAGE: Final = """\
# Issue codes

This page is made from the code (`src/dayafter/casefile/codes.py`).

`dayafter check CASE` reports every fault of a case at once: where it is (file, line and column, or sheet and cell),
what is wrong, and the smallest mend, with a code in brackets. Codes are stable, so scripts may rely on them
(`--format json`).

## Errors and warnings

- An **error** means that the case cannot be used, or that it contradicts itself: no reading of it would be the right
  one. Nothing is assessed until it is mended; `dayafter check` exits with 2.
- A **warning** means that the case can be used, and that something is probably missing, misleading or dangerous. The
  case is assessed all the same, and the exit status stays 0. Some warnings are reminders that rightly stay, such as
  the one on a go-between who agreed to be named.

A code is always an error or always a warning. Where one fault causes another (an unknown kind of a place, and then a
rule on kinds), mending the first may make the second disappear: rules on several rows look at the rows that could be
read, and a reference to a row that could not be read is not called dangling.
"""


def issue_codes_markdown() -> str:
    """Write the reference page of all codes, in Markdown."""
    lines = [_HEAD_OF_PAGE]
    for title, section in _SECTIONS.items():
        lines += [f"## {title}", ""]
        for code in section:
            mark = "Error" if code.severity is Severity.ERROR else "Warning"
            lines += [
                f"### `{code.code}`",
                "",
                f"**{code.title}.** {mark}. {code.explanation}",
                "",
                f"- For instance: {code.example}",
                f"- Mend: {code.remedy}",
                "",
            ]
    return "\n".join(lines).rstrip() + "\n"
