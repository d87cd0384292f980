"""What a table may hold: every column with its type, unit, range and key.

Invariant: this is the only statement of the schema. The reader, the checks of single cells, the
field descriptions in `datapackage.json` and the tests are all driven by `TABLES` and `RUNS`; a
column that is not written here does not exist.

Conventions of the files: UTF-8 CSV with a header row, ISO dates, `yes`/`no`, an empty cell where a
figure is missing, a fraction (0.73) and never a percentage.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bayes_rsi.evidence.columns import Column, Table

__all__ = [
    "DOMAINS",
    "EFFORTS",
    "HUMAN_SOURCES",
    "KINDS",
    "LABEL_MARK",
    "PACKAGE",
    "QUANTILES",
    "RUNS",
    "TABLES",
    "UNIT_OF_KIND",
]

#: File that describes the tables of a whole folder to other programs.
PACKAGE = "datapackage.json"
#: Stands between the parts of a score's label, so no key may hold it.
LABEL_MARK = "|"
#: The unit that each kind of series is written in.
UNIT_OF_KIND: Mapping[str, str] = MappingProxyType(
    {
        "fraction": "fraction",
        "horizon": "minutes",
        "speedup": "speedup",
        "ratio": "ratio",
        "count": "count",
        "index": "index",
    }
)
KINDS = tuple(UNIT_OF_KIND)
#: Reasoning effort, lowest first; an unstated effort ranks below every stated one.
EFFORTS = ("", "none", "low", "medium", "high", "max")
DOMAINS = (
    "software_engineering",
    "long_horizon_autonomy",
    "research_reproduction",
    "ml_engineering",
    "kernels_and_training",
    "post_training",
    "general_reasoning",
    "research_creativity",
    "agent_management",
)
#: Where the human time of a task comes from: people who were timed, one person who tested the task
#: (inside or outside of the house), or a guess.
HUMAN_SOURCES = ("baseline", "qa", "external_qa", "estimate")
#: Columns of the quantiles of a forecast, lowest first.
QUANTILES = ("p10", "p25", "p50", "p75", "p90")
_CENSORING = ("none", "right", "left", "interval")
_REPORTERS = ("author", "developer", "third_party", "leaderboard")
_KNOWN_ON_BASES = ("publication", "snapshot", "evaluation", "submission", "release", "assumed")
_EXCLUSIONS = ("", "duplicate", "leakage", "not_comparable", "composite", "hacked", "quoted")


_SOURCE = Column("source", "string", "Where it was published", required=True)
_NOTE = Column("note", "string", "Remark in own words")
_ARTICLE = Column(
    "article", "boolean", "Whether the article that the project starts from says it", default="no"
)

_SCORES = Table(
    "scores",
    "One published figure of one system on one series",
    ("series", "system", "scaffold", "effort", "reporter", "vintage"),
    (
        Column("series", "string", "Series, an id of benchmarks.csv", required=True),
        Column("system", "string", "System, a name of systems.csv or an alias", required=True),
        Column("value", "number", "The figure", "unit of the row", required=True),
        Column(
            "unit",
            "string",
            "Unit, equal to the unit of the series",
            required=True,
            allowed=tuple(UNIT_OF_KIND.values()),
        ),
        Column(
            "n_items",
            "integer",
            "Items behind this figure; empty: those of the series",
            "items",
            low=1,
        ),
        Column("n_seeds", "integer", "Runs averaged; empty stands for one", "runs", low=1),
        Column(
            "se",
            "number",
            "Published standard error; no fit reads it: of shares, items and runs count instead",
            "unit of the row",
            low=0,
        ),
        Column("ci_low", "number", "Lower end of the published interval", "unit of the row"),
        Column("ci_high", "number", "Upper end of the published interval", "unit of the row"),
        Column(
            "ci_level", "number", "Level of the published interval", "probability", low=0, high=1
        ),
        Column(
            "censoring",
            "string",
            "right: the truth is above value; left: below; interval: between lower and upper",
            allowed=_CENSORING,
            default="none",
        ),
        Column("lower", "number", "Lower bound, interval censoring only", "unit of the row"),
        Column("upper", "number", "Upper bound, interval censoring only", "unit of the row"),
        Column("scaffold", "string", "Scaffold as published; empty when unknown"),
        Column("scaffold_family", "string", "Family of scaffolds that share an effect"),
        Column("effort", "string", "Reasoning effort", allowed=EFFORTS),
        Column(
            "reporter",
            "string",
            "Who published the figure",
            allowed=_REPORTERS,
            default="third_party",
        ),
        Column("vintage", "string", "State of publication; empty when never revised"),
        Column("known_on", "date", "First day the figure could be known", required=True),
        Column(
            "known_on_basis",
            "string",
            "What known_on rests on",
            allowed=_KNOWN_ON_BASES,
            default="assumed",
        ),
        Column("excluded", "string", "Why it is kept out of every fit", allowed=_EXCLUSIONS),
        Column(
            "carried_from",
            "string",
            "Series whose runs this figure repeats: it is not fitted beside that series",
        ),
        _ARTICLE,
        _SOURCE,
        _NOTE,
    ),
)

_BENCHMARKS = Table(
    "benchmarks",
    "One series: one benchmark, one version, one way of scoring",
    ("series",),
    (
        Column("series", "string", "Id, snake case", required=True),
        Column("benchmark", "string", "Family of series that share their items", required=True),
        Column("title", "string", "Name for people", required=True),
        Column("version", "string", "Version or split"),
        Column("domain", "string", "Part of AI R&D", required=True, allowed=DOMAINS),
        Column("kind", "string", "Kind of metric", required=True, allowed=KINDS),
        Column("unit", "string", "Unit", required=True, allowed=tuple(UNIT_OF_KIND.values())),
        Column(
            "reliability",
            "number",
            "Success rate that defines a horizon",
            "fraction",
            low=0,
            high=1,
        ),
        Column("n_items", "integer", "Items of the whole set", "items", low=1),
        Column("floor", "number", "Score of chance", "fraction", low=0, high=1),
        Column("cap", "number", "Largest value that the suite can measure", "unit of the series"),
        Column("human", "number", "Human baseline", "unit of the series"),
        Column("human_basis", "string", "Who the humans were and what they had"),
        Column("released", "date", "Day the version came out"),
        Column(
            "role",
            "string",
            "core: evidence on AI R&D; bridge: links systems; context: never fitted",
            required=True,
            allowed=("core", "bridge", "context"),
        ),
        _ARTICLE,
        Column("licence", "string", "Licence of the figures"),
        _SOURCE,
        _NOTE,
    ),
)

_SYSTEMS = Table(
    "systems",
    "One released AI system",
    ("system",),
    (
        Column("system", "string", "Canonical name", required=True),
        Column("lab", "string", "Developer", required=True),
        Column("released", "date", "Day of release", required=True),
        Column(
            "tier",
            "string",
            "Kind of release",
            required=True,
            allowed=("flagship", "small", "open"),
        ),
        _SOURCE,
        _NOTE,
    ),
)

_ALIASES = Table(
    "aliases",
    "One other spelling of a system",
    ("alias",),
    (
        Column("alias", "string", "Spelling found in a source", required=True),
        Column("system", "string", "Canonical name in systems.csv", required=True),
    ),
)

_AUDITS = Table(
    "audits",
    "One count of flawed items in a benchmark",
    ("audit",),
    (
        Column("audit", "string", "Id", required=True),
        Column("benchmark", "string", "Family in benchmarks.csv", required=True),
        Column("n_audited", "integer", "Items looked at", "items", required=True, low=1),
        Column("n_flawed", "integer", "Items found flawed", "items", required=True, low=0),
        Column("n_items", "integer", "Items of the whole set", "items", low=1),
        Column(
            "sampling",
            "string",
            "How the audited items were drawn",
            required=True,
            allowed=("random", "failed_items", "all", "flagged"),
        ),
        Column(
            "weight",
            "number",
            "Discount of the counts as evidence on the whole set",
            "fraction",
            required=True,
            low=0,
            high=1,
        ),
        Column(
            "scored_correct_share",
            "number",
            "Share of flawed items that capable systems still get credit for",
            "fraction",
            low=0,
            high=1,
        ),
        Column("known_on", "date", "First day the audit could be known", required=True),
        _SOURCE,
        _NOTE,
    ),
)


def _quantile(name: str) -> Column:
    meaning = f"{name[1:]}% quantile: an ISO date when unit is date, else a number"
    return Column(name, "string", meaning)


_FORECASTS = Table(
    "forecasts",
    "One public forecast by somebody else",
    ("forecaster", "question", "target_date", "forecast_date"),
    (
        Column("forecaster", "string", "Who", required=True),
        Column("question", "string", "What was asked", required=True),
        Column(
            "event",
            "string",
            "Event of a card that it maps to; empty when none does",
        ),
        Column(
            "condition",
            "string",
            "What must be so on the day, as `bayes-rsi given` reads it, without the day; without "
            "the number too where the quantiles are it",
        ),
        Column(
            "kind",
            "string",
            "Form of the answer",
            required=True,
            allowed=("probability", "quantiles", "point", "goal", "qualitative"),
        ),
        Column(
            "bound",
            "string",
            "Whether the number is exact or a bound",
            allowed=("exact", "lower", "upper"),
            default="exact",
        ),
        Column("probability", "number", "P(event by target_date)", "probability", low=0, high=1),
        Column("target_date", "date", "Day the question closes"),
        *(_quantile(name) for name in QUANTILES),
        Column("unit", "string", "Unit of the quantiles"),
        Column("forecast_date", "date", "Day the forecast was made", required=True),
        _ARTICLE,
        _SOURCE,
        _NOTE,
    ),
)

#: Every table by its name, in the order in which they are checked.
TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in (_SYSTEMS, _ALIASES, _BENCHMARKS, _AUDITS, _SCORES, _FORECASTS)}
)

#: Results on single tasks. They lie below the scores, so they are no part of `Evidence`: whoever
#: needs them reads them with `runs.load_runs`.
RUNS = Table(
    "runs",
    "All runs of one system on one task",
    ("task", "system"),
    (
        Column("task", "string", "Task", required=True),
        Column("family", "string", "Family of similar tasks", required=True),
        Column(
            "human_minutes",
            "number",
            "Time a skilled human needs, above 0",
            "minutes",
            required=True,
            low=0,
        ),
        Column(
            "human_source",
            "string",
            "Where the human time comes from",
            allowed=HUMAN_SOURCES,
            default="estimate",
        ),
        Column(
            "chance",
            "number",
            "Success rate of guessing, below 1",
            "fraction",
            low=0,
            high=1,
            default="0",
        ),
        Column("system", "string", "System", required=True),
        Column("successes", "integer", "Successful runs", "runs", required=True, low=0),
        Column("attempts", "integer", "Runs", "runs", required=True, low=1),
        Column("known_on", "date", "First day the result could be known"),
        Column("source", "string", "Where it was published"),
    ),
)
