"""What all commands share: help in either language, the options of every command, files written whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from xlsx_eval.cli.words import LANGUAGES, Words
from xlsx_eval.scheme import Scheme
from xlsx_eval.scheme.book import load_any

Run = Callable[..., int]


class _Formatter(click.HelpFormatter):
    """Help with headings in the language asked for."""

    words = Words("en")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{self.words('usage')} ")

    def write_heading(self, heading: str) -> None:
        known = {"Options", "Commands"}
        super().write_heading(self.words(heading) if heading in known else heading)


class _Context(click.Context):
    formatter_class = _Formatter

    def make_formatter(self) -> click.HelpFormatter:
        formatter = super().make_formatter()
        words = self.find_object(Words)
        if isinstance(formatter, _Formatter) and words is not None:
            formatter.words = words
        return formatter


class _Helped(click.Command):
    """Says what --help does in the language asked for."""

    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The --help option."""
        option = super().get_help_option(ctx)
        words = ctx.find_object(Words)
        if option is not None and words is not None:
            option.help = words("help")
        return option


class Command(_Helped):
    """A command whose help ends in an example."""


class Group(_Helped, click.Group):
    """A group of such commands, listed as work goes and not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they were given."""
        return list(self.commands)


def command(words: Words, name: str, run: Run, *params: click.Parameter, key: str = "") -> Command:
    """The command `name` that calls `run` with its parameters; its words are those under `command.NAME`."""
    key = f"command.{key or name}"
    example = f"\b\n{words('example')}\n  {words(f'{key}.example')}"
    return Command(
        name,
        callback=run,
        params=[*params, *_common(words)],
        help=words(key),
        epilog=example,
        short_help=words(key),
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def scheme_options(words: Words) -> tuple[click.Option, ...]:
    """--scheme and --year."""
    return (
        click.Option(["--scheme"], metavar="NAME_OR_PATH", help=words("option.scheme")),
        click.Option(["--year"], type=click.IntRange(1990, 2200), metavar="YEAR", help=words("option.year")),
    )


def _common(words: Words) -> tuple[click.Option, ...]:
    return (language_option(words),)


def language_option(words: Words) -> click.Option:
    """--lang; it has been looked up before anything was parsed, so its value is not passed on."""
    return click.Option(
        ["--lang"], type=click.Choice(LANGUAGES), expose_value=False, help=words("option.lang")
    )


def out_file(words: Words, *, required: bool = True) -> click.Option:
    """-o FILE."""
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.Option(
        ["-o", "--output"], type=kind, required=required, metavar="FILE", help=words("option.out_file")
    )


def in_file(name: str, **settings: Any) -> click.Argument:
    """An argument that names a file to read."""
    shown = name.upper() if settings.get("required", True) else f"[{name.upper()}]"
    shown += "..." if settings.get("nargs") == -1 else ""
    return click.Argument([name], type=click.Path(path_type=Path), metavar=shown, **settings)


def asked_scheme(options: Mapping[str, Any]) -> Scheme:
    """The scheme of --scheme and --year."""
    return load_any(options["scheme"], year=options["year"])
