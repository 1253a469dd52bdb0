"""A real office program recalculates generated formulas; every cell must equal ours or differ for a named reason."""

from __future__ import annotations

from pathlib import Path

from formula_agreement import compare
from formula_pairs import pairs
from office import require_office

COUNT = 2_000
SEED = 20260101


def test_generated_formulas_agree_with_a_real_office_program(tmp_path: Path) -> None:
    require_office()
    outcome = compare(pairs(SEED, COUNT), tmp_path)
    assert outcome.compared == COUNT
    assert outcome.wrong == ()
    assert outcome.named.total() < COUNT / 200
