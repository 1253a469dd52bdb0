"""Kills collecting runs at random instants, restarts them, and compares with a season that nobody disturbed.

    python bench/crash.py --kills 200 --seed 1

Each trial drops the same files, in three waves, into a fresh workspace; a run is killed (SIGKILL) at a random instant and
started again until one comes to its end. After every kill no half-written file may be visible; at the end every dropped
byte must be in the archive once, every verdict in the ledger once, and the outbox the same to the byte.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from seasons import form, made  # noqa: E402

from xlsx_eval.season.collect import collect_once  # noqa: E402
from xlsx_eval.season.ledger import Ledger  # noqa: E402
from xlsx_eval.season.roster import Department  # noqa: E402
from xlsx_eval.season.verify import verify  # noqa: E402
from xlsx_eval.season.workspace import Workspace, open_workspace  # noqa: E402

_KILLS_A_WAVE = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """What the trials came to."""

    trials: int
    kills: int
    finished: int
    seconds: float


def waves(departments: int) -> list[dict[str, bytes]]:
    """Files of three waves: first versions with a duplicate and an unreadable one, corrections, strangers."""
    codes = [f"1020{number:02d}" for number in range(departments)]
    first = {f"{code}.xlsx": form(code, f"部门{code}", 编制数="很多") for code in codes}
    first["重复.xlsx"] = form(codes[0], f"部门{codes[0]}", 编制数=7)
    first["扫描.pdf"] = b"%PDF-1.4"
    second = {f"{code}改.xlsx": form(code, f"部门{code}", 编制数=3) for code in codes}
    second["原样.xlsx"] = first[f"{codes[1]}.xlsx"]
    third = {"外单位.xlsx": form("999999", "外单位"), f"{codes[1]}三.xlsx": form(codes[1], f"部门{codes[1]}")}
    return [first, second, third]


def start(root: Path, departments: int) -> Workspace:
    """A fresh workspace for those departments."""
    listed = (Department(f"1020{number:02d}", f"部门1020{number:02d}") for number in range(departments))
    return made(root, *listed)


def drop(workspace: Workspace, files: dict[str, bytes]) -> None:
    """Files into the inbox, their times the same in every trial."""
    for number, (name, data) in enumerate(files.items()):
        path = workspace.inbox / name
        path.write_bytes(data)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))


def undisturbed(root: Path, departments: int) -> tuple[Workspace, float]:
    """A season that ran through, and the seconds its longest run took after its start."""
    workspace = start(root, departments)
    longest = 0.0
    for files in waves(departments):
        drop(workspace, files)
        begun = time.monotonic()
        assert _ended(_spawn(root)) == 0
        longest = max(longest, time.monotonic() - begun)
    return workspace, longest


def disturbed(root: Path, departments: int, chance: random.Random, longest: float) -> tuple[Workspace, int]:
    """A season whose runs are killed at random instants; returns it and the number of kills that hit."""
    workspace = start(root, departments)
    kills = 0
    for files in waves(departments):
        drop(workspace, files)
        # Killed again and again, then let go: a later start also meets what the earlier ones left.
        for _ in range(_KILLS_A_WAVE):
            child = _spawn(root)
            time.sleep(chance.uniform(0, longest))
            os.kill(child, signal.SIGKILL)
            kills += _ended(child) == -signal.SIGKILL
            no_partial_file(workspace)
        assert _ended(_spawn(root)) == 0, "a run after a kill must come to its end"
    return workspace, kills


def _spawn(root: Path) -> int:
    """A run in a process of its own; forked, so that a kill hits the work and not the loading of modules."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        collect_once(open_workspace(root), lambda: datetime.datetime(2023, 4, 1))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _ended(child: int) -> int:
    """Waits for the run; its exit code, or the negative number of the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def no_partial_file(workspace: Workspace) -> None:
    """Whatever can be seen in outbox and archive is whole."""
    for path in workspace.outbox.rglob("*.xlsx"):
        if not path.name.startswith("."):
            with zipfile.ZipFile(path) as package:
                assert package.testzip() is None, path
    for path in workspace.archive.glob("??/*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name, path


def state_of(workspace: Workspace) -> dict[str, object]:
    """What a season came to: outbox and archive to the byte, arrivals and verdicts as recorded."""
    shown = {
        path.relative_to(workspace.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("outbox", "archive", "待认领")
        for path in sorted((workspace.root / folder).rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.name != "清单.jsonl"
    }
    with Ledger(workspace.ledger) as ledger:
        arrivals = sorted((one.file, one.digest, one.outcome, one.department) for one in ledger.arrivals())
        verdicts = [(one.department, one.round, one.output_digest) for one in ledger.verdicts()]
    left = sorted(path.name for path in workspace.inbox.iterdir())
    litter = sorted(path.name for path in workspace.root.glob(".xlsx-eval-work-*"))
    return {"shown": shown, "arrivals": arrivals, "verdicts": verdicts, "left": left, "litter": litter}


def crash(kills: int, departments: int, seed: int, folder: Path) -> Tally:
    """Trials until that many kills have hit; raises AssertionError when a season differs."""
    begun = time.monotonic()
    chance = random.Random(seed)
    reference, longest = undisturbed(folder / "undisturbed", departments)
    expected = state_of(reference)
    done = trials = 0
    while done < kills:
        trials += 1
        root = folder / f"trial{trials}"
        workspace, hit = disturbed(root, departments, chance, longest)
        done += hit
        found = state_of(workspace)
        for part, value in expected.items():
            assert found[part] == value, (
                f"trial {trials} (seed {seed}): {part} differs\n{value}\n{found[part]}"
            )
        assert not verify(open_workspace(root)).faults
        shutil.rmtree(root)
    return Tally(trials, done, trials * 3, time.monotonic() - begun)


def main() -> None:
    """Run from the command line and print what it came to."""
    parser = argparse.ArgumentParser(description="Kill collecting runs at random instants and compare.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--departments", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        done = crash(asked.kills, asked.departments, asked.seed, Path(folder))
    print(
        f"{done.kills} runs killed in {done.trials} seasons of {asked.departments} departments, {done.finished} runs"
        f" after them came to their end, every season the same as undisturbed; {done.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
