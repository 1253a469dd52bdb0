"""`run`: a whole inbox, with a progress bar on a terminal and plain lines otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from xlsx_eval.cli.codes import ACT, DONE, code_of
from xlsx_eval.cli.command import Command, asked_scheme, command, in_file, scheme_options
from xlsx_eval.cli.season import is_workspace, run_workspace
from xlsx_eval.cli.tables import clean
from xlsx_eval.cli.words import Words
from xlsx_eval.run.allowance import DEFAULT_ALLOWANCE, SETTINGS, allowance
from xlsx_eval.run.outbox import LOG, SUMMARY
from xlsx_eval.states import FOR_REVIEW, PASSED, SENT_BACK, UNREADABLE

if TYPE_CHECKING:
    from xlsx_eval.run.batch import BatchResult, Step

_SIZES = {name: setting for name, setting in SETTINGS.items() if name != "seconds"}


def run_command(words: Words) -> Command:
    """`run`: judges INBOX into the output folder."""

    def run(
        inbox: Path,
        output: Path | None,
        workers: int | None,
        seconds: float,
        limits: dict[str, int],
        **options: Any,
    ) -> int:
        if output is None:
            if is_workspace(inbox):
                return run_workspace(words, inbox)
            raise click.UsageError(words("season.no_output"))
        # Only this command needs pandas, which takes longer to load than all the rest.
        from xlsx_eval.run.batch import run as run_batch

        scheme = asked_scheme(options)
        allowed = allowance({"seconds": seconds, **limits})
        with _progress(words) as progress:
            done = run_batch(inbox, output, scheme, workers=workers, allowed=allowed, progress=progress)
        return _closing(words, inbox, done)

    return command(words, "run", run, in_file("inbox"), *_options(words), *scheme_options(words))


def _options(words: Words) -> tuple[click.Option, ...]:
    folder = click.Path(file_okay=False, path_type=Path)
    return (
        click.Option(["-o", "--output"], type=folder, metavar="OUT", help=words("option.out_folder")),
        click.Option(["--workers"], type=click.IntRange(0, 512), metavar="N", help=words("option.workers")),
        click.Option(
            ["--seconds"],
            type=click.FloatRange(SETTINGS["seconds"].least, SETTINGS["seconds"].most),
            default=DEFAULT_ALLOWANCE.seconds,
            metavar="S",
            show_default=True,
            help=words("option.seconds"),
        ),
        click.Option(
            ["--limit", "limits"],
            multiple=True,
            callback=_sizes(words),
            metavar="NAME=N",
            help=words("option.limit"),
        ),
    )


def _sizes(words: Words) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, int]]:
    """What one file may cost, from `NAME=N` each; the command line fails for any other word."""

    def sizes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in given:
            name, _equals, number = one.partition("=")
            setting = _SIZES.get(name)
            if setting is None:
                raise click.BadParameter(words("limit.unknown", name=name, names="、".join(_SIZES)))
            if not number.isdecimal() or not setting.allows(int(number)):
                least, most = f"{setting.least:g}", f"{setting.most:.0f}"
                raise click.BadParameter(words("limit.range", name=name, least=least, most=most))
            found[name] = int(number)
        return found

    return sizes


@contextmanager
def _progress(words: Words) -> Iterator[Callable[[Step], None]]:
    if not sys.stderr.isatty():
        yield lambda step: click.echo(_step_line(words, step))
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(words("run.bar"), total=None)
        yield lambda step: bar.update(task, completed=step.done, total=step.total)


def _step_line(words: Words, step: Step) -> str:
    result = step.result
    if result.state == UNREADABLE:
        counts = result.reason
    else:
        errors, explain, unverifiable, _ = result.counts
        counts = words("run.counts", errors=errors, explain=explain, unverifiable=unverifiable)
    return words(
        "run.step",
        done=step.done,
        total=step.total,
        file=clean(result.file),
        state=result.state,
        counts=counts,
    )


def _closing(words: Words, inbox: Path, done: BatchResult) -> int:
    if not done.total:
        click.echo(words("run.none", inbox=inbox), err=True)
        return ACT
    states = done.states
    click.echo(
        words(
            "run.total",
            total=done.total,
            passed=states[PASSED],
            sent_back=states[SENT_BACK],
            review=states[FOR_REVIEW],
            unreadable=states[UNREADABLE],
        )
    )
    for line in _remarks(words, done):
        click.echo(line)
    code = code_of({state for state, count in states.items() if count})
    return code if code != DONE or not done.refused else ACT


def _remarks(words: Words, done: BatchResult) -> Iterator[str]:
    if done.skipped:
        yield words("run.skipped", count=done.skipped)
    for repeat in done.repeats:
        yield words("run.repeat", file=clean(repeat.file), same=clean(str(repeat)))
    for name in done.kept:
        yield words("run.kept", file=clean(name))
    for name in done.refused:
        yield words("error", what=words("folder.unwritable", path=done.out / name))
    if done.failures:
        yield words("run.failures", count=done.failures, log=done.out / LOG)
    for state in (SENT_BACK, UNREADABLE):
        if done.states[state]:
            yield words("run.returned", path=done.out / state)
    yield words("run.summary", path=done.out / SUMMARY)
