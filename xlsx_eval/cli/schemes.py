"""`scheme list` and `scheme check`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlsx_eval.cli.codes import DONE
from xlsx_eval.cli.command import (
    Command,
    Group,
    asked_scheme,
    command,
    in_file,
    language_option,
    scheme_options,
)
from xlsx_eval.cli.tables import show_table
from xlsx_eval.cli.words import Words
from xlsx_eval.scheme import load_scheme, scheme_names

_HEADINGS = ("name", "scheme_title", "year", "points", "indicators")


def scheme_group(words: Words) -> Group:
    """`scheme`: the commands about schemes."""
    commands = [_list_command(words), _check_command(words)]
    example = f"\b\n{words('example')}\n  {words('command.scheme.example')}"
    return Group(
        "scheme",
        commands=commands,
        params=[language_option(words)],
        help=words("command.scheme"),
        epilog=example,
    )


def _list_command(words: Words) -> Command:
    def run() -> int:
        schemes = [load_scheme(name) for name in scheme_names()]
        rows = [
            (name, one.name, str(one.year), f"{one.points:g}", str(len(one.indicators)))
            for name, one in zip(scheme_names(), schemes, strict=True)
        ]
        show_table([words(f"column.{name}") for name in _HEADINGS], rows)
        return DONE

    return command(words, "list", run, key="scheme_list")


def _check_command(words: Words) -> Command:
    def run(file: Path | None, **options: Any) -> int:
        if file is not None:
            options["scheme"] = str(file)
        scheme = asked_scheme(options)
        told = words(
            "scheme.sound",
            id=scheme.id,
            name=scheme.name,
            year=scheme.year,
            points=f"{scheme.points:g}",
            indicators=len(scheme.indicators),
            checks=len(scheme.checks),
            examples=len(scheme.examples),
        )
        click.echo(told)
        return DONE

    return command(
        words, "check", run, in_file("file", required=False), *scheme_options(words), key="scheme_check"
    )
