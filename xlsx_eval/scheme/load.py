"""Loads a scheme: reads the TOML, checks its shape, builds its parts, and lets it check itself."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from xlsx_eval.errors import FormulaError, Said, SchemeError, toml_fault
from xlsx_eval.scheme.build import build_scheme
from xlsx_eval.scheme.grammar import shape_remarks
from xlsx_eval.scheme.lint import lint
from xlsx_eval.scheme.parts import Scheme
from xlsx_eval.scheme.probe import probe
from xlsx_eval.scheme.references import reference_remarks
from xlsx_eval.scheme.remarks import ADVICE, ERROR, Remark, place_words
from xlsx_eval.scheme.words import word_remarks

_NO_SCHEMES = frozenset({"rules.toml"})


@dataclass(frozen=True, slots=True)
class Checked:
    """A scheme as read: its raw tables, the scheme itself (None while it cannot be built), what is wrong.

    `text` is the file it came from, "" where that was no text.
    """

    source: str
    raw: Mapping[str, Any]
    scheme: Scheme | None
    remarks: tuple[Remark, ...]
    text: str = ""

    @property
    def errors(self) -> tuple[Remark, ...]:
        """Remarks that keep the scheme from being used."""
        return tuple(remark for remark in self.remarks if remark.level == ERROR)

    @property
    def advice(self) -> tuple[Remark, ...]:
        """Remarks that do not."""
        return tuple(remark for remark in self.remarks if remark.level == ADVICE)

    def sentence(self, remark: Remark) -> str:
        """A remark with its place in words."""
        place = place_words(remark.path, self.raw, self.text)
        return f"{place}：{remark.text}" if place else remark.text


def scheme_names() -> tuple[str, ...]:
    """Names of the schemes that come with the package."""
    entries = files("xlsx_eval").joinpath("schemes").iterdir()
    names = (entry.name for entry in entries if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names if name not in _NO_SCHEMES))


def load_scheme(name_or_path: str | Path | None = None, *, year: int | None = None) -> Scheme:
    """A scheme by the name of a ready one (None: the default) or by the path of a TOML file.

    `year` replaces the scheme's own. Raises SchemeError, saying where and what is wrong.
    """
    source, text, raw = read_raw("default" if name_or_path is None else name_or_path)
    return checked_scheme(check_raw(raw, source, year=year, text=text))


def checked_scheme(checked: Checked, sentence: Callable[[Remark], str] | None = None) -> Scheme:
    """The scheme of a check that found no error; raises SchemeError with a sentence for each otherwise."""
    if checked.scheme is None or checked.errors:
        raise SchemeError(checked.source, tuple(map(sentence or checked.sentence, checked.errors)))
    return checked.scheme


def check_scheme(name_or_path: str | Path, *, year: int | None = None) -> Checked:
    """Everything there is to say about a scheme, formulas tried on sampled figures included.

    Raises SchemeError only where there is no such file or it is no TOML.
    """
    source, text, raw = read_raw(name_or_path)
    return check_raw(raw, source, year=year, text=text, thorough=True)


def check_raw(
    raw: Mapping[str, Any],
    source: str,
    *,
    year: int | None = None,
    text: str = "",
    thorough: bool = False,
) -> Checked:
    """The raw tables of a scheme checked as far as they can be: shape, references, contradictions.

    `thorough` also tries its formulas on sampled figures.
    """
    remarks = list(shape_remarks(raw)) or list(reference_remarks(raw))
    if remarks:
        return Checked(source, raw, None, tuple(remarks), text)
    dated = dict(raw)
    if year is not None:
        dated["scheme"] = {**raw["scheme"], "year": year}
    try:
        filled = _with_years(dated, dated["scheme"]["year"])
        scheme = build_scheme(filled)
    except FormulaError as error:
        return Checked(source, raw, None, (Remark((), str(error)),), text)
    found: Iterable[Remark] = [*lint(scheme), *word_remarks(filled, scheme)]
    if thorough and not any(remark.level == ERROR for remark in found):
        found = [*found, *probe(scheme)]
    return Checked(source, raw, scheme, tuple(found), text)


def read_raw(name_or_path: str | Path) -> tuple[str, str, dict[str, Any]]:
    """Source, text and raw tables of a ready scheme or a TOML file; raises SchemeError."""
    source, text = _text_of(name_or_path)
    try:
        return source, text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fault = toml_fault(error)
        raise SchemeError(source, (Said(f"不是有效的 TOML：{fault}", f"not TOML: {fault.en}"),)) from None


def _text_of(name_or_path: str | Path) -> tuple[str, str]:
    ready = str(name_or_path)
    if ready in scheme_names():
        return ready, files("xlsx_eval").joinpath("schemes", f"{ready}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    try:
        return path.name, path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "不是 UTF-8 文本" if isinstance(error, UnicodeDecodeError) else "无法打开"
        names = "、".join(scheme_names())
        message = Said(
            f"没有这个现成方案（{names}），也不是可读取的文件（{reason}）",
            f"no ready scheme ({names}) and no file that can be read ({error})",
        )
        raise SchemeError(ready, (message,)) from None


def _with_years(raw: Any, year: int) -> Any:
    """`raw` with {上年}, {年度} and {次年} replaced in every text."""
    if isinstance(raw, str):
        years = {"{上年}": year - 1, "{年度}": year, "{次年}": year + 1}
        for word, number in years.items():
            raw = raw.replace(word, str(number))
        return raw
    if isinstance(raw, dict):
        return {key: _with_years(value, year) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_with_years(value, year) for value in raw]
    return raw
