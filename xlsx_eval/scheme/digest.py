"""What judged a season, as two digests: of the scheme with its year, and of the program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_PROGRAM = (".py", ".toml")
"""What the program is made of: its code and its data."""


def scheme_digest(root: Path, name: str, year: int) -> str:
    """Digest over the scheme's file, the rules, the messages and the year."""
    package = files("xlsx_eval")
    own = package.joinpath("schemes", f"{name}.toml")
    parts = [
        (root / name).read_bytes() if name.endswith(".toml") else own.read_bytes(),
        package.joinpath("schemes", "rules.toml").read_bytes(),
        package.joinpath("findings.toml").read_bytes(),
        str(year).encode(),
    ]
    return _digest(parts)


@cache
def program_digest() -> str:
    """Digest over every file of code and data of this package.

    A version number would not do: between two releases it stands still while the code changes, and a verdict
    that the changed code gives differently is then taken for a forged one.
    """
    return program_digest_of(files("xlsx_eval"))


def program_digest_of(package: Traversable) -> str:
    """Digest over the code and data below `package`, the same wherever and by whatever it was installed."""
    parts = sorted(_parts(package, ""))
    return _digest([part for name, data in parts for part in (name.encode(), data)])


def _parts(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        name = f"{prefix}{one.name}"
        if one.is_dir():
            yield from _parts(one, f"{name}/")
        elif name.endswith(_PROGRAM):
            yield name, one.read_bytes()


def _digest(parts: list[bytes]) -> str:
    # A checkout on Windows may have turned the line ends, which changes nothing of what the files say.
    told = (hashlib.sha256(part.replace(b"\r\n", b"\n")).digest() for part in parts)
    return hashlib.sha256(b"\0".join(told)).hexdigest()
