"""The pages list the shipped cards as they are, with what is stored of their fits."""

from __future__ import annotations

from dataclasses import replace

import forms
import pytest
import toy

from bayes_rsi.cards import card_names, load_card, models_folder
from bayes_rsi.cli.verdicts import write_index
from bayes_rsi.report.index import index, with_index

CARDS = [load_card(name) for name in card_names()]
PAGE = "before\n\n<!-- index -->\n\nold\n\n<!-- /index -->\n\nafter\n"


@pytest.mark.parametrize("place", ["", "models"])
def test_the_pages_hold_the_table_of_now(tmp_path, place):
    """`bayes-rsi verdicts --index` writes them; with or without stored fits."""
    page = models_folder().parent / place / "README.md"
    text = page.read_text(encoding="utf-8")
    assert text.count("<!-- index -->") == text.count("<!-- /index -->") == 1
    copy = tmp_path / "models"
    for name in card_names():
        held = models_folder() / name / "verdict.json"
        if held.is_file():
            (copy / name).mkdir(parents=True)
            (copy / name / "verdict.json").write_bytes(held.read_bytes())
    copy.mkdir(exist_ok=True)
    (copy / "README.md").write_text(text, encoding="utf-8")
    assert write_index(copy) == []


def test_a_changed_card_or_fit_changes_the_table():
    held = {"baseline": forms.member("baseline")}
    table = index(CARDS, held)
    assert index([replace(CARDS[0], title="Another"), *CARDS[1:]], held) != table
    assert index(CARDS, {}) != table
    assert index(CARDS, {"baseline": forms.member("baseline", toy.FAILED)}) != table


def test_a_day_that_is_over_has_no_number():
    """A fit as of 2028 states nothing by the end of 2027."""
    held = forms.member("baseline")
    event = held.events["end_to_end"]
    later = {day: share for day, share in event.probability_by.items() if day.year > 2027}
    events = {**held.events, "end_to_end": replace(event, probability_by=later)}
    (card,) = (card for card in CARDS if card.name == "baseline")
    row = index([card], {"baseline": replace(held, events=events)}).splitlines()[-1]
    assert [cell.strip() for cell in row.split("|")][5] == "-"


def test_a_row_says_what_is_stored_and_a_dash_what_is_not():
    table = index(CARDS, {"break": forms.member("break", toy.FAILED)})
    rows = {line.split(" | ")[0]: line for line in table.splitlines()}
    assert rows["| `baseline`"].endswith(" | - | - | - | - |")
    share = forms.member("break").events["end_to_end"].probability_by
    by_2027 = next(s for day, s in share.items() if day.year == 2027)
    assert f"| {100 * by_2027.p:.1f} ± {100 * by_2027.mcse:.1f} | " in rows["| `break`"]
    assert rows["| `break`"].endswith("| 2031-04 | FAIL |")


def test_a_title_cannot_break_the_table():
    first, *rest = index([replace(CARDS[0], title="a | b")], {}).splitlines()
    assert {row.count("|") for row in rest} == {first.count("|")}


def test_only_what_stands_between_the_markers_is_replaced():
    assert with_index(PAGE, "new") == PAGE.replace("old", "new")
    assert with_index("no place", "new") == "no place"
    assert with_index(with_index(PAGE, "a\nb"), "new") == PAGE.replace("old", "new")
