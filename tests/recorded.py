"""A forecast made by hand on an earlier day, whose questions have partly been answered since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import toy
import xarray as xr

from bayes_rsi.cards import Card
from bayes_rsi.checks.record.ahead import dates_ahead, scores_ahead
from bayes_rsi.checks.record.asked import asked_ahead, open_levels
from bayes_rsi.checks.record.registration import Registration, registration
from bayes_rsi.evidence import Evidence, panel

DRAWS = 2000


def panel_of(seen: Evidence, card: Card) -> xr.Dataset:
    """Give the panel of a day."""
    return panel(seen, **asdict(card.evidence))


def drawn(known: xr.Dataset, series: Collection[str] = ()) -> xr.DataArray:
    """Answer the questions about all or some series: normal about the best known, a unit a year."""
    asked = asked_ahead(known)
    asked = asked[asked["series"].isin(list(series))] if series else asked
    rng = np.random.default_rng(3)
    start = asked["known_best"].fillna(0.0).to_numpy()[:, None]
    moved = asked["months"].to_numpy()[:, None] / 12
    values = start + moved + rng.standard_normal((len(asked), DRAWS))
    bounded = (asked["kind"] != "system").to_numpy()[:, None]
    values = np.where(bounded, np.maximum(values, start), values)
    coords = {"target": asked["target"].to_numpy(dtype=str)}
    return xr.DataArray(values, dims=("target", "draw"), coords=coords)


def entry(seen: Evidence, card: Card, known: xr.Dataset, samples: xr.DataArray) -> Registration:
    """Give a registration of these samples, with the events of the toy forecast."""
    day = seen.as_of.isoformat()
    tag = replace(toy.TAG, card=card.name, as_of=day, data_digest=seen.digest)
    levels = open_levels(seen, card, known)
    rows = [dates_ahead(toy.forecast(tag=tag)), scores_ahead(samples, known, levels, card.name)]
    return registration(tag, toy.PASSED, card.evidence, levels, pd.concat(rows))
