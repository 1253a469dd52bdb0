"""Property tests run the same everywhere: fixed seeds, no verdict from how busy the machine is."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "nightly", parent=settings.get_profile("steady"), max_examples=1000, derandomize=False
)
settings.load_profile("nightly" if os.environ.get("XLSX_EVAL_NIGHTLY") == "1" else "steady")
