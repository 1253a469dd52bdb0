"""The ledger: what came, what was judged, what a reviewer wrote; every verdict in one transaction."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path

from xlsx_eval.errors import Said, WorkspaceError
from xlsx_eval.season.dossier import as_json, packed, packed_findings, unpacked
from xlsx_eval.season.records import (
    ACCEPTED,
    IDENTICAL,
    OLDER,
    OUTCOMES,
    SUPERSEDED,
    UNCLAIMED,
    UNREAD,
    Arrival,
    Fingerprint,
    Review,
    Verdict,
)

__all__ = [
    "ACCEPTED",
    "IDENTICAL",
    "OLDER",
    "OUTCOMES",
    "SUPERSEDED",
    "UNCLAIMED",
    "UNREAD",
    "Arrival",
    "Fingerprint",
    "Ledger",
    "Review",
    "Verdict",
]

_READABLE = 2
"""The version from which on a ledger holds all that is read of one that must not be changed."""


class Ledger:
    """The ledger at `path`, brought up to date when it is opened; to be used in a `with` block."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        if read_only and not path.exists():
            raise WorkspaceError(str(path), (Said("没有台账", "there is no ledger"),))
        with self._telling():
            # Transactions are begun by hand, so that each says what belongs together.
            self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
            self._db.row_factory = sqlite3.Row
            if not read_only:
                self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._migrate(read_only)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _migrate(self, read_only: bool) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(_steps()):
            raise WorkspaceError(
                self._path.name,
                (
                    Said(
                        "台账由更新版本的程序写成，请更新程序", "written by a later program; update this one"
                    ),
                ),
            )
        if read_only and version < _READABLE:
            raise WorkspaceError(
                self._path.name,
                (
                    Said(
                        "台账由旧版本的程序写成，请先运行一次 run",
                        "written by an earlier program; run it once first",
                    ),
                ),
            )
        if read_only:
            # Last year's ledger and one that is verified stay as they are; what they lack reads as blank.
            return
        for number, statements in enumerate(_steps()[version:], start=version + 1):
            with self._transaction():
                for statement in statements:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={number}")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turns a failure of the database into the operator's error."""
        try:
            yield
        except sqlite3.Error as error:
            raise WorkspaceError(
                self._path.name,
                (
                    Said(
                        f"台账无法读写，请检查磁盘空间和权限（{error}）",
                        f"the ledger cannot be used; check disk and permissions ({error})",
                    ),
                ),
            ) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._telling():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._telling():
            return self._db.execute(query, values).fetchall()

    # Arrivals

    def open_batch(self) -> int:
        """The batch that is being taken in: the one a killed run left open, else a new one."""
        found = self._rows("SELECT id FROM batch WHERE complete = 0 ORDER BY id LIMIT 1")
        if found:
            return int(found[0]["id"])
        with self._transaction():
            return int(self._db.execute("INSERT INTO batch DEFAULT VALUES").lastrowid or 0)

    def has_open_batch(self) -> bool:
        """Whether a run was killed while it took files in."""
        return bool(self._rows("SELECT 1 FROM batch WHERE complete = 0"))

    def complete_batch(self, batch: int) -> None:
        """Everything of the batch is in the archive; it may be judged."""
        with self._transaction():
            self._db.execute("UPDATE batch SET complete = 1 WHERE id = ?", (batch,))

    def take(self, batch: int, file: str, digest: str, size: int, modified: int, arrived: str) -> Arrival:
        """Records a file whose bytes the archive holds. `arrived` is never earlier than the one before."""
        with self._transaction():
            latest = self._db.execute("SELECT max(arrived) FROM arrival").fetchone()[0]
            row = (batch, file, digest, size, modified, max(arrived, latest or ""))
            columns = "batch, file, digest, size, modified, arrived, clock"
            done = self._db.execute(
                f"INSERT INTO arrival ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, arrived)
            )
            return Arrival(int(done.lastrowid or 0), *row, clock=arrived)

    def latest_time(self) -> str:
        """What the clock said when the last file came, "" before the first."""
        found = self._rows("SELECT clock FROM arrival ORDER BY id DESC LIMIT 1")
        return str(found[0]["clock"]) if found else ""

    def taken(self, file: str, digest: str, modified: int) -> Arrival | None:
        """The arrival of just this file that has not been removed from the inbox yet."""
        found = self._rows(
            "SELECT * FROM arrival WHERE released = 0 AND file = ? AND digest = ? AND modified = ?",
            *(file, digest, modified),
        )
        return Arrival(**found[0]) if found else None

    def unreleased(self) -> list[Arrival]:
        """Arrivals that may still lie in the inbox."""
        return self._arrivals("released = 0")

    def release(self, arrival: int) -> None:
        """The file is gone from the inbox."""
        with self._transaction():
            self._db.execute("UPDATE arrival SET released = 1 WHERE id = ?", (arrival,))

    def pending(self) -> list[Arrival]:
        """Arrivals of complete batches that wait to be decided, in the order they came."""
        return self._arrivals("outcome = '' AND batch IN (SELECT id FROM batch WHERE complete = 1)")

    def arrivals(self) -> list[Arrival]:
        """Every arrival, in the order they came."""
        return self._arrivals("1")

    def unclaimed(self) -> list[Arrival]:
        """Arrivals of no known department."""
        return self._arrivals(f"outcome = '{UNCLAIMED}'")

    def _arrivals(self, where: str) -> list[Arrival]:
        return [Arrival(**row) for row in self._rows(f"SELECT * FROM arrival WHERE {where} ORDER BY id")]

    def decide(self, arrival: int, outcome: str, **words: str) -> None:
        """What became of an arrival that gives no verdict; `words` are further columns of Arrival."""
        with self._transaction():
            self._decide(arrival, outcome, words)

    def _decide(self, arrival: int, outcome: str, words: Mapping[str, str]) -> None:
        assert words.keys() <= {one.name for one in fields(Arrival)}
        settings = ", ".join(f"{name} = ?" for name in words)
        query = f"UPDATE arrival SET outcome = ?{', ' if settings else ''}{settings} WHERE id = ?"
        self._db.execute(query, (outcome, *words.values(), arrival))

    def reopen(self, arrival: int) -> None:
        """An arrival that was decided is to be judged again: its department is known now."""
        self.decide(arrival, "", reason="")

    # Verdicts

    def record(self, verdict: Verdict, **words: str) -> None:
        """A verdict and what became of its arrival, together."""
        row = (
            *(verdict.arrival, verdict.department, verdict.round, verdict.result.state, verdict.output),
            *(verdict.output_digest, verdict.content_digest, verdict.scheme_digest, as_json(verdict.basis)),
            *(packed(verdict.result), packed_findings(verdict.result.findings), as_json(verdict.figures)),
            *(as_json(verdict.standings), verdict.program),
        )
        with self._transaction():
            self._db.execute(
                "INSERT INTO verdict (arrival, department, round, state, output, output_digest,"
                " content_digest, scheme_digest, basis, result, findings, figures, standings, program)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            known = {"department": verdict.department, "output": verdict.output, **words}
            self._decide(verdict.arrival, ACCEPTED, known)

    def verdicts(self, department: str | None = None) -> Iterator[Verdict]:
        """Every verdict, of one department or all, by department and round."""
        where = "WHERE department = ?" if department is not None else ""
        values = (department,) if department is not None else ()
        query = f"SELECT * FROM verdict {where} ORDER BY department, round"
        with self._telling():
            for row in self._db.execute(query, values):
                yield _verdict(row)

    def latest(self, department: str) -> Verdict | None:
        """The department's verdict that counts."""
        query = "SELECT * FROM verdict WHERE department = ? ORDER BY round DESC LIMIT 1"
        found = self._rows(query, department)
        return _verdict(found[0]) if found else None

    def fingerprints(self, department: str) -> list[Fingerprint]:
        """What tells each round's workbook, the first round first."""
        query = (
            "SELECT round, digest, output_digest, content_digest, standings, arrival, scheme_digest, basis, program"
            " FROM verdict JOIN arrival ON arrival.id = verdict.arrival"
            " WHERE verdict.department = ? ORDER BY round"
        )
        return [
            Fingerprint(
                round=row["round"],
                file=row["digest"],
                output=row["output_digest"],
                content=row["content_digest"],
                answers=tuple(answer for _, _, answer in json.loads(row["standings"])),
                arrival=row["arrival"],
                scheme=row["scheme_digest"],
                basis=json.loads(row["basis"]),
                program=row["program"],
            )
            for row in self._rows(query, department)
        ]

    def current(self) -> Iterator[Verdict]:
        """The latest verdict of every department, by code."""
        query = "SELECT *, max(round) FROM verdict GROUP BY department ORDER BY department"
        with self._telling():
            for row in self._db.execute(query):
                yield _verdict(row)

    def current_outputs(self) -> list[str]:
        """Names of everything handed back that still counts."""
        verdicts = self._rows("SELECT output, max(round) FROM verdict GROUP BY department")
        # A receipt has done its work once its department sent a workbook that could be read.
        receipts = self._rows(
            "SELECT output FROM arrival AS one WHERE outcome = ? AND NOT EXISTS ("
            " SELECT 1 FROM verdict WHERE verdict.department = one.department AND verdict.arrival > one.id)",
            UNREAD,
        )
        return [row["output"] for row in (*verdicts, *receipts) if row["output"]]

    # Reviews

    def enter(self, entries: Iterable[Review]) -> int:
        """Records reviewers' entries, all or none; returns how many."""
        rows = [
            (
                *(one.department, one.round, one.item, one.score, one.remark, one.entered, one.source),
                *(int(one.waived), one.reviewer),
            )
            for one in entries
        ]
        with self._transaction():
            self._db.executemany(
                "INSERT INTO review (department, round, item, score, remark, entered, source, waived, reviewer)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        return len(rows)

    def reviews(self) -> dict[tuple[str, str], Review]:
        """The entry that counts, by department and item."""
        entries = (_review(row) for row in self._rows("SELECT * FROM review ORDER BY id"))
        return {(one.department, one.item): one for one in entries}


@cache
def _steps() -> tuple[tuple[str, ...], ...]:
    raw = tomllib.loads(files("xlsx_eval").joinpath("ledger.toml").read_text(encoding="utf-8"))
    return tuple(tuple(step["statements"]) for step in raw["step"])


def _review(row: sqlite3.Row) -> Review:
    # A row's own `in` would look among its values.
    held = {name: row[name] for name in row.keys() if name != "id"}  # noqa: SIM118
    return Review(**held | {"waived": bool(held.get("waived", 0))})


def _verdict(row: sqlite3.Row) -> Verdict:
    return Verdict(
        arrival=row["arrival"],
        department=row["department"],
        round=row["round"],
        result=unpacked(row["result"], row["findings"]),
        output=row["output"],
        output_digest=row["output_digest"],
        content_digest=row["content_digest"],
        scheme_digest=row["scheme_digest"],
        basis=json.loads(row["basis"]),
        figures=json.loads(row["figures"]),
        standings=tuple((key, word, answer) for key, word, answer in json.loads(row["standings"])),
        program=row["program"] if "program" in row.keys() else "",  # noqa: SIM118
    )
