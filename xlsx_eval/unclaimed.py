"""待认领: copies of the files that are nobody's, for an officer to look into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from xlsx_eval.archive import Archive
from xlsx_eval.ledger import Arrival
from xlsx_eval.names import safe_stem
from xlsx_eval.outbox import write_whole

FOLDER = "待认领"
_OURS = re.compile(r"[0-9]{4,}_")
_KINDS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".csv", ".et"})


def show_unclaimed(root: Path, arrivals: Sequence[Arrival], archive: Archive) -> None:
    """Makes the folder hold a copy of each of these arrivals and nothing older of ours."""
    folder = root / FOLDER
    wanted = {_name(one): one for one in arrivals}
    if not wanted and not folder.exists():
        return
    folder.mkdir(exist_ok=True)
    for name, one in wanted.items():
        if not (folder / name).exists():
            write_whole(folder / name, archive.path(one.digest).read_bytes())
    for path in folder.iterdir():
        if _OURS.match(path.name) and path.name not in wanted:
            path.unlink(missing_ok=True)


def _name(arrival: Arrival) -> str:
    path = PurePosixPath(arrival.file)
    kind = path.suffix.lower() if path.suffix.lower() in _KINDS else ".bin"
    head = f"{arrival.id:04d}_"
    return f"{head}{safe_stem(path.stem, head + kind)}{kind}"
