"""Commands that ask more of a forecast that has been made: their options and their help.

Invariant: they fit nothing unless told to; the posterior is the one that `bayes-rsi forecast` left
in the folder, and it must be the one that card, day and seed would give.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayes_rsi.cli.messages import iso_day, messages

__all__ = ["questions"]

questions = typer.Typer()

Card = Annotated[str, typer.Option(metavar="NAME|FILE", help="Card of the stored forecast.")]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="DATE", callback=iso_day, help="Its as-of date. Default: the card's."),
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the stored forecast.")]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Its seed.")]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON document, nothing else.")]
Add = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="Rows that it was made with by --add; repeatable."),
]
Event = Annotated[str, typer.Option(metavar="NAME", help="Event of the card.")]

# `\b` keeps the line breaks of the paragraph that follows it; in a raw docstring it would not.
_GIVEN = """\
Say what we would forecast if something were so.

\b
Conditions, joined by `and`:
  horizon p50 >= 100 h on 2026-12-31     the frontier's time horizon; p80 too
  SWE-bench Pro >= 90% by 2026-12-31     the expected score at the frontier
  not automated by 2028                  an event of the card; automated is end_to_end
  growth > 4                             doublings a year at the as-of date
"""
_INFORMATION = """\
Say which measurement, not yet made, would move a probability most.

\b
Measurements:
  horizon of GPT-5                          of a fitted system
  horizon on 2026-12-31                     of a system at the frontier then
  score on paperbench on 2026-12-31         likewise
  taste_gap to 40%                          a judged quantity, with a relative error
  audit of paperbench with 100 items        how many are flawed
"""


@questions.command()
def update(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="CSV files of further rows, or folders. None: see --until."),
    ] = None,
    day: Annotated[
        str,
        typer.Option(
            metavar="DATE", callback=iso_day, help="Whose rows' shares are of P(event by this day)."
        ),
    ] = "2028-12-31",
    event: Event = "end_to_end",
    until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=iso_day,
            help="Use what was known by this day. Default: the last day of the rows. Without any "
            "rows: what shipped rows until then do, and that no event has happened.",
        ),
    ] = None,
    refit: Annotated[
        bool, typer.Option(help="Fit again where reweighting cannot be relied on.")
    ] = True,
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Add scores to a stored forecast by reweighting its draws, and say what moved and why.

    Fits again, some minutes, where the weights cannot be relied on (k-hat above 0.7) or a series is
    new; the new posterior then goes to the folder `updated` in --out.
    """
    with messages():
        from bayes_rsi.cli.stored import Stored
        from bayes_rsi.cli.updates import answer_update

        stored = Stored(card, as_of, out, seed, json, tuple(add or ()))
        code = answer_update(stored, tuple(files or ()), until, refit, event, day)
    raise typer.Exit(code)


@questions.command(help=_GIVEN)
def given(
    condition: Annotated[str, typer.Argument(help="Such as 'horizon p50 >= 100 h on 2026-12-31'.")],
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Say what we would forecast if something were so."""
    with messages():
        from bayes_rsi.cli.answers import answer_given
        from bayes_rsi.cli.stored import Stored

        code = answer_given(Stored(card, as_of, out, seed, json, tuple(add or ())), condition)
    raise typer.Exit(code)


@questions.command()
def explain(
    day: Annotated[
        str, typer.Option(metavar="DATE", callback=iso_day, help="Day by which it happens.")
    ] = "2028-12-31",
    event: Event = "end_to_end",
    refit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="Fit again with one thing changed, some minutes each: ceilings, trend:NAME, "
            "series:NAME, lab:NAME; repeatable.",
        ),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw shares and tornado: .svg or .png.")
    ] = None,
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Say what a probability is made of: data, chance and each judgement."""
    with messages():
        from bayes_rsi.cli.answers import answer_explain
        from bayes_rsi.cli.stored import Stored

        stored = Stored(card, as_of, out, seed, json, tuple(add or ()))
        code = answer_explain(stored, day, event, tuple(refit or ()), figure)
    raise typer.Exit(code)


@questions.command()
def implied(
    forecaster: Annotated[
        str, typer.Argument(help="Whose forecast; words of the name that fit only one.")
    ] = "clark",
    event: Annotated[
        str | None, typer.Option(metavar="NAME", help="Event, where they speak about several.")
    ] = None,
    not_before: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=iso_day,
            help="Day until which they do not expect it. Default: that of their forecast.",
        ),
    ] = None,
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Say what somebody must believe whose probabilities differ from ours."""
    with messages():
        from bayes_rsi.cli.answers import answer_implied
        from bayes_rsi.cli.stored import Stored

        stored = Stored(card, as_of, out, seed, json, tuple(add or ()))
        code = answer_implied(stored, forecaster, event, not_before)
    raise typer.Exit(code)


@questions.command(help=_INFORMATION)
def value_of_information(
    measurements: Annotated[
        list[str] | None, typer.Argument(help="Such as 'taste_gap to 40%'; several.")
    ] = None,
    day: Annotated[
        str, typer.Option(metavar="DATE", callback=iso_day, help="Day by which it happens.")
    ] = "2028-12-31",
    event: Event = "end_to_end",
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Say which measurement, not yet made, would move a probability most."""
    with messages():
        from bayes_rsi.cli.answers import answer_information
        from bayes_rsi.cli.stored import Stored

        stored = Stored(card, as_of, out, seed, json, tuple(add or ()))
        code = answer_information(stored, tuple(measurements or ()), day, event)
    raise typer.Exit(code)


