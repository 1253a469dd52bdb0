"""What holds for every formula and every input."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from xlsx_eval.cell import ErrorValue, Scalar
from xlsx_eval.errors import FormulaError
from xlsx_eval.formula import FUNCTIONS, Value, compile_formula
from xlsx_eval.formula.numbers import number_text, rounded, same
from xlsx_eval.formula.textnumber import text_number
from xlsx_eval.formula.wildcards import matches

SCALARS: st.SearchStrategy[Scalar] = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers().map(float) | st.decimals(-10_000, 10_000, places=2).map(float),
    st.text(max_size=8),
    st.sampled_from(["", " ", "教育", "12%", "1,234.5", "-", "#N/A", "<>", "*", "~", "1e999", "9999-99-99"]),
    st.sampled_from(list(ErrorValue)),
)
COLUMNS = st.lists(SCALARS, min_size=1, max_size=4).map(lambda values: tuple((value,) for value in values))
VALUES: st.SearchStrategy[Value] = SCALARS | COLUMNS
LEAVES = st.sampled_from(
    ["a", "b", "c", "1", "0", "-2.5", '"x"', '""', "TRUE", "1E300", "#N/A", "D8", "Sheet1!A1:B2"]
)


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str) -> st.SearchStrategy[str]:
        function, exact = FUNCTIONS[name], name in ("MATCH", "VLOOKUP")
        most = len(function.kinds) + function.repeats
        counts = [count for count in range(most + 1) if function.accepts(count)]
        return st.sampled_from(counts).flatmap(
            lambda count: st.lists(inner, min_size=count, max_size=count).map(
                lambda arguments: f"{name}({','.join([*arguments[:-1], '0'] if exact else arguments)})"
            )
        )

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(call)


def _operations(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">="])
    return (
        st.tuples(inner, operators, inner).map("".join) | inner.map("({})%".format) | inner.map("-{}".format)
    )


FORMULAS = st.recursive(LEAVES, lambda inner: _calls(inner) | _operations(inner), max_leaves=12)


@given(FORMULAS, VALUES, VALUES, VALUES)
def test_evaluating_gives_a_value_and_never_an_exception(text: str, a: Value, b: Value, c: Value) -> None:
    values = {"a": a, "b": b, "c": c, "D8": 1.0, "Sheet1!A1:B2": ((1.0, "x"), (None, True))}
    found = compile_formula(text).evaluate(values.__getitem__)
    assert isinstance(found, float | str | bool | ErrorValue)
    assert not isinstance(found, float) or math.isfinite(found)


@given(FORMULAS)
def test_rendering_without_replacing_gives_the_text_back(text: str) -> None:
    formula = compile_formula(text)
    assert formula.render(lambda name: None) == text
    assert compile_formula(formula.render(lambda name: f"x_{name}")).names == {
        f"x_{name}" for name in formula.names
    }


@given(st.text(alphabet="ab1.D8!:$'\"()+-*/^&=<>%,# {}[]支出_（，\n~TRUESMIF", max_size=30))
def test_any_text_compiles_or_is_refused_at_a_place_within_it(text: str) -> None:
    error = refusal(text)
    assert error is None or 0 <= error.position <= len(text)


def refusal(text: str) -> FormulaError | None:
    try:
        compile_formula(text)
    except FormulaError as error:
        return error
    return None


@given(st.decimals(-100_000, 100_000, places=6), st.integers(-3, 6))
def test_rounding_a_decimal_is_rounding_as_taught(decimal: Decimal, digits: int) -> None:
    expected = decimal.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert rounded(float(decimal), digits, ROUND_HALF_UP) == float(expected)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_a_number_written_reads_back_to_15_digits(number: float) -> None:
    read = text_number(number_text(number))
    assert read is not None
    assert same(read, number) or abs(number) < 1e-300


@given(st.text(max_size=20), st.text(max_size=200))
def test_a_text_matches_itself_once_its_wildcards_are_escaped(text: str, other: str) -> None:
    escaped = text.replace("~", "~~").replace("*", "~*").replace("?", "~?")
    assert matches(escaped, text)
    assert matches(escaped, other) == (text == other)
    assert matches(f"*{escaped}*", other + text + other)


def test_wildcards_take_no_exponential_time() -> None:
    assert not matches("*a" * 200 + "b", "a" * 5_000)
