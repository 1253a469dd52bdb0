"""What one file may cost the bureau: what it may hold, and the time and memory of the process at work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from xlsx_eval.xlsx.package.archive import DEFAULT_LIMITS, Limits

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that may be set: between `least` and `most`, in units of `unit` for what it sets."""

    least: float
    most: float
    unit: int = 1

    def allows(self, value: object) -> bool:
        """Whether it may be set to this: a number in range."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.least <= value <= self.most


SETTINGS: Mapping[str, Setting] = {
    "seconds": Setting(1, 86_400),
    "memory": Setting(256, 1 << 20),
    "total": Setting(1, 1 << 20, _MB),
    "member": Setting(1, 1 << 20, _MB),
    "members": Setting(10, 1_000_000),
    "ratio": Setting(10, 1_000_000),
    "cells": Setting(1_000, 100_000_000),
}
"""What may be set, sizes in MB: time and memory of the process; the workbook unpacked, its largest member, how
many members, how many times a large one may grow when unpacked, and cells that hold something."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`seconds` and `memory` (MB) for the process at work on a file, `limits` for what the file holds."""

    seconds: float = 60.0
    memory: int = 2_048
    limits: Limits = DEFAULT_LIMITS


DEFAULT_ALLOWANCE = Allowance()


def allowance(settings: Mapping[str, float]) -> Allowance:
    """The default allowance but for these SETTINGS, all of them allowed."""
    of_process = {name: value for name, value in settings.items() if name in ("seconds", "memory")}
    of_file = {
        name: int(value * SETTINGS[name].unit) for name, value in settings.items() if name not in of_process
    }
    limits = replace(DEFAULT_LIMITS, **of_file)
    return replace(DEFAULT_ALLOWANCE, **of_process, limits=limits)  # type: ignore[arg-type]
