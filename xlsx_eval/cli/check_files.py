"""`check`: what was found in single files, on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlsx_eval.cli.codes import code_of
from xlsx_eval.cli.command import Command, asked_scheme, command, in_file, scheme_options
from xlsx_eval.cli.tables import clean, show_table
from xlsx_eval.cli.words import Words
from xlsx_eval.drawing.receipt import reason_sentence
from xlsx_eval.errors import Unreadable
from xlsx_eval.findings import Finding
from xlsx_eval.judging.evaluate import Evaluation, evaluate
from xlsx_eval.scheme import Scheme
from xlsx_eval.states import UNREADABLE

_HEADINGS = ("code", "verdict", "place", "found", "expected", "message")


def check_command(words: Words) -> Command:
    """`check`: shows the findings of each file."""

    def run(file: tuple[Path, ...], **options: Any) -> int:
        scheme = asked_scheme(options)
        return code_of({_check(words, path, scheme) for path in file})

    return command(words, "check", run, in_file("file", nargs=-1, required=True), *scheme_options(words))


def _check(words: Words, path: Path, scheme: Scheme) -> str:
    try:
        evaluation = evaluate(path.read_bytes(), scheme)
    except Unreadable as error:
        what = reason_sentence(error.reason, error.detail)
        click.echo(words("unreadable", path=clean(str(path)), what=what), err=True)
        return UNREADABLE
    except OSError:
        click.echo(words("error", what=words("no_file", path=clean(str(path)))), err=True)
        return UNREADABLE
    click.echo(
        words("check.head", file=clean(path.name), state=evaluation.state, score=_score(words, evaluation))
    )
    if evaluation.findings:
        headings = [words(f"column.{name}") for name in _HEADINGS]
        show_table(headings, [_line(finding) for finding in evaluation.findings])
    else:
        click.echo(words("check.none"))
    return evaluation.state


def _score(words: Words, evaluation: Evaluation) -> str:
    claimed = words("check.not_given") if evaluation.claimed is None else f"{evaluation.claimed:g}"
    return words(
        "check.score", score=f"{evaluation.score:g}", unscored=f"{evaluation.unscored:g}", claimed=claimed
    )


def _line(finding: Finding) -> tuple[str, ...]:
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
    return (finding.code, finding.verdict, place, finding.found, finding.expected, finding.message)
