"""Compare generated formulas with LibreOffice: python bench/formulas.py [COUNT] [SEED]."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from formula_agreement import compare
from formula_pairs import pairs

from xlsx_eval.formula import compile_formula


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 10_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    made = pairs(seed, count)
    book = made.book()
    start = time.perf_counter()
    compiled = [compile_formula(formula) for formula in made.formulas]
    parsed = time.perf_counter()
    for each in compiled:
        each.evaluate(book.__getitem__)
    done = time.perf_counter()
    print(f"{count} formulas, seed {seed}")
    print(f"compiled in {(parsed - start) / count * 1e6:.0f} µs each", end=", ")
    print(f"evaluated in {(done - parsed) / count * 1e6:.0f} µs each")
    with tempfile.TemporaryDirectory() as folder:
        outcome = compare(made, Path(folder))
    print(f"equal: {count - outcome.named.total() - len(outcome.wrong)}, wrong: {len(outcome.wrong)}")
    for reason, times in outcome.named.most_common():
        print(f"differs, {reason}: {times}")
    for formula, ours, theirs in outcome.wrong[:20]:
        print(f"WRONG ={formula}\n  ours {ours!r}, office {theirs!r}")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
