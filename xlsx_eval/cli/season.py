"""Commands about a workspace: init, watch, status, summary, review, verify, and `run` without -o."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlsx_eval.cli.codes import ACT, DONE, code_of
from xlsx_eval.cli.command import Command, command, scheme_options
from xlsx_eval.cli.tables import clean, show_table
from xlsx_eval.cli.words import Words

if TYPE_CHECKING:
    from xlsx_eval.drawing.summary import Coverage
    from xlsx_eval.season.collect import Pass
    from xlsx_eval.season.standing import Standing
    from xlsx_eval.season.watch import Told

_FOLDER = click.Path(file_okay=False, path_type=Path)
_HEADINGS = ("code", "name", "state", "round", "score", "final", "since", "timely")


def init_command(words: Words) -> Command:
    """`init`: makes a workspace."""

    def run(directory: Path, scheme: str | None, year: int | None) -> int:
        from xlsx_eval.season.workspace import init_workspace

        made = init_workspace(directory, scheme or "default", year)
        click.echo(words("season.made", path=made.root, roster=made.roster))
        return DONE

    return command(words, "init", run, _directory(), *scheme_options(words))


def watch_command(words: Words) -> Command:
    """`watch`: takes what arrives until it is stopped."""

    def run(directory: Path, seconds: float | None) -> int:
        from xlsx_eval.season.watch import watch
        from xlsx_eval.season.workspace import open_workspace

        workspace = open_workspace(directory)
        stop = threading.Event()
        if seconds is not None:
            timer = threading.Timer(seconds, stop.set)
            timer.daemon = True
            timer.start()
        click.echo(words("season.watching", path=workspace.inbox))
        watch(workspace, lambda told: _tell(words, told), stop)
        return DONE

    window = click.Option(
        ["--for", "seconds"], type=click.FloatRange(0.0), metavar="SECONDS", help=words("option.window")
    )
    return command(words, "watch", run, _directory(), window)


def _tell(words: Words, told: Told) -> None:
    if told.trouble:
        click.echo(words("error", what=told.trouble), err=True)
    if told.done is not None:
        for line in _pass_lines(words, told.done):
            click.echo(line)


def run_workspace(words: Words, directory: Path) -> int:
    """One pass over the workspace, and its summary when anything changed."""
    from xlsx_eval.season.collect import collect_once
    from xlsx_eval.season.ledger import UNCLAIMED
    from xlsx_eval.season.standing import status, write_summary
    from xlsx_eval.season.workspace import open_workspace

    workspace = open_workspace(directory)
    done = collect_once(workspace)
    for line in _pass_lines(words, done):
        click.echo(line)
    today = datetime.date.today()
    if done.decided:
        click.echo(words("run.summary", path=write_summary(workspace, today)))
    # A file that nobody can be named for is told when it comes; it would keep a season from ever ending well.
    waits = done.problems or UNCLAIMED in done.outcomes or status(workspace, today).owed
    return code_of(set(done.states)) or (ACT if waits else DONE)


def _pass_lines(words: Words, done: Pass) -> Iterator[str]:
    if done.decided:
        counts = "，".join(f"{outcome} {count}" for outcome, count in done.outcomes.items())
        yield words("season.pass", counts=counts)
    elif not done.problems:
        yield words("season.nothing")
    if done.states:
        yield words("season.states", counts="，".join(f"{state} {n}" for state, n in done.states.items()))
    for file in done.waiting:
        yield words("season.waiting", file=clean(file))
    for file, problem in done.problems.items():
        yield words("season.problem", file=clean(file), what=clean(problem))
    for file in done.kept:
        yield words("run.kept", file=clean(file))


def status_command(words: Words) -> Command:
    """`status`: a table of all departments."""

    def run(directory: Path) -> int:
        from xlsx_eval.season.standing import status
        from xlsx_eval.season.workspace import open_workspace

        shown = status(open_workspace(directory), datetime.date.today())
        show_table([words(f"season.{name}") for name in _HEADINGS], [_line(one) for one in shown.departments])
        for line in _total_lines(words, shown.coverage):
            click.echo(line)
        for one in shown.unclaimed:
            click.echo(words("season.unclaimed", number=one.id, file=clean(one.file), why=clean(one.reason)))
        for one in shown.unread:
            click.echo(words("season.unread", number=one.id, file=clean(one.file), why=clean(one.reason)))
        return DONE

    return command(words, "status", run, _directory())


def _total_lines(words: Words, coverage: Coverage) -> Iterator[str]:
    yield words(
        "season.total",
        due=coverage.due,
        came=coverage.came,
        rate=f"{coverage.came / coverage.due:.2%}" if coverage.due else "—",
        missing=coverage.missing,
        overdue=coverage.overdue,
        late=coverage.late,
        excused=coverage.excused,
    )
    if coverage.outdated:
        yield words("season.old_scheme", count=coverage.outdated)


def _line(one: Standing) -> list[str]:
    score = "" if one.score is None else f"{one.score:g}"
    final = "" if one.final is None else f"{one.final.score:g}"
    rounds = str(one.round) if one.round else ""
    notes = "；".join(filter(None, (one.timely, one.note)))
    return [one.code, one.name, one.state, rounds, score, final, one.since, notes]


def summary_command(words: Words) -> Command:
    """`summary`: the summary of the season, from the ledger."""

    def run(directory: Path) -> int:
        from xlsx_eval.season.standing import write_summary
        from xlsx_eval.season.workspace import open_workspace

        path = write_summary(open_workspace(directory), datetime.date.today())
        click.echo(words("run.summary", path=path))
        return DONE

    return command(words, "summary", run, _directory())


def review_command(words: Words) -> Command:
    """`review`: draws the review sheet, or reads a filled one."""

    def run(directory: Path, file: Path) -> int:
        from xlsx_eval.season.review_sheet import read_review, write_review
        from xlsx_eval.season.workspace import open_workspace

        workspace = open_workspace(directory)
        if file.exists():
            read = read_review(workspace, file, datetime.datetime.now())
            for row in read.outdated:
                click.echo(words("season.review_outdated", path=file, what=clean(row)))
            click.echo(words("season.review_read", path=file, count=read.entered))
            return ACT if read.outdated else DONE
        count = write_review(workspace, file)
        click.echo(words("season.review_written", path=file, count=count))
        return DONE

    kind = click.Path(dir_okay=False, path_type=Path)
    return command(words, "review", run, _directory(), click.Argument(["file"], type=kind, metavar="FILE"))


def verify_command(words: Words) -> Command:
    """`verify`: proves that archive and ledger are sound."""

    def run(directory: Path) -> int:
        from xlsx_eval.season.verify import verify
        from xlsx_eval.season.workspace import open_workspace

        report = verify(open_workspace(directory))
        for fault in report.faults:
            click.echo(words("error", what=clean(fault)))
        if report.waived:
            click.echo(words("season.waived", count=report.waived))
        if report.foreign:
            click.echo(words("season.foreign", count=report.foreign))
        if report.outdated:
            click.echo(words("season.outdated", count=report.outdated))
        click.echo(
            words(
                "season.verified",
                originals=report.originals,
                verdicts=report.reproduced,
                faults=len(report.faults),
            )
        )
        return ACT if report.faults else DONE

    return command(words, "verify", run, _directory())


def _directory() -> click.Argument:
    return click.Argument(["directory"], type=_FOLDER, metavar="DIR")


def is_workspace(path: Path) -> bool:
    """Whether `run` without -o has a workspace before it."""
    from xlsx_eval.season.workspace import CONFIG

    return (path / CONFIG).is_file()


SEASON_COMMANDS: tuple[Any, ...] = (
    init_command,
    watch_command,
    status_command,
    summary_command,
    review_command,
    verify_command,
)
