"""`scheme list`, `scheme check`, `scheme diff`, `scheme export` and `scheme import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlsx_eval.cli.codes import ACT, DONE, UNREAD
from xlsx_eval.cli.command import (
    Command,
    Group,
    command,
    in_file,
    language_option,
    out_file,
    scheme_options,
)
from xlsx_eval.cli.tables import clean, show_table
from xlsx_eval.cli.words import Words
from xlsx_eval.run.effect import effects, workbooks
from xlsx_eval.run.outbox import write_whole
from xlsx_eval.scheme import Scheme, load_scheme, scheme_names
from xlsx_eval.scheme.book import export_scheme, load_any, raw_tables, report_on, to_toml
from xlsx_eval.scheme.diff import diff_schemes

_HEADINGS = ("name", "scheme_title", "year", "points", "indicators")


def scheme_group(words: Words) -> Group:
    """`scheme`: the commands about schemes."""
    makers = (_list_command, _check_command, _diff_command, _export_command, _import_command)
    commands = [make(words) for make in makers]
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
        asked = str(file) if file is not None else options["scheme"] or "default"
        report = report_on(asked, year=options["year"])
        for level, sentences in (("scheme.error", report.errors), ("scheme.advice", report.advice)):
            for sentence in sentences:
                click.echo(words(level, what=clean(sentence)))
        scheme = report.scheme
        if scheme is None:
            click.echo(words("scheme.unsound", errors=len(report.errors)), err=True)
            return ACT
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


def _diff_command(words: Words) -> Command:
    def run(old: Path, new: Path, folder: Path | None) -> int:
        before, after = load_any(str(old)), load_any(str(new))
        changes = diff_schemes(before, after)
        for change in changes:
            click.echo(clean(str(change)))
        if not changes:
            click.echo(words("scheme.same"))
        return DONE if folder is None else _effects(words, folder, before, after)

    return command(
        words,
        "diff",
        run,
        in_file("old"),
        in_file("new"),
        click.Argument(["folder"], type=click.Path(path_type=Path), metavar="[FOLDER]", required=False),
        key="scheme_diff",
    )


def _effects(words: Words, folder: Path, before: Scheme, after: Scheme) -> int:
    """Whose score would change, one line a workbook, and how many in all."""
    found = list(effects(workbooks(folder), before, after))
    click.echo()
    for one in sorted(found, key=lambda one: one.difference):
        click.echo(clean(one.sentence()))
    moved = [one for one in found if one.difference]
    told = words(
        "scheme.effect",
        files=len(found),
        moved=len(moved),
        fallen=sum(1 for one in moved if one.difference < 0),
        unread=sum(1 for one in found if one.problem),
    )
    click.echo(told)
    return UNREAD if any(one.problem for one in found) else DONE


def _export_command(words: Words) -> Command:
    def run(scheme: Path, output: Path) -> int:
        write_whole(output, export_scheme(raw_tables(str(scheme))))
        click.echo(words("written", path=output))
        return DONE

    return command(words, "export", run, in_file("scheme"), out_file(words), key="scheme_export")


def _import_command(words: Words) -> Command:
    def run(file: Path, output: Path) -> int:
        text = to_toml(raw_tables(file))
        write_whole(output, text.encode())
        click.echo(words("written", path=output))
        return DONE

    return command(words, "import", run, in_file("file"), out_file(words), key="scheme_import")
