"""Mutated workbooks judged and annotated: no traceback, no hang, bounded memory, an outcome for each.

    python bench/fuzz.py                 2,000 mutants, fixed seed
    python bench/fuzz.py --count 200 --seed 7

Each batch of mutants runs in a process of its own with a limit on its memory and on every file's time, so
that a mutant that dies or hangs is counted and named by its number, and the others go on.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from xlsx_eval import annotate, evaluate, load_scheme
from xlsx_eval.errors import Unreadable
from xlsx_eval.form.fill import fill, read_values
from xlsx_eval.scheme import Scheme

ROOT = Path(__file__).resolve().parents[1]
SEED, COUNT, BATCH = 20_220_401, 2_000, 50
SECONDS, MEGABYTES = 5.0, 500
"""Processor time and memory a file may take; a busy machine makes neither more."""
_ROOM = 2 << 30
"""Address space of a batch; what a file really takes is measured."""


@cache
def scheme() -> Scheme:
    return load_scheme()


@cache
def bases() -> tuple[bytes, ...]:
    """What is mutated: a faultless form, the founding case, and a form we have annotated."""
    values = ROOT / "samples" / "values"
    sound = fill(read_values(values / "区教育局.toml"), scheme())
    founding = fill(read_values(values / "区应急管理局.toml"), scheme())
    return sound, founding, annotate(founding, evaluate(founding, scheme()))


def mutant(number: int, seed: int = SEED) -> tuple[str, bytes]:
    """What was done, and the mutated workbook; the same number gives the same bytes."""
    rng = random.Random(f"{seed}/{number}")
    data = rng.choice(bases())
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        name = rng.choice(sorted(MUTATIONS))
        try:
            data = MUTATIONS[name](rng, data)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            zlib_error,
            KeyError,
            IndexError,
            ValueError,
            EOFError,
        ):
            continue
        names.append(name)
    return "+".join(names), data


zlib_error = __import__("zlib").error


def _flip(rng: random.Random, data: bytes) -> bytes:
    """A few bytes of the archive changed."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 20))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _double(rng: random.Random, data: bytes) -> bytes:
    """A piece of the archive repeated inside it."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 5_000)]
    at = rng.randrange(len(data))
    return data[:at] + piece + data[at:]


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _member(
    change: Callable[[random.Random, dict[str, bytes], str], None],
) -> Callable[[random.Random, bytes], bytes]:
    """A mutation of one member of the package, most often of one that holds cells."""

    def mutation(rng: random.Random, data: bytes) -> bytes:
        members = _members(data)
        telling = [name for name in members if "sheet" in name or "workbook" in name or "Strings" in name]
        change(rng, members, rng.choice(telling if telling and rng.random() < 0.8 else sorted(members)))
        return _packed(members)

    return mutation


def _remove(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    del members[name]


def _empty(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    members[name] = b""


def _swap(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    other = rng.choice(sorted(members))
    members[name], members[other] = members[other], members[name]


def _cut(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    members[name] = members[name][: rng.randrange(len(members[name]))]


def _noise(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    changed = bytearray(members[name])
    for _ in range(rng.choice((1, 5, 50))):
        changed[rng.randrange(len(changed))] = rng.choice(b"<>&\"'/=\x00 \xff0A9-")
    members[name] = bytes(changed)


def _rename(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    members[rng.choice(("../evil.xml", name.upper(), name.replace("/", "\\"), "a" * 300))] = members.pop(name)


_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_TAG = re.compile(rb"<(/?)(\w+)([^<>]*)>")
_ODD = (
    b"", b"-1", b"0", b"99999999999", b"XFD1048576", b"A1:XFD1048576", b"1e308", b"NaN", b"#REF!", b"\xef\xbf\xbd",
    b"rId999", b"../../x", b"str", b"s", b"e", b"b", b"d", b"inlineStr", b"&#0;", b"&lt;", b"A0", b"ZZZZ9", b"4294967296",
)  # fmt: skip


def _attribute(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    """The value of an attribute replaced by an odd one."""
    found = list(_ATTRIBUTE.finditer(members[name]))
    chosen = rng.choice(found)
    content = members[name]
    members[name] = content[: chosen.start(2)] + rng.choice(_ODD) + content[chosen.end(2) :]


def _tag(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    """A tag dropped, doubled, renamed or closed."""
    content = members[name]
    chosen = rng.choice(list(_TAG.finditer(content)))
    new = rng.choice(
        (b"", chosen[0] * 2, b"<x>", b"</x>", b"<" + chosen[2] + b"/>", b"<![CDATA[" + chosen[0] + b"]]>")
    )
    members[name] = content[: chosen.start()] + new + content[chosen.end() :]


def _text(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    """The text of an element replaced."""
    content = members[name]
    found = list(re.finditer(rb">([^<>]+)<", content))
    chosen = rng.choice(found)
    new = rng.choice(
        (*_ODD, b"=1+1", b"SUM(A1:XFD1048576)", b"A1", b"\xe4\xb8\x87" * 40_000, b"_x0000_", b"((((" * 900)
    )
    members[name] = content[: chosen.start(1)] + new + content[chosen.end(1) :]


def _entity(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    """A document type with entities that grow."""
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9))
        + b"]>"
    )
    head, _, rest = members[name].partition(b"?>")
    members[name] = head + b"?>" + bomb + rest.replace(b"</", b"&j;</", 1)


def _many(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    """Very many rows, merges or names."""
    rows = b"".join(b'<row r="%d"><c r="B%d"><v>1</v></c></row>' % (row, row) for row in range(200, 30_000))
    members[name] = members[name].replace(b"</sheetData>", rows + b"</sheetData>")


def _formula(rng: random.Random, members: dict[str, bytes], name: str) -> None:
    """A value replaced by a formula, some of them circular or endless."""
    found = list(re.finditer(rb"<v>[^<]*</v>", members[name]))
    chosen = rng.choice(found)
    text = rng.choice(
        (
            b"E13",
            b"SUM(A:XFD)",
            b"1/0",
            b"B6+B7",
            b'REPT("x",1E9)',
            b"SUM(" * 300 + b"1" + b")" * 300,
            b"[1]a!B1",
            b"INDIRECT(A1)",
        )
    )
    kept = chosen[0] if rng.random() < 0.5 else b""
    members[name] = (
        members[name][: chosen.start()] + b"<f>" + text + b"</f>" + kept + members[name][chosen.end() :]
    )


MUTATIONS: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "bytes flipped": _flip,
    "truncated": _truncate,
    "a piece repeated": _double,
    "member removed": _member(_remove),
    "member emptied": _member(_empty),
    "members swapped": _member(_swap),
    "member cut": _member(_cut),
    "noise in a member": _member(_noise),
    "member renamed": _member(_rename),
    "odd attribute": _member(_attribute),
    "tag damaged": _member(_tag),
    "odd text": _member(_text),
    "entities": _member(_entity),
    "very many rows": _member(_many),
    "a formula": _member(_formula),
}


class _TooLong(Exception):
    """A file took longer than it may."""


def _alarm(signum: int, frame: object) -> None:
    raise _TooLong


def outcome(data: bytes) -> tuple[str, str]:
    """What became of a workbook, and the traceback of what must not happen."""
    try:
        evaluation = evaluate(data, scheme())
        annotate(data, evaluation)
    except Unreadable as error:
        return f"unreadable: {error.reason}", ""
    except _TooLong:
        return "too long", traceback.format_exc()
    except Exception:
        return "traceback", traceback.format_exc()
    if any(item.code == "A08" for item in evaluation.findings):
        return "a check failed", "; ".join(item.message for item in evaluation.findings if item.code == "A08")
    return evaluation.state, ""


def run_batch(first: int, count: int, seed: int) -> None:
    """Judge mutants and print a line of JSON for each."""
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    signal.signal(signal.SIGALRM, _alarm)
    bases()
    for number in range(first, first + count):
        name, data = mutant(number, seed)
        start = time.process_time()
        signal.setitimer(signal.ITIMER_REAL, 12 * SECONDS)
        became, trace = outcome(data)
        signal.setitimer(signal.ITIMER_REAL, 0)
        seconds = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        line = {
            "number": number,
            "name": name,
            "became": became,
            "seconds": seconds,
            "megabytes": peak,
            "trace": trace,
        }
        print(json.dumps(line, ensure_ascii=False), flush=True)


def mutants(count: int, seed: int) -> Iterator[dict[str, object]]:
    """The record of every mutant; one that took its process down has `became` "died"."""
    number = 0
    while number < count:
        batch = min(BATCH, count - number)
        command = [sys.executable, __file__, "--batch", str(number), str(batch), "--seed", str(seed)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=batch * 12 * SECONDS + 60
        )
        records = [json.loads(line) for line in done.stdout.splitlines()]
        yield from records
        number += len(records)
        if len(records) < batch:
            yield {"number": number, "name": mutant(number, seed)[0], "became": "died", "seconds": 0.0, "megabytes": 0.0,
                   "trace": done.stderr[-2_000:]}  # fmt: skip
            number += 1


FORBIDDEN = frozenset({"traceback", "too long", "died", "a check failed"})


def failures(records: list[dict[str, object]]) -> list[dict[str, object]]:
    """Records of what must not happen."""
    return [
        one
        for one in records
        if one["became"] in FORBIDDEN
        or float(str(one["seconds"])) > SECONDS
        or float(str(one["megabytes"])) > MEGABYTES
    ]


def main() -> int:
    """Judge the mutants and print what became of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--batch", type=int, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.batch:
        run_batch(*given.batch, given.seed)
        return 0
    start = time.perf_counter()
    records = list(mutants(given.count, given.seed))
    times = sorted(float(str(one["seconds"])) for one in records)
    print(f"{len(records)} mutants, seed {given.seed}, {time.perf_counter() - start:.0f} s")
    for became, count in Counter(str(one["became"]) for one in records).most_common():
        print(f"  {count:5}  {became}")
    print(f"seconds: median {times[len(times) // 2]:.3f}, longest {times[-1]:.2f}")
    print(
        f"memory of a process of {BATCH}: at most {max(float(str(one['megabytes'])) for one in records):.0f} MB"
    )
    wrong = failures(records)
    for one in wrong[:20]:
        print(f"FAILED {one['number']} {one['name']}: {one['became']} {one['seconds']:.1f} s\n{one['trace']}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
