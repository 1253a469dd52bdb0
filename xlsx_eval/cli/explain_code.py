"""`explain`: what a code means."""

from __future__ import annotations

import difflib

import click

from xlsx_eval.cli.codes import ACT, DONE
from xlsx_eval.cli.command import Command, command
from xlsx_eval.cli.tables import show_table
from xlsx_eval.cli.words import Words
from xlsx_eval.findings import catalogue


def explain_command(words: Words) -> Command:
    """`explain`: one code, or the list of all."""

    def run(code: str | None) -> int:
        return _list(words) if code is None else _explain(words, code)

    return command(words, "explain", run, click.Argument(["code"], required=False, metavar="[CODE]"))


def _list(words: Words) -> int:
    headings = [words(f"column.{name}") for name in ("code", "verdict", "title")]
    show_table(headings, [(entry.code, entry.verdict, entry.title) for entry in catalogue().values()])
    return DONE


def _explain(words: Words, code: str) -> int:
    entry = catalogue().get(code.upper())
    if entry is None:
        close = difflib.get_close_matches(code.upper(), list(catalogue()), n=3)
        similar = words("similar", words="、".join(close)) if close else ""
        click.echo(words("error", what=words("explain.unknown", code=code, similar=similar)), err=True)
        return ACT
    click.echo(f"{entry.code}  {entry.verdict}  {entry.title}")
    click.echo(entry.explanation)
    click.echo(words("explain.message", message=entry.message))
    click.echo(words("explain.hint", hint=entry.hint))
    return DONE
