"""Published figures, checked, cut at a day, and laid out for a model."""

from bayes_rsi.evidence.cut import Evidence, cut
from bayes_rsi.evidence.panel import panel
from bayes_rsi.evidence.runs import check_runs, lay_out, load_runs
from bayes_rsi.evidence.schema import RUNS, TABLES
from bayes_rsi.evidence.tables import check, data_folder, load_evidence
from bayes_rsi.evidence.trend import doubling_time, records

__all__ = [
    "RUNS",
    "TABLES",
    "Evidence",
    "check",
    "check_runs",
    "cut",
    "data_folder",
    "doubling_time",
    "lay_out",
    "load_evidence",
    "load_runs",
    "panel",
    "records",
]
