"""Commands of those who look after the models: backtest, calibration, verdicts, pool.

Invariant: importing this module imports nothing slow; the work is imported when a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayes_rsi.cli.messages import messages

__all__ = ["maintaining"]

maintaining = typer.Typer()

Workers = Annotated[int, typer.Option(min=1, metavar="N", help="Local processes, one core each.")]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Seed of everything random.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no notes.")]
Models = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of the results. Default: models/.")
]


@maintaining.command()
def backtest(
    card: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE", help="A shipped card (`bayes-rsi cards`), or a .toml file."
        ),
    ] = "baseline",
    origins: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATE",
            help="Day to forecast from; repeatable. Default: quarters, 2024-06-30 to 2026-03-31.",
        ),
    ] = None,
    workers: Workers = 1,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Dask scheduler, tcp://host:port, instead of --workers."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder. Default: models/<card>.")
    ] = None,
    seed: Seed = 1,
    quiet: Quiet = False,
) -> None:
    """Forecast from earlier days and score what became known later, beside simple baselines.

    Fits the card to what was known on each day, projects 3, 6 and 12 months, and scores every
    figure that became known since. Writes backtest.csv.gz, backtest-targets.csv.gz and
    backtest.json; a later run with the same card, data, version and seed does only what is missing.
    """
    with messages():
        from bayes_rsi.cli.backtest import Request, run_backtest

        days = tuple(origins or ())
        code = run_backtest(Request(card, days, workers, cluster, out, seed, quiet))
    raise typer.Exit(code)


@maintaining.command()
def sbc(
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="right, no_ceilings, independent_errors or gap_flipped; repeatable. Default: all.",
        ),
    ] = None,
    simulations: Annotated[
        int, typer.Option(min=1, metavar="N", help="Simulations of each model.")
    ] = 200,
    seed: Annotated[
        list[int] | None,
        typer.Option(
            min=0, metavar="N", help="Repeatable: the right model runs with each. Default: 1."
        ),
    ] = None,
    workers: Workers = 1,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the results.")] = Path(
        "out/sbc"
    ),
    docs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write sbc.md and sbc.svg into this folder."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Check the sampler by simulation: worlds drawn from the model, and what it makes of them.

    On a reduced design with every kind of metric. Three deliberately wrong models are fitted to
    the same worlds and must be found out. Results are kept in --out as they come; a later run with
    the same design, version and seed does only what is missing.
    """
    with messages():
        from bayes_rsi.cli.sbc import Request, run_sbc

        seeds = tuple(seed or (1,))
        code = run_sbc(Request(tuple(model or ()), simulations, seeds, workers, out, docs, quiet))
    raise typer.Exit(code)


@maintaining.command()
def pool(
    models: Models = None,
    write: Annotated[bool, typer.Option("--write", help="Keep it there, as pool.json.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print pool.json, nothing else.")] = False,
) -> None:
    """Weigh the forms of the trend together: constant, drifting, break, feedback, saturating.

    Prior weights are judged (models/pool.toml) and updated by how well each form forecast, where
    all have been backtested. Reads the verdict.json of each card and fits nothing.
    """
    with messages():
        from bayes_rsi.cli.pool import Request, run_pool

        code = run_pool(Request(models, write, json))
    raise typer.Exit(code)


@maintaining.command()
def verdicts(
    card: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this shipped card; repeatable. Default: all."),
    ] = None,
    models: Models = None,
    seed: Seed = 1,
    refit: Annotated[bool, typer.Option("--refit", help="Fit again what is current.")] = False,
    index: Annotated[
        bool, typer.Option("--index", help="Fit nothing, refresh pool.json and the tables.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Fit every shipped card, some minutes each, and keep what it says for later readers.

    Writes verdict.json of each card, pool.json, and the tables of cards in README.md and
    models/README.md. What is of the same card, evidence, version and seed is left as it is.
    """
    with messages():
        from bayes_rsi.cli.verdicts import Request, run_verdicts

        code = run_verdicts(Request(tuple(card or ()), models, seed, refit, quiet, index))
    raise typer.Exit(code)
