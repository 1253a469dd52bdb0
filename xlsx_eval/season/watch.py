"""Watching the drop folder: woken by the system, or by looking now and then where the system tells nothing."""

from __future__ import annotations

import datetime
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import watchfiles

from xlsx_eval.errors import FolderError, WorkspaceError
from xlsx_eval.run.outbox import LOG
from xlsx_eval.season.collect import Collector, Pass
from xlsx_eval.season.intake import GONE, Settling
from xlsx_eval.season.network import on_network
from xlsx_eval.season.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

RESCAN, RETRY = 30.0, 5.0
"""Seconds until the folder is looked at without being told, and until what failed is tried again."""
_STEP, _POLL = 250, 1000


@dataclass(frozen=True, slots=True)
class Told:
    """What whoever watches is told: a pass that did something, or `trouble` in words."""

    done: Pass | None = None
    trouble: str = ""


def watch(
    workspace: Workspace,
    tell: Callable[[Told], None],
    stop: threading.Event,
    clock: Callable[[], datetime.datetime] = datetime.datetime.now,
) -> None:
    """Works on the workspace until `stop` is set; whatever fails is told and tried again."""
    settling = Settling(workspace.config.settle)
    with ExitStack() as stack:
        collector = stack.enter_context(Collector(workspace, clock, "watch"))
        polling = workspace.config.polling
        if polling is None:
            polling = on_network(workspace.inbox)
        changed = stack.enter_context(_changes(workspace.inbox, polling, stop))
        collector.stand_by()
        before: object = None
        while not stop.is_set():
            changed.clear()
            told, wait = _once(collector, settling)
            # The same trouble is told once, and not every few seconds for as long as it lasts.
            now = (told.trouble, dict(told.done.problems) if told.done else {})
            if (now != before and any(now)) or (told.done and told.done.decided):
                tell(told)
                collector.stand_by()
            before = now
            changed.wait(wait)


def _once(collector: Collector, settling: Settling) -> tuple[Told, float]:
    """One pass, and the seconds until the next without being woken."""
    try:
        done = collector.collect(settling, time.monotonic())
    except FolderError as error:
        words = GONE if error.problem == "no_inbox" else str(error)
        return Told(trouble=f"{error.path}：{words}"), RETRY
    except (WorkspaceError, OSError) as error:
        return Told(trouble=str(error)), RETRY
    except Exception as error:
        # Nobody sits beside a watch: it must live on, and what happened must be told and kept for whoever looks after it.
        with suppress(OSError), (collector.workspace.root / LOG).open("a", encoding="utf-8") as log:
            log.write(f"{traceback.format_exc()}\n")
        return Told(trouble=f"程序出错（{type(error).__name__}），详见{LOG}，稍后自动重试"), RETRY
    if done.waiting:
        return Told(done), max(0.05, settling.seconds / 4)
    return Told(done), RETRY if done.problems else RESCAN


def _told_of(_: watchfiles.Change, path: str) -> bool:
    """Whether a change is worth a look: our own signs of life in the folder are not."""
    return not Path(path).name.startswith(".xlsx-eval")


@contextmanager
def _changes(inbox: Path, polling: bool, stop: threading.Event) -> Iterator[threading.Event]:
    """An event that is set when something happens in the folder."""
    changed, ended = threading.Event(), threading.Event()

    def listen() -> None:
        while not (stop.is_set() or ended.is_set()):
            try:
                for _ in watchfiles.watch(
                    inbox,
                    watch_filter=_told_of,
                    debounce=_STEP,
                    step=_STEP,
                    rust_timeout=_POLL,
                    yield_on_timeout=True,
                    stop_event=ended,
                    force_polling=polling or None,
                    poll_delay_ms=_POLL,
                    raise_interrupt=False,
                    ignore_permission_denied=True,
                ):
                    if _:
                        changed.set()
                    if stop.is_set() or not inbox.is_dir():
                        break
            except (OSError, RuntimeError):
                pass
            changed.set()
            ended.wait(1.0)

    thread = threading.Thread(target=listen, name="inbox", daemon=True)
    thread.start()
    try:
        yield changed
    finally:
        ended.set()
        thread.join(timeout=5)
