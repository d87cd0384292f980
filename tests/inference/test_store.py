"""What is kept comes back as it was, or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace

import h5py
import handmade
import numpy as np
import pytest
import xarray as xr

from bayes_rsi.errors import ModelError, OutputError, StoreError
from bayes_rsi.evidence import Evidence
from bayes_rsi.inference import store
from bayes_rsi.inference.sample import tag_of
from bayes_rsi.inference.store import FILE, load, save
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Gate, Tag, Verdict

SEED = 3
#: Evidence that nobody looks at: what it would give is `SCORES`.
UNREAD = object.__new__(Evidence)
CARD = handmade.card(handmade.event("school", {"exam": "exam"}))
SCORES = handmade.panel().assign_coords(
    score=["exam|A|||author", "span|Ä ≥ 2|||author"], system=["A", "Ä ≥ 2"]
)
VERDICT = Verdict(
    (Gate("r_hat", 1.0031, 1.01, True, "growth"), Gate("e_bfmi", float("inf"), 0.3, False))
)


@pytest.fixture(autouse=True)
def _panel(monkeypatch):
    """The panel is what the card and the evidence give; here it is always this one."""
    monkeypatch.setattr(store, "panel_of", lambda card, evidence: SCORES)


@pytest.fixture
def fit() -> Fit:
    """A fit with every type that a tree may hold: text, days, bools, whole and short numbers."""
    rng = np.random.default_rng(0)
    draws = handmade.draws()
    sizes = (handmade.CHAINS, handmade.DRAWS)
    stats = xr.Dataset(
        {
            "diverging": (("chain", "draw"), rng.random(sizes) < 0.1),
            "depth": (("chain", "draw"), rng.integers(1, 9, sizes).astype("uint64")),
            "divergence_message": (("chain", "draw"), np.full(sizes, "", dtype="<U5")),
            "energy": (("chain", "draw"), rng.standard_normal(sizes)),
            "empty": (("chain", "draw"), np.full(sizes, np.nan)),
        }
    )
    predicted = draws[["difficulty"]].astype("float32")
    days = np.array(["2024-02-29", "NaT"], dtype="datetime64[ns]")
    seen = SCORES.assign(known_on=("score", days), article=("score", [True, False]))
    tree = {
        "posterior": draws,
        "sample_stats": stats,
        "prior": handmade.draws(seed=6).isel(chain=[0]),
        "posterior_predictive": predicted,
        "constant_data": seen,
    }
    return Fit(
        CARD,
        SCORES,
        xr.DataTree.from_dict(tree),
        VERDICT,
        tag_of(CARD, SCORES, SEED),
        {"sampling": 12.5},
    )


def kept(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- there and back ------------------------------------------------------------------------------


def test_a_fit_comes_back_as_it_was(fit, tmp_path):
    path = save(fit, tmp_path / "a" / "b")
    assert path == tmp_path / "a" / "b" / FILE
    found = load(CARD, UNREAD, path.parent, SEED)
    assert set(found.tree.children) == set(fit.tree.children)
    for group in fit.tree.children:
        one, other = fit.tree[group].to_dataset(), found.tree[group].to_dataset()
        assert other.identical(one), group
        for name in one.variables:
            same = other[name].dtype == one[name].dtype
            assert same or other[name].dtype.kind == one[name].dtype.kind == "U", name
    assert found.tag == fit.tag
    assert found.verdict == VERDICT
    assert found.card == CARD
    assert found.panel is SCORES
    assert dict(found.timings) == {}


def test_a_verdict_that_could_not_be_computed_stays_failed(fit, tmp_path):
    unknown = Verdict((Gate("r_hat", float("nan"), 1.01, True, "growth"),))
    save(replace(fit, verdict=unknown), tmp_path)
    found = load(CARD, UNREAD, tmp_path, SEED).verdict
    assert not found.passed
    assert found.sentence() == unknown.sentence()


def test_saving_leaves_the_fit_alone(fit, tmp_path):
    before = fit.tree.copy(deep=True)
    save(fit, tmp_path)
    assert fit.tree.identical(before)


def test_what_is_loaded_does_not_hold_on_to_the_file(fit, tmp_path):
    path = save(fit, tmp_path)
    found = load(CARD, UNREAD, tmp_path, SEED)
    path.unlink()
    assert np.isfinite(found.tree["posterior"]["frontier"].values).all()


def test_the_file_is_readable_without_this_package(fit, tmp_path):
    path = save(fit, tmp_path)
    with xr.open_dataset(path, group="posterior", engine="h5netcdf") as opened:
        assert opened["frontier"].equals(fit.tree["posterior"]["frontier"])
    with xr.open_datatree(path, engine="h5netcdf") as opened:
        assert Tag(**json.loads(opened.attrs["tag"])) == fit.tag
        assert [gate[0] for gate in json.loads(opened.attrs["gates"])] == ["r_hat", "e_bfmi"]


def test_an_older_file_is_replaced(fit, tmp_path):
    save(fit, tmp_path)
    other = fit.tree.copy(deep=True)
    other["posterior"]["growth"] += 1.0
    save(replace(fit, tree=other), tmp_path)
    found = load(CARD, UNREAD, tmp_path, SEED).tree["posterior"]["growth"]
    assert found.equals(fit.tree["posterior"]["growth"] + 1.0)
    assert kept(tmp_path) == [FILE]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_others_may_read_the_file_as_the_umask_says(fit, tmp_path):
    old = os.umask(0o027)
    try:
        path = save(fit, tmp_path)
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o640


# --- strangers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("field", [field.name for field in fields(Tag)])
def test_a_posterior_of_another_origin_is_refused(fit, tmp_path, field):
    value = getattr(fit.tag, field)
    other = value + 1 if isinstance(value, int) else f"{value}0"
    # Cards of one model share their draws: their names and digests may differ.
    card = replace(CARD, trend="constant") if field.startswith("card") else CARD
    save(replace(fit, card=card, tag=replace(fit.tag, **{field: other})), tmp_path)
    remedy = {"card": "give its card", "as_of": "give its as-of date", "seed": "give its seed"}
    remedy |= {"data_digest": "give the rows that were added to it"}
    told = remedy.get(field, "fit again")
    message = rf"{FILE}: got a posterior with {field} {other}, expected {value}; {told}"
    with pytest.raises(StoreError, match=message):
        load(CARD, UNREAD, tmp_path, SEED)


def test_what_was_asked_for_decides(fit, tmp_path, monkeypatch):
    save(fit, tmp_path)
    with pytest.raises(StoreError, match="with seed 3, expected 4"):
        load(CARD, UNREAD, tmp_path, SEED + 1)
    with pytest.raises(StoreError, match="with card_digest"):
        load(replace(CARD, trend="constant"), UNREAD, tmp_path, SEED)
    later = SCORES.assign_attrs(data_digest="e" * 64)
    monkeypatch.setattr(store, "panel_of", lambda card, evidence: later)
    with pytest.raises(StoreError, match="with data_digest"):
        load(CARD, UNREAD, tmp_path, SEED)


def test_a_card_with_other_events_has_the_same_draws(fit, tmp_path):
    save(fit, tmp_path)
    judged = handmade.event("school", {"exam": "exam"}, never=0.4)
    mine = replace(CARD, name="mine", why="I doubt it.", events={"school": judged})
    found = load(mine, UNREAD, tmp_path, SEED)
    assert found.tree["posterior"].identical(load(CARD, UNREAD, tmp_path, SEED).tree["posterior"])
    assert found.card is mine
    assert (found.tag.card, found.tag.card_digest) == ("mine", mine.digest)
    with pytest.raises(StoreError, match="with seed 3, expected 4"):
        load(mine, UNREAD, tmp_path, SEED + 1)
    prior = replace(mine, priors={"growth_drift": handmade.judged("lognormal", 0.5, 0.5)})
    with pytest.raises(StoreError, match="with card baseline, expected mine"):
        load(prior, UNREAD, tmp_path, SEED)


def test_an_event_that_requires_a_series_that_is_not_fitted_is_refused(fit, tmp_path):
    save(fit, tmp_path)
    other = replace(CARD, events={"school": handmade.event("school", {"exam": "nowhere"})})
    with pytest.raises(ModelError, match="nowhere"):
        load(other, UNREAD, tmp_path, SEED)


def test_a_stranger_is_refused_before_its_draws_are_read(fit, tmp_path, monkeypatch):
    def read(*arguments, **options):
        raise AssertionError("the draws were read")

    save(fit, tmp_path)
    monkeypatch.setattr(xr.DataTree, "load", read)
    with pytest.raises(StoreError, match="with seed 3, expected 4"):
        load(CARD, UNREAD, tmp_path, SEED + 1)
    with pytest.raises(AssertionError, match="the draws were read"):
        load(CARD, UNREAD, tmp_path, SEED)


def test_a_tag_without_a_field_is_refused(fit, tmp_path):
    path = save(fit, tmp_path)
    tag = fit.tag.as_dict()
    del tag["seed"]
    with h5py.File(path, "a") as file:
        file.attrs["tag"] = json.dumps(tag)
    with pytest.raises(StoreError, match="with seed None, expected 3"):
        load(CARD, UNREAD, tmp_path, SEED)


# --- missing and damaged -------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [".", "nowhere"])
def test_a_missing_file_is_refused(tmp_path, inside):
    with pytest.raises(StoreError, match=rf"{FILE}: got no file, expected a stored posterior"):
        load(CARD, UNREAD, tmp_path / inside, SEED)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_half_a_file_is_refused(fit, tmp_path, share):
    path = save(fit, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(StoreError, match=rf"{FILE}: got a damaged file .*; fit again"):
        load(CARD, UNREAD, tmp_path, SEED)


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / FILE).write_text("not netCDF", encoding="utf-8")
    with pytest.raises(StoreError, match="got a damaged file"):
        load(CARD, UNREAD, tmp_path, SEED)


def test_a_netcdf_file_of_others_is_refused(tmp_path):
    handmade.draws().to_netcdf(tmp_path / FILE, engine="h5netcdf")
    with pytest.raises(StoreError, match="got a damaged file"):
        load(CARD, UNREAD, tmp_path, SEED)


@pytest.mark.parametrize(
    ("attribute", "text"),
    [("tag", "{"), ("gates", "{"), ("gates", "3"), ("gates", "[[1, 2, 3]]"), ("gates", "[4]")],
)
def test_an_unreadable_origin_is_damage(fit, tmp_path, attribute, text):
    path = save(fit, tmp_path)
    with h5py.File(path, "a") as file:
        file.attrs[attribute] = text
    with pytest.raises(StoreError, match="got a damaged file"):
        load(CARD, UNREAD, tmp_path, SEED)


@pytest.mark.parametrize("text", ["[]", "3", "null"])
def test_a_tag_that_is_no_table_is_damage(fit, tmp_path, text):
    path = save(fit, tmp_path)
    with h5py.File(path, "a") as file:
        file.attrs["tag"] = text
    with pytest.raises(StoreError, match="got a damaged file"):
        load(CARD, UNREAD, tmp_path, SEED)


def test_what_hdf5_says_of_a_damaged_index_is_damage(fit, tmp_path, monkeypatch):
    """Its words when a byte of an index is changed; random bytes gave this in 4 files of 150."""

    def fail(*arguments, **options):
        raise RuntimeError("Link iteration failed (incorrect metadata checksum)")

    save(fit, tmp_path)
    monkeypatch.setattr(xr, "open_datatree", fail)
    with pytest.raises(StoreError, match=r"got a damaged file .*Link iteration failed"):
        load(CARD, UNREAD, tmp_path, SEED)


def test_a_byte_of_the_draws_that_changed_on_disk_is_damage(fit, tmp_path):
    path = save(fit, tmp_path)
    with h5py.File(path) as file:
        chunk = file["posterior"]["frontier"].id.get_chunk_info(0)
    with path.open("r+b") as file:
        file.seek(chunk.byte_offset + chunk.size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(StoreError, match="got a damaged file"):
        load(CARD, UNREAD, tmp_path, SEED)


# --- whole or absent -----------------------------------------------------------------------------


class Stopped(BaseException):
    """Such as a KeyboardInterrupt."""


def half(error: BaseException):
    """Give a writer that stops in the middle."""

    def write(tree, path, **options):
        del tree, options
        with open(path, "wb") as file:
            file.write(b"\x89HDF\r\n")
        raise error

    return write


ERRORS = [
    (Stopped("in the middle"), Stopped, "in the middle"),
    (OSError(28, "No space left on device"), OutputError, rf"{FILE}: got No space left on device"),
    (OSError("HDF5 says no"), OutputError, rf"{FILE}: got HDF5 says no, expected a place"),
]


@pytest.mark.parametrize(("error", "kind", "message"), ERRORS)
def test_an_interrupted_write_leaves_nothing(fit, tmp_path, monkeypatch, error, kind, message):
    monkeypatch.setattr(xr.DataTree, "to_netcdf", half(error))
    with pytest.raises(kind, match=message):
        save(fit, tmp_path)
    assert kept(tmp_path) == []


@pytest.mark.parametrize(("error", "kind", "message"), ERRORS)
@pytest.mark.parametrize("where", ["to_netcdf", "replace"])
def test_an_interrupted_write_leaves_the_older_file(
    fit, tmp_path, monkeypatch, error, kind, message, where
):
    path = save(fit, tmp_path)
    before = path.read_bytes()
    if where == "to_netcdf":
        monkeypatch.setattr(xr.DataTree, "to_netcdf", half(error))
    else:
        monkeypatch.setattr(os, "replace", lambda source, target: half(error)(None, source))
    with pytest.raises(kind, match=message):
        save(fit, tmp_path)
    assert path.read_bytes() == before
    assert kept(tmp_path) == [FILE]


# --- places that cannot be written ---------------------------------------------------------------


def test_a_file_in_the_way_of_the_folder_is_said(fit, tmp_path):
    """Unlike a forbidden folder, this stops the superuser too."""
    (tmp_path / "results").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=rf"results.{FILE}: got .*, expected a place to write"):
        save(fit, tmp_path / "results")
    with pytest.raises(OutputError, match="choose another folder"):
        save(fit, tmp_path / "results" / "deeper")
    assert (tmp_path / "results").read_text(encoding="utf-8") == "mine"


def test_a_folder_in_the_way_of_the_file_is_said(fit, tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(OutputError, match=rf"{FILE}: got .*, expected a place to write"):
        save(fit, tmp_path)
    assert kept(tmp_path) == [FILE]
    assert (tmp_path / FILE).is_dir()
