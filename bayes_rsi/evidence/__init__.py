"""Published figures, checked, cut at a day, and laid out for a model."""

from bayes_rsi.evidence.cut import Evidence, cut
from bayes_rsi.evidence.panel import panel
from bayes_rsi.evidence.schema import TABLES
from bayes_rsi.evidence.tables import check, data_folder, load_evidence
from bayes_rsi.evidence.trend import doubling_time, records

__all__ = [
    "TABLES",
    "Evidence",
    "check",
    "cut",
    "data_folder",
    "doubling_time",
    "load_evidence",
    "panel",
    "records",
]
