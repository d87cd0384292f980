"""Keeping fits: one netCDF file each, under the origin that made it.

Invariant: a file is whole or absent (written beside its place and moved there), and what is loaded
are the draws that the card, evidence and seed that were asked for would give. Cards that differ in
their events alone share their draws.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import xarray as xr

from bayes_rsi.cards import Card
from bayes_rsi.errors import OutputError, StoreError, refuse_other
from bayes_rsi.evidence import Evidence
from bayes_rsi.files import replacing
from bayes_rsi.forecasting.events import check_requirements
from bayes_rsi.inference.sample import panel_of, tag_of
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Gate, Tag, Verdict

__all__ = ["FILE", "load", "save"]

#: Name of the file in its folder.
FILE = "posterior.nc"
_TAG, _GATES, _MODEL = "tag", "gates", "model_digest"
#: Parts of a tag in which cards of one model may differ.
_OF_THE_CARD = ("card", "card_digest")
#: What to do about a tag that differs, by the part that does.
_REMEDIES = {
    "card": "give its card",
    "as_of": "give its as-of date, or fit again",
    "seed": "give its seed, or fit again",
    "data_digest": "give the rows that were added to it, or fit again",
}
#: Draws compress well at the lowest level; higher ones cost time and gain little.
_PACKED = {"zlib": True, "complevel": 1, "shuffle": True}


def save(fit: Fit, folder: str | Path) -> Path:
    """Write a fit as netCDF, which ArviZ and xarray open without this package.

    Parameters
    ----------
    fit : Fit
        The fit.
    folder : path
        Where `FILE` goes; made when missing. An older file is replaced at once or not at all.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputError
        When the folder or the file cannot be written.

    Examples
    --------
    >>> rsi.save_fit(fit, "results")
    PosixPath('results/posterior.nc')
    """
    refuse_other(fit, Fit, "save_fit", "bayes_rsi.fit")
    target = Path(folder) / FILE
    gates = [[g.name, g.value, g.limit, g.at_most, g.where] for g in fit.verdict.gates]
    tree = fit.tree.copy()
    tree.attrs = {
        _TAG: json.dumps(fit.tag.as_dict()),
        _GATES: json.dumps(gates),
        _MODEL: fit.card.model_digest,
    }
    try:
        with replacing(target) as temporary:
            tree.to_netcdf(temporary, engine="h5netcdf", encoding=_encoding(tree))
    except OSError as error:
        raise OutputError(
            f"{target}: got {error.strerror or error}, expected a place to write the posterior; "
            "choose another folder"
        ) from error
    return target


def load(card: Card, evidence: Evidence, folder: str | Path, seed: int = 1) -> Fit:
    """Read a fit, if it is the one that this card, evidence and seed would give.

    A fit of another card will do if that differs in its events, its settings of the projection, and
    in names, titles, reasons and sources alone (`Card.model_digest`): what is judged of events
    moves no draw, and neither do words.

    Parameters
    ----------
    card : Card
        The card.
    evidence : Evidence
        Tables, cut at the as-of date.
    folder : path
        Where `save` put it.
    seed : int, default 1
        Seed of the fit.

    Returns
    -------
    Fit
        As it was saved, without timings; with the card and the tag that were asked for.

    Raises
    ------
    StoreError
        When the file is missing, damaged, or of another model, evidence, version or seed.
    ModelError
        When a requirement of the card names a series that the tables do not have, or one without a
        parity point or a human baseline.

    Examples
    --------
    >>> rsi.load_fit(card, evidence, "results").tag.seed  # doctest: +SKIP
    1
    """
    refuse_other(card, Card, "load_fit", "bayes_rsi.load_card")
    refuse_other(evidence, Evidence, "load_fit", "bayes_rsi.load_evidence")
    path = Path(folder) / FILE
    scores = panel_of(card, evidence)
    wanted = tag_of(card, scores, seed)
    check_requirements(card, scores)
    if not path.is_file():
        raise StoreError(f"{path}: got no file, expected a stored posterior; fit again")
    try:
        with xr.open_datatree(path, engine="h5netcdf") as opened:
            found, verdict = json.loads(opened.attrs[_TAG]), _verdict(opened.attrs[_GATES])
            same = opened.attrs.get(_MODEL) == card.model_digest
            # Before the draws, which take seconds to read.
            _refuse_strangers(path, found, wanted, _OF_THE_CARD if same else ())
            tree = opened.load()
    except StoreError:
        raise
    # What HDF5 says of a damaged file depends on the byte: RuntimeError among others.
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise StoreError(
            f"{path}: got a damaged file ({error}), expected a stored posterior; fit again"
        ) from error
    return Fit(card, scores, tree, verdict, wanted)


def _verdict(text: str) -> Verdict:
    return Verdict(tuple(Gate(*values) for values in json.loads(text)))


def _refuse_strangers(path: Path, found: Any, wanted: Tag, free: Collection[str]) -> None:
    """Refuse a fit whose tag differs in anything but what is free to."""
    if not isinstance(found, dict):
        raise TypeError(f"a tag of type {type(found).__name__}")
    for key, value in wanted.as_dict().items():
        if key not in free and found.get(key) != value:
            remedy = _REMEDIES.get(key, "fit again")
            raise StoreError(
                f"{path}: got a posterior with {key} {found.get(key)}, expected {value}; {remedy}"
            )


def _encoding(tree: xr.DataTree) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        node.path: {
            str(name): dict(_PACKED)
            for name, values in node.data_vars.items()
            if values.dtype.kind == "f" and values.ndim >= 2
        }
        for node in tree.subtree
        if node.data_vars
    }
