"""From a fit to a forecast.

Invariant: the same fit and seed give the same forecast; nothing is estimated here.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import ModelError, did_you_mean, refuse_other, refuse_seed
from bayes_rsi.forecasting.events import Dates, check_events, required
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.paths import Paths, continued
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.posterior import Fit
from bayes_rsi.units import date_of_year, year_of_date

__all__ = ["FRONTIER_UNTIL", "forecast"]

#: The frontier is kept to this day; events are simulated to the card's horizon.
FRONTIER_UNTIL = "2032-12-31"
#: Draws that a forecast may go on from.
GROUPS = ("posterior", "prior")
#: Leads up to this quantile are followed beyond the horizon.
LONGEST = 0.99999


def forecast(fit: Fit, seed: int | None = None, group: str = "posterior") -> Forecast:
    """Project the frontier and date the events of the fit's card.

    Parameters
    ----------
    fit : Fit
        The fit.
    seed : int, optional
        Seed of the future and of the judged quantities. Default: that of the fit.
    group : {"posterior", "prior"}, default "posterior"
        Draws to start from; ``"prior"`` shows what the card says without any score.

    Returns
    -------
    Forecast
        With the tag and the verdict of the fit.

    Raises
    ------
    ModelError
        When an argument is of another kind, an event's requirement cannot be served by the fitted
        series, or no future is left in which none of the events has happened by the as-of date.

    Examples
    --------
    >>> forecast(fit).probability_by("2028-12-31")
    0...
    """
    _refuse_arguments(fit, seed, group)
    card, panel = fit.card, fit.panel
    check_events(card, panel)
    draws = fit.tree[group].to_dataset()
    chosen = fit.tag.seed if seed is None else seed
    as_of = float(year_of_date(fit.tag.as_of))
    horizon = float(year_of_date(card.forecast.horizon))
    # Internal systems are ahead: what they reach by the horizon, released ones reach a lead later.
    lead = max(float(event.lead.quantile(LONGEST)) for event in card.events.values())
    paths = continued(draws, card, horizon + lead, chosen)
    told_by = _log_likelihood(fit) if group == "posterior" else None
    futures = Futures(card, panel, draws, paths, (as_of, horizon), chosen, told_by)
    found = {name: futures.scene(name).dates() for name in card.events}
    _refuse_happened(futures, fit.tag.as_of)
    told = {name: required(event, panel) for name, event in card.events.items()}
    events = _events(found, paths, draws)
    events.attrs = {
        "horizon_year": horizon,
        "requirements": {name: [item.name for item in items] for name, items in told.items()},
        "left_out": {
            name: [item.name for item in card.events[name].requirements if item not in items]
            for name, items in told.items()
        },
    }
    titles = {name: event.title for name, event in card.events.items()}
    frontier = _frontier(paths, draws)
    return Forecast(fit.tag, fit.verdict, events, frontier, titles, futures, group=group)


def _refuse_arguments(fit: object, seed: object, group: str) -> None:
    refuse_other(fit, Fit, "forecast", "bayes_rsi.fit or bayes_rsi.load_fit")
    if group not in GROUPS:
        hint = did_you_mean(str(group), GROUPS)
        raise ModelError(
            f"forecast: got group {group!r}, expected one of {', '.join(GROUPS)}. {hint}"
        )
    if seed is not None:
        refuse_seed(seed, "forecast")


def _refuse_happened(futures: Futures, as_of: str) -> None:
    """Refuse a card no future of which agrees with what is known."""
    lost = {name: futures.happened(name) for name in futures.card.events}
    if not np.all(np.any(list(lost.values()), axis=0)):
        return
    worst = max(lost, key=lambda name: lost[name].mean())
    share = lost[worst].mean()
    where = "every future" if share == 1 else f"{100 * share:.0f}% of the futures"
    raise ModelError(
        f"got event '{worst}', which in {where} has happened by {as_of}, expected events that have "
        "not: no future is left; require more of it in the card, or take it out"
    )


def _log_likelihood(fit: Fit) -> xr.DataArray | None:
    if "log_likelihood" not in fit.tree:
        return None
    return fit.tree["log_likelihood"].to_dataset().get(names.SCORE_LOG_LIKELIHOOD)


def _events(found: dict[str, Dates], paths: Paths, draws: xr.Dataset) -> xr.Dataset:
    dims = (names.EVENT, names.CHAIN, names.DRAW, names.REPLICATE)

    def stacked(field: str) -> tuple[tuple[str, ...], np.ndarray]:
        arrays = [getattr(one, field).reshape(paths.shape) for one in found.values()]
        return dims, np.stack(arrays)

    return xr.Dataset(
        {
            names.EVENT_YEAR: stacked("year"),
            names.NEVER: stacked("never"),
            names.BINDING: stacked("binding"),
        },
        coords={
            names.EVENT: list(found),
            names.CHAIN: draws[names.CHAIN].values,
            names.DRAW: draws[names.DRAW].values,
            names.REPLICATE: np.arange(paths.shape[2]),
        },
    )


def _frontier(paths: Paths, draws: xr.Dataset) -> xr.Dataset:
    kept = paths.years <= float(year_of_date(FRONTIER_UNTIL))
    days = [np.datetime64(date_of_year(float(year)), "ns") for year in paths.years[kept]]
    first = paths.values.reshape(*paths.shape, -1)[:, :, 0, kept]
    return xr.Dataset(
        {
            names.FRONTIER: ((names.CHAIN, names.DRAW, names.DATE), first),
            names.GROWTH: draws[names.GROWTH].transpose(names.CHAIN, names.DRAW),
        },
        coords={
            names.CHAIN: draws[names.CHAIN].values,
            names.DRAW: draws[names.DRAW].values,
            names.DATE: np.array(days),
        },
    )
