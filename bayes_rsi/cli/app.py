"""Commands, their options and their help.

Invariant: importing this module imports nothing slow, so that `bayes-rsi --help` answers at once;
the work is imported when a command runs. Messages for people who gave wrong input go to standard
error, never a traceback.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayes_rsi.cli.maintaining import maintaining
from bayes_rsi.cli.messages import WRONG_INPUT, iso_day, messages, printed
from bayes_rsi.cli.questions import Json, questions

__all__ = ["app", "main"]

# `\b` keeps the line breaks of the paragraph that follows it.
_HELP = """\
When will AI research and development be automated end to end, and is Jack Clark right about the
end of 2027 and of 2028?

The answer comes from published benchmark scores: a hierarchical Bayesian model of the frontier of
AI systems, fitted to all scores known by a day, projected until the requirements of each event are
met. What no benchmark measures is judged, in a card (TOML), with reasons.
"""
_EXAMPLES = """\
\b
Examples:
  bayes-rsi forecast                           the default card, all evidence
  bayes-rsi forecast --as-of 2025-12-31        as it would have been at that day
  bayes-rsi forecast --add mine.csv            with your scores; prints what they moved
  bayes-rsi forecast --card my.toml --json     your assumptions, as JSON
  bayes-rsi given "horizon >= 100 h on 2026-12-31"   if that were so
  bayes-rsi update mine.csv                    with your scores, without fitting again if it can
  bayes-rsi explain                            how much is data, how much is judgement
  bayes-rsi implied clark                      what must be believed to hold his view
  bayes-rsi compare                            what others have said, beside our numbers
  bayes-rsi human-level                        when each benchmark is at human level
  bayes-rsi trajectories --figure all.svg       each benchmark, its future and its ceiling
  bayes-rsi compounding                        errors over generations after the event
  bayes-rsi forecast --register                puts the forecast into the record
  bayes-rsi score                              how good registered forecasts were
  bayes-rsi metaculus end_to_end --upper 2050-01-01   for a date question there
  bayes-rsi backtest --workers 2               how good such forecasts were, beside baselines
  bayes-rsi sbc --workers 2                    does the sampler find what the model draws?
  bayes-rsi pool                               other laws of growth, weighed together
  bayes-rsi data check mine.csv                what is wrong with a table, cell by cell

\b
Exit codes:
  0  all is well
  1  sbc: the right model left the band, or a wrong one was not found out
  2  wrong usage or input: a message on standard error, nothing written
  3  a convergence gate failed, of the forecast or of a fit that the answer is made
     of, which is given all the same
"""
_ADD = """\
Append a checked row to your own tables; the shipped ones stay as they are.

\b
bayes-rsi data add system=GPT-6 lab=OpenAI released=2026-09-01 tier=flagship \\
    source=... --evidence mine        a system that the shipped tables do not know
bayes-rsi data add series=paperbench system=GPT-5 value=0.42 unit=fraction \\
    known_on=2026-06-01 source="own run" --evidence mine
bayes-rsi update mine
"""

app = typer.Typer(
    help=_HELP,
    epilog=_EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
data = typer.Typer(
    help="Look at the tables of scores.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(data, name="data")
app.add_typer(questions)
app.add_typer(maintaining)


def main() -> None:
    """Run the command line; ends the process with an exit code."""
    with printed():
        app()


def _show_version(wanted: bool) -> None:
    if wanted:
        import bayes_rsi as rsi

        print(f"bayes-rsi {rsi.__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    del version  # handled by its callback


@app.command()
def forecast(
    card: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE", help="A shipped card (`bayes-rsi cards`), or a .toml file."
        ),
    ] = "baseline",
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=iso_day,
            help="Use what was known by this day. Default: the card's.",
        ),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this event of the card; repeatable."),
    ] = None,
    add: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="CSV of further rows, or a folder of them; repeatable."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the files.")] = Path("out"),
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of everything random.")] = 1,
    json: Annotated[
        bool, typer.Option("--json", help="Print forecast.json, nothing else.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no notes.")] = False,
    refit: Annotated[
        bool, typer.Option("--refit", help="Sample anew, whatever an earlier run left in --out.")
    ] = False,
    register: Annotated[
        bool,
        typer.Option(
            "--register", help="Put the forecast into the record, to be scored when figures come."
        ),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the record, with --register. Default: models/<card>/forecasts.",
        ),
    ] = None,
) -> None:
    """Say when each event happens, and check that against Clark.

    Prints the verdict of the convergence gates, dates and probabilities of each event, the check
    against Clark, and what is judgement. Writes forecast.json, forecast.svg and posterior.nc.
    A later run with the same data, date, version and seed reuses the posterior, also of a card that
    differs in its events alone.
    """
    if record is not None and not register:
        wanted = f"got '{record}' without --register, expected both; nothing would be put there"
        raise typer.BadParameter(wanted, param_hint="'--record'")
    with messages():
        from bayes_rsi.cli.run import Request, run

        code = run(
            Request(
                card=card,
                out=out,
                as_of=as_of,
                events=tuple(event or ()),
                add=tuple(add or ()),
                seed=seed,
                json=json,
                quiet=quiet,
                refit=refit,
                register=register,
                record=record,
            )
        )
    raise typer.Exit(code)


@app.command()
def score(
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Registered forecasts: a folder, or one file. Default: models/*/forecasts.",
        ),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Your tables instead of the shipped ones, or a folder that `data add` wrote to.",
        ),
    ] = None,
    add: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="CSV of further rows, or a folder of them; repeatable."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            callback=iso_day,
            help="The evidence is complete until this day. Default: its last row.",
        ),
    ] = None,
    happened: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EVENT=DATE", help="An event of the card that has come, and when; repeatable."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Score registered forecasts by what became known after their day.

    Prints how many questions have resolved, and of those CRPS, log score, coverage and Brier score.
    Reads only; exit code 0 also when nothing has resolved yet.
    """
    with messages():
        from bayes_rsi.cli.record import ScoreRequest, run_score

        files, came = tuple(add or ()), tuple(happened or ())
        code = run_score(ScoreRequest(record, evidence, files, as_of, came, json))
    raise typer.Exit(code)


@app.command()
def cards(json: Json = False) -> None:
    """List the shipped cards: what each assumes, and its events."""
    with messages():
        from bayes_rsi.cli.listings import list_cards

        print(list_cards(json), end="")


@data.command("check")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="CSV files of rows, or folders of tables. Default: the shipped ones."),
    ] = None,
    json: Json = False,
) -> None:
    """Check tables: every wrong cell with file, row, column, value and what is expected."""
    with messages():
        from bayes_rsi.cli.listings import list_problems
        from bayes_rsi.cli.tables import check_files

        problems = check_files(files or [], quiet=json)
        if json:
            print(list_problems(problems), end="")
    raise typer.Exit(WRONG_INPUT if problems else 0)


@data.command("add", help=_ADD)
def add(
    cells: Annotated[
        list[str], typer.Argument(help="column=value each: series, system, value, unit, ...")
    ],
    evidence: Annotated[
        Path, typer.Option(metavar="DIR", help="Your own folder, whose table gets the row.")
    ],
) -> None:
    """Append a checked row to your own tables; the shipped ones stay as they are."""
    with messages():
        from bayes_rsi.cli.adding import add_row

        print(f"{add_row(cells, evidence)}: one row added")


@data.command("list")
def list_all(json: Json = False) -> None:
    """List the series of the shipped tables with their numbers of scores."""
    with messages():
        from bayes_rsi.cli.listings import list_series

        print(list_series(json), end="")
