"""What judged a season, as one digest: scheme, rules, year and program version."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path


def scheme_digest(root: Path, name: str, year: int) -> str:
    """Digest over the scheme's file, the rules, the messages and the program's version."""
    package = files("xlsx_eval")
    own = package.joinpath("schemes", f"{name}.toml")
    parts = [
        (root / name).read_bytes() if name.endswith(".toml") else own.read_bytes(),
        package.joinpath("schemes", "rules.toml").read_bytes(),
        package.joinpath("findings.toml").read_bytes(),
        str(year).encode(),
        _version().encode(),
    ]
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _version() -> str:
    try:
        return version("xlsx-eval")
    except PackageNotFoundError:
        return ""
