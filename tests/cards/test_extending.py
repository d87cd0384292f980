"""A card that extends another is the other with what it says, checked as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayes_rsi.cards import load_card, models_folder
from bayes_rsi.cards.extending import extended
from bayes_rsi.errors import CardError

HEAD = 'name = "mine"\ntitle = "Mine"\nwhy = "Because."\n'


def mine(folder: Path, text: str) -> Path:
    """Write a card and give its path."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_not_said_is_that_of_the_other(tmp_path: Path) -> None:
    card = load_card(mine(tmp_path, f'extends = "baseline"\n{HEAD}[sampling]\ndraws = 777\n'))
    base = load_card("baseline")
    assert card.sampling.draws == 777
    assert card.sampling.tune == base.sampling.tune
    assert (card.priors, card.events, card.evidence) == (base.priors, base.events, base.evidence)
    assert (card.name, card.title) == ("mine", "Mine")


def test_a_distribution_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """The baseline's is lognormal: its median must not stay beside a mean."""
    text = (
        f'extends = "baseline"\n{HEAD}[priors.gap_open]\nfamily = "halfnormal"\nsd = 1.0\n'
        'unit = "effective years"\nwhy = "Mine."\nsource = "judgement"\n'
    )
    prior = load_card(mine(tmp_path, text)).prior("gap_open")
    assert (prior.family, prior.parameters) == ("halfnormal", (1.0,))
    short = text.replace("sd = 1.0\n", "")
    with pytest.raises(CardError, match=r"table \[priors.gap_open\]: got no key 'sd'"):
        load_card(mine(tmp_path, short))


def test_something_can_be_left_out(tmp_path: Path) -> None:
    text = f'extends = "baseline"\nwithout = ["events.engineering", "priors.gap_open"]\n{HEAD}'
    card, base = load_card(mine(tmp_path, text)), load_card("baseline")
    assert set(base.events) - set(card.events) == {"engineering"}
    assert set(base.priors) - set(card.priors) == {"gap_open"}


def test_a_chain_ends_and_a_circle_is_refused() -> None:
    cards = {
        "a": {"extends": "b", "x": {"u": 1}},
        "b": {"extends": "c", "x": {"v": 2}},
        "c": {"x": {"u": 3, "v": 3, "w": 3}},
    }
    whole = extended(cards["a"], "a", cards.__getitem__, ("a",))
    assert whole == {"x": {"u": 1, "v": 2, "w": 3}}
    circle = cards | {"c": {"extends": "a"}}
    with pytest.raises(CardError, match=r"key 'extends': got 'a', expected .* \(a -> b -> c\)"):
        extended(circle["a"], "a", circle.__getitem__, ("a",))


def test_the_card_that_is_extended_stays_as_it_was() -> None:
    base = {"x": {"u": 1}, "y": 2}
    extended({"extends": "b", "without": ["x.u"], "y": 3}, "a", lambda name: base)
    assert base == {"x": {"u": 1}, "y": 2}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('extends = "basline"', r"got card 'basline'.*Did you mean 'baseline'"),
        ("extends = 3", r"key 'extends': got 3, expected the name of a shipped card"),
        ('without = ["priors.gap_open"]', r"key 'without': .* only beside 'extends'"),
        (
            'extends = "baseline"\nwithout = ["priors.gap_oben"]',
            r"key 'without': got 'priors.gap_oben'.*Did you mean 'gap_open'",
        ),
        (
            'extends = "baseline"\nwithout = ["name.deeper"]',
            r"key 'without': got 'name.deeper', expected a place of",
        ),
        ('extends = "baseline"\nwithout = "priors.gap_open"', r"expected a list of dotted places"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        load_card(mine(tmp_path, f"{line}\n{HEAD}"))


def test_the_digest_is_that_of_the_whole(tmp_path: Path) -> None:
    """A change of the extended card is a change of every card that extends it."""
    base = (models_folder() / "baseline" / "card.toml").read_text(encoding="utf-8")
    assert load_card(mine(tmp_path, base)).digest == load_card("baseline").digest
    as_they_are, changed = (
        base.replace('name = "baseline"', 'name = "mine"').replace("never = 0.07", never)
        for never in ("never = 0.07", "never = 0.08")
    )
    digests = [load_card(mine(tmp_path, text)).digest for text in (as_they_are, changed)]
    assert len({*digests, load_card("baseline").digest}) == 3


def test_a_card_that_differs_does_not_pass_for_a_shipped_one(tmp_path: Path) -> None:
    """Else its forecasts would be registered, and scored, as those of the shipped card."""
    base = (models_folder() / "baseline" / "card.toml").read_text(encoding="utf-8")
    with pytest.raises(CardError, match=r"mine\.toml.* got 'baseline', which is a shipped card"):
        load_card(mine(tmp_path, base.replace("never = 0.07", "never = 0.08")))
    for key in ("name", "title", "why"):
        head = "\n".join(line for line in HEAD.splitlines() if not line.startswith(key))
        text = f'extends = "baseline"\n{head}\n[events.end_to_end]\nnever = 0.3\n'
        with pytest.raises(CardError, match=f"mine\\.toml: .*key '{key}': got none"):
            load_card(mine(tmp_path, text))


def test_no_number_stays_without_its_reason(tmp_path: Path) -> None:
    """Half of a requirement is no requirement: what is left out is named, not taken over."""
    place = "events.end_to_end.requirements.autonomy"
    text = f'extends = "baseline"\n{HEAD}[{place}]\nmedian = 60000.0\n'
    with pytest.raises(CardError, match=r"mine\.toml.*autonomy"):
        load_card(mine(tmp_path, text))
    for part in ("priors.gap_open", "events.end_to_end.lead"):
        with pytest.raises(CardError, match=part.rpartition(".")[2]):
            load_card(mine(tmp_path, f'extends = "baseline"\n{HEAD}[{part}]\nmedian = 0.1\n'))


@pytest.mark.parametrize("line", ["never = 0.2", "taste_free = 0.5"])
def test_a_judged_share_is_not_changed_under_the_reason_of_another(
    tmp_path: Path, line: str
) -> None:
    head = f'extends = "baseline"\n{HEAD}[events.end_to_end]\n'
    place = r"mine\.toml: table \[events\.end_to_end\], key '(never|taste_free)': got 0\.\d"
    with pytest.raises(
        CardError, match=f"{place} without a reason .*expected 'never_why' beside it"
    ):
        load_card(mine(tmp_path, f"{head}{line}\n"))
    event = load_card(mine(tmp_path, f'{head}{line}\nnever_why = "Mine."\n')).events["end_to_end"]
    assert event.never_why == "Mine."


def test_the_same_share_needs_no_other_reason(tmp_path: Path) -> None:
    never = load_card("baseline").events["end_to_end"].never
    text = f'extends = "baseline"\n{HEAD}[events.end_to_end]\nnever = {never}\n'
    assert load_card(mine(tmp_path, text)).events == load_card("baseline").events
