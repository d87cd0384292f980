"""Headlines and pools as JSON files: written once, read by every later forecast.

Invariant: what is read back is what was written, to the last digit; a file that is not whole is
refused, with what makes it again. The documents keep to `verdict.schema.json` and
`pool.schema.json` beside this module, and hold no NaN and no infinity.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import PoolCard
from bayes_rsi.errors import StoreError
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.summary import EventSummary
from bayes_rsi.pooling.headline import DIGITS, Headline, Learnt
from bayes_rsi.pooling.pool import Pool, Weights
from bayes_rsi.report.document import (
    as_json,
    event_record,
    finite,
    shares_record,
    verdict_record,
)
from bayes_rsi.report.forms import forms_record
from bayes_rsi.tags import Gate, Tag, Verdict

__all__ = [
    "POOL",
    "VERDICT",
    "as_lines",
    "pool_document",
    "read_headline",
    "read_weights",
    "verdict_document",
]

#: Names of the files: of one card in its folder, and of the pool beside the folders.
VERDICT, POOL = "verdict.json", "pool.json"
SCHEMA_VERSION = 1
_MAKE = "`bayes-rsi verdicts` writes it anew"


def verdict_document(headline: Headline) -> dict[str, Any]:
    """Give the headline of a fit as plain types.

    Parameters
    ----------
    headline : Headline
        Of a shipped card.

    Returns
    -------
    dict
        As ``verdict.schema.json`` describes it.
    """
    growth = {f"{p:g}": value for p, value in headline.growth.items()}
    horizon = next(iter(headline.events.values())).horizon
    document = {
        "schema_version": SCHEMA_VERSION,
        "tag": headline.tag.as_dict(),
        "trend": headline.trend,
        "verdict": verdict_record(headline.verdict),
        "growth": {"unit": "doublings per year", "quantiles": growth},
        "horizon": horizon.isoformat(),
        "events": {name: event_record(event) for name, event in headline.events.items()},
        "prior_alone": {name: shares_record(by) for name, by in headline.prior_alone.items()},
        "trend_parameters": {
            n: _learnt_record(one) for n, one in headline.trend_parameters.items()
        },
    }
    return dict(finite(document | _curves_record(headline.curves)))


def pool_document(pool: Pool, card: PoolCard) -> dict[str, Any]:
    """Give a pool as plain types.

    Parameters
    ----------
    pool : Pool
        Forms of the trend.
    card : PoolCard
        Where the prior weights stand.

    Returns
    -------
    dict
        As ``pool.schema.json`` describes it.
    """
    tags = {name: member.tag for name, member in pool.members.items()}
    one = next(iter(tags.values()))
    members = {n: {"card_digest": tag.card_digest, "seed": tag.seed} for n, tag in tags.items()}
    document = {
        "schema_version": SCHEMA_VERSION,
        "tag": {
            "as_of": one.as_of,
            "data_digest": one.data_digest,
            "package_version": one.package_version,
            "pool_digest": card.digest,
            "members": members,
        },
        "forms_of_trend": forms_record(pool),
    }
    return dict(finite(document | _curves_record(pool.curves)))


def as_lines(document: Mapping[str, Any]) -> str:
    r"""Write a document as JSON text with every list of numbers or days on one line.

    Parameters
    ----------
    document : mapping
        Plain types.

    Returns
    -------
    str
        As `as_json`, but shorter.

    Examples
    --------
    >>> as_lines({"p": [0.5, 0.25]})
    '{\n  "p": [0.5, 0.25]\n}\n'
    """
    flat = re.compile(r"\[\s+([^][{}]*?)\s+\]")
    return flat.sub(lambda found: f"[{re.sub(r',\s+', ', ', found[1])}]", as_json(document))


def read_headline(path: Path) -> Headline:
    """Read what `verdict_document` gave.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Headline
        As it was.

    Raises
    ------
    StoreError
        When the file is missing or damaged.
    """
    return _read(path, _headline)


def read_weights(path: Path) -> tuple[dict[str, Any], Weights]:
    """Read the tag and the weights of a pool.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    tuple
        Tag as plain types, and weights.

    Raises
    ------
    StoreError
        When the file is missing or damaged.
    """
    return _read(path, lambda document: (dict(document["tag"]), _weights(document)))


def _read[Result](path: Path, of: Callable[[dict[str, Any]], Result]) -> Result:
    if not path.is_file():
        raise StoreError(f"{path}: got no file, expected a stored result; {_MAKE}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema_version {document['schema_version']}")
        return of(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"{path}: got a damaged file ({error!r}), expected a stored result; {_MAKE}"
        ) from error


def _curves_record(curves: xr.DataArray) -> dict[str, Any]:
    days = curves[names.DATE].values.astype("datetime64[D]").astype(str).tolist()
    named = [str(name) for name in curves[names.EVENT].values]
    values = curves.transpose(names.EVENT, names.DATE).values.round(DIGITS)
    return {"months": days, "curves": dict(zip(named, values.tolist(), strict=True))}


def _learnt_record(one: Learnt) -> dict[str, Any]:
    sides = {
        "posterior": (one.quantiles, one.above_zero),
        "prior": (one.prior_quantiles, one.prior_above_zero),
    }
    return {
        side: {"quantiles": {f"{p:g}": x for p, x in quantiles.items()}, "above_zero": above}
        for side, (quantiles, above) in sides.items()
    }


def _learnt(held: Mapping[str, Any]) -> Learnt:
    told = []
    for side in ("posterior", "prior"):
        quantiles = {float(p): x for p, x in held[side]["quantiles"].items()}
        told += [MappingProxyType(quantiles), held[side]["above_zero"]]
    return Learnt(*told)


def _headline(document: dict[str, Any]) -> Headline:
    curves = document["curves"]
    days = np.array(document["months"], "datetime64[ns]")
    values = np.array([curves[name] for name in document["events"]], dtype=float)
    horizon = date.fromisoformat(document["horizon"])
    return Headline(
        tag=Tag(**document["tag"]),
        trend=document["trend"],
        verdict=Verdict(tuple(_gate(gate) for gate in document["verdict"]["gates"])),
        growth=MappingProxyType(
            {float(p): value for p, value in document["growth"]["quantiles"].items()}
        ),
        events=MappingProxyType(
            {name: _event(name, held, horizon) for name, held in document["events"].items()}
        ),
        prior_alone=MappingProxyType(
            {name: _shares(by) for name, by in document["prior_alone"].items()}
        ),
        curves=xr.DataArray(
            values,
            dims=(names.EVENT, names.DATE),
            coords={names.EVENT: list(document["events"]), names.DATE: days},
        ),
        trend_parameters=MappingProxyType(
            {name: _learnt(one) for name, one in document["trend_parameters"].items()}
        ),
    )


def _gate(held: Mapping[str, Any]) -> Gate:
    value = math.nan if held["value"] is None else held["value"]
    return Gate(held["name"], value, held["limit"], held["at_most"], held["where"])


def _event(name: str, held: Mapping[str, Any], horizon: date) -> EventSummary:
    quantiles = {
        float(p): None if day is None else date.fromisoformat(day)
        for p, day in held["quantiles"].items()
    }
    return EventSummary(
        name=name,
        title=held["title"],
        probability_by=_shares(held["probability_by"]),
        never_if_none_by=_shares(held["never_if_none_by"]),
        quantiles=MappingProxyType(quantiles),
        never=_share(held["never"]),
        after_horizon=_share(held["after_horizon"]),
        contradicted=held["contradicted"],
        binding=MappingProxyType(dict(held["binding"])),
        left_out=tuple(held["left_out"]),
        horizon=horizon,
    )


def _shares(held: Mapping[str, Any]) -> Mapping[date, Share]:
    return MappingProxyType({date.fromisoformat(d): _share(share) for d, share in held.items()})


def _share(held: Mapping[str, Any]) -> Share:
    return Share(held["p"], math.nan if held["mcse"] is None else held["mcse"])


def _weights(document: dict[str, Any]) -> Weights:
    forms = document["forms_of_trend"]
    members = forms["members"]
    return Weights(
        prior={member["card"]: member["prior_weight"] for member in members},
        updated={member["card"]: member["weight"] for member in members},
        log_score={
            member["card"]: member["log_score"]
            for member in members
            if member["log_score"] is not None
        },
        origins=tuple(forms["origins"]),
        outcomes=forms["outcomes"],
        systems=forms["systems"],
    )
