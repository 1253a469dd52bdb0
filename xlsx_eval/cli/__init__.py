"""The command line: the library with words round it; only here is anything printed or an exit code known."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from typing import IO

import click

from xlsx_eval.cli.check_files import check_command
from xlsx_eval.cli.codes import ACT, DONE, FAILED, UNREAD
from xlsx_eval.cli.command import Group, language_option
from xlsx_eval.cli.explain_code import explain_command
from xlsx_eval.cli.forms import fill_command, strip_command, template_command
from xlsx_eval.cli.run_inbox import run_command
from xlsx_eval.cli.schemes import scheme_group
from xlsx_eval.cli.season import SEASON_COMMANDS
from xlsx_eval.cli.words import Words, asked_language
from xlsx_eval.drawing.receipt import reason_sentence
from xlsx_eval.errors import FolderError, Unreadable, XlsxEvalError

_COMMANDS = (
    template_command,
    fill_command,
    run_command,
    check_command,
    explain_command,
    strip_command,
    scheme_group,
    *SEASON_COMMANDS,
)


def main() -> None:
    """Entry point of the command `xlsx-eval`."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a character shows a question mark instead of ending the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:], sys.stdout, sys.stderr))


def run(argv: Sequence[str], out: IO[str], err: IO[str]) -> int:
    """Run the command line `argv` (without the program's name), printing to `out` and `err`; the exit code."""
    words = Words(asked_language(argv))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = program(words).main(list(argv), prog_name="xlsx-eval", standalone_mode=False, obj=words)
        # The library raises; only here does an error become a sentence and a code.
        except click.UsageError as error:
            return _fail(words("usage_error", what=error.format_message()), ACT)
        except Unreadable as error:
            return _fail(words("error", what=reason_sentence(error.reason, error.detail)), UNREAD)
        except FolderError as error:
            return _fail(words("error", what=words(f"folder.{error.problem}", path=error.path)), ACT)
        except XlsxEvalError as error:
            return _fail(words("error", what=error.told(words.language)), ACT)
        except OSError as error:
            return _fail(
                words("error", what=f"{error.filename or ''} {error.strerror or error}".strip()), ACT
            )
        except (KeyboardInterrupt, click.Abort):
            return _fail(words("interrupted"), ACT)
        except Exception:
            # Python's own code for this is 1, by which a script would take it for workbooks sent back.
            return _fail(f"{traceback.format_exc()}{words('failed')}", FAILED)
    return code if isinstance(code, int) else DONE


def program(words: Words) -> Group:
    """All commands, in that language."""
    number = click.Option(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_show_version,
        help=words("version"),
    )
    return Group(
        "xlsx-eval",
        commands=[make(words) for make in _COMMANDS],
        params=[number, language_option(words)],
        help=words("program"),
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
    )


def _show_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        try:
            click.echo(version("xlsx-eval"))
        except PackageNotFoundError:
            click.echo("?")
        context.exit(DONE)


def _fail(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code