@questions.command()
def metaculus(
    event: Annotated[str, typer.Argument(help="Event of the card.")],
    upper: Annotated[
        str, typer.Option(metavar="DATE", callback=iso_day, help="Upper bound of the question.")
    ],
    lower: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=iso_day,
            help="Lower bound. Default: the as-of date of the forecast.",
        ),
    ] = None,
    open_lower: Annotated[
        bool, typer.Option("--open-lower", help="The lower bound is open.")
    ] = False,
    closed_upper: Annotated[
        bool, typer.Option("--closed-upper", help="The upper bound is closed.")
    ] = False,
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Write the date of an event as the 201 numbers that a date question on Metaculus takes.

    Says by how much its rules move the forecast. Writes metaculus-<event>.json into --out.
    """
    with messages():
        from bayes_rsi.cli.metaculus import answer_metaculus
        from bayes_rsi.cli.stored import Stored

        stored = Stored(card, as_of, out, seed, json, tuple(add or ()))
        code = answer_metaculus(stored, event, lower, upper, open_lower, not closed_upper)
    raise typer.Exit(code)


@questions.command()
def compare(
    forecaster: Annotated[
        str | None, typer.Argument(help="Name, or words of it. Default: everybody.")
    ] = None,
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Put what others have published beside our probabilities: events, horizons, scores."""
    with messages():
        from bayes_rsi.cli.answers import answer_compare
        from bayes_rsi.cli.stored import Stored

        code = answer_compare(Stored(card, as_of, out, seed, json, tuple(add or ())), forecaster)
    raise typer.Exit(code)


@questions.command("human-level")
def human_level(
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Say when the frontier scores what people do, on each series with a human baseline."""
    with messages():
        from bayes_rsi.cli.answers import answer_human_level
        from bayes_rsi.cli.stored import Stored

        code = answer_human_level(Stored(card, as_of, out, seed, json, tuple(add or ())))
    raise typer.Exit(code)


@questions.command()
def trajectories(
    series: Annotated[
        list[str] | None, typer.Argument(help="Series, such as SWE-bench_Pro. Default: all.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=iso_day,
            help="End of the curves. Default: two years after the as-of date.",
        ),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw a panel for each series: .svg or .png."),
    ] = None,
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Say what the frontier scores on each benchmark, now and later, and where its ceiling is."""
    with messages():
        from bayes_rsi.cli.answers import answer_trajectories
        from bayes_rsi.cli.stored import Stored

        stored = Stored(card, as_of, out, seed, json, tuple(add or ()))
        code = answer_trajectories(stored, tuple(series or ()), until, figure)
    raise typer.Exit(code)


@questions.command()
def compounding(
    accuracy: Annotated[
        float, typer.Option(metavar="SHARE", help="Share that one generation keeps.")
    ] = 0.999,
    event: Event = "end_to_end",
    card: Card = "baseline",
    as_of: AsOf = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    json: Json = False,
    add: Add = None,
) -> None:
    """Add up the errors of generations that build their successors."""
    with messages():
        from bayes_rsi.cli.answers import answer_compounding
        from bayes_rsi.cli.stored import Stored

        code = answer_compounding(
            Stored(card, as_of, out, seed, json, tuple(add or ())), accuracy, event
        )
    raise typer.Exit(code)
