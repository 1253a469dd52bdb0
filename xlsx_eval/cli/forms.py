"""Commands about one workbook as a form: template, fill, strip."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from xlsx_eval.cli.codes import ACT, DONE
from xlsx_eval.cli.command import Command, asked_scheme, command, in_file, out_file, scheme_options
from xlsx_eval.cli.season import is_workspace
from xlsx_eval.cli.words import Words
from xlsx_eval.form.fill import fill, read_values
from xlsx_eval.form.template import draw_template
from xlsx_eval.run.outbox import write_whole
from xlsx_eval.scheme import Scheme
from xlsx_eval.season.prefill import prefilled
from xlsx_eval.season.roster import read_roster
from xlsx_eval.season.workspace import open_workspace
from xlsx_eval.xlsx import strip_marks


def template_command(words: Words) -> Command:
    """`template`: draws the empty template."""

    def run(output: Path | None, roster: Path | None, **options: Any) -> int:
        if roster is not None:
            return _prefilled(words, roster, output or Path("."), _roster_scheme(words, roster, options))
        scheme = asked_scheme(options)
        data = draw_template(scheme)
        path = output or Path(f"{scheme.year}年度{scheme.name}表.xlsx")
        # Without -o nobody said that a file of this name may go; it could be one that was filled in.
        if output is None and path.exists() and path.read_bytes() != data:
            click.echo(words("error", what=words("exists", path=path)), err=True)
            return ACT
        return _write(words, path, data)

    asked = click.Option(
        ["--roster"], type=click.Path(path_type=Path), metavar="FILE", help=words("option.roster")
    )
    output = click.Option(
        ["-o", "--output"], type=click.Path(path_type=Path), metavar="PATH", help=words("option.out_template")
    )
    return command(words, "template", run, output, asked, *scheme_options(words))


def _roster_scheme(words: Words, roster: Path, options: Mapping[str, Any]) -> Scheme:
    """The scheme that will judge what the roster's departments fill in: its workspace's, where it lies in one."""
    if not is_workspace(roster.parent):
        return asked_scheme(options)
    scheme = open_workspace(roster.parent).scheme()
    asked = {**options, "year": options["year"] or scheme.year}
    if (options["scheme"] and asked_scheme(asked) != scheme) or asked["year"] != scheme.year:
        told = words("other_scheme", folder=roster.parent, name=scheme.name, year=scheme.year)
        raise click.UsageError(told)
    return scheme


def _prefilled(words: Words, path: Path, folder: Path, scheme: Scheme) -> int:
    """One named template a department; a file that is there already, perhaps filled in, stays."""
    forms = [(folder / name, data) for name, data in prefilled(read_roster(path, scheme), scheme)]
    for target, data in forms:
        if target.exists() and target.read_bytes() != data:
            click.echo(words("error", what=words("filled_in", path=target)), err=True)
            return ACT
    folder.mkdir(parents=True, exist_ok=True)
    for target, data in forms:
        write_whole(target, data)
    click.echo(words("prefilled", count=len(forms), folder=folder))
    return DONE


def fill_command(words: Words) -> Command:
    """`fill`: pours values into the template."""

    def run(values: Path, output: Path, **options: Any) -> int:
        return _write(words, output, fill(read_values(values), asked_scheme(options)))

    return command(words, "fill", run, in_file("values"), out_file(words), *scheme_options(words))


def strip_command(words: Words) -> Command:
    """`strip`: takes our marks off."""

    def run(file: Path, output: Path) -> int:
        return _write(words, output, strip_marks(file.read_bytes()))

    return command(words, "strip", run, in_file("file"), out_file(words))


def _write(words: Words, path: Path, data: bytes) -> int:
    write_whole(path, data)
    click.echo(words("written", path=path))
    return DONE
