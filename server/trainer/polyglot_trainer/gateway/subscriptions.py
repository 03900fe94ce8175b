"""Sends a run's events to one client, page by page from the store: no queue grows while the client is slow (§8)."""

import asyncio

from polyglot_trainer.limits import PAGE_EVENTS
from polyglot_trainer.states import FINAL
from polyglot_trainer.store.runs import Runs

_PAGE_BYTES = 1024 * 1024


class Changes:
    """Wakes whoever waits for a run to change; counts, so that nothing falls between a look and a wait."""

    def __init__(self):
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self.listeners: list = []

    def tell(self, run_id: str) -> None:
        for event in self._waiting.get(run_id, ()):
            event.set()
        for listener in self.listeners:
            listener(run_id)

    def watch(self, run_id: str) -> asyncio.Event:
        event = asyncio.Event()
        self._waiting.setdefault(run_id, set()).add(event)
        return event

    def leave(self, run_id: str, event: asyncio.Event) -> None:
        waiting = self._waiting.get(run_id, set())
        waiting.discard(event)
        if not waiting:
            self._waiting.pop(run_id, None)


async def follow(runs: Runs, changes: Changes, run_id: str, cursor: int, send) -> None:
    """Sends every event after the cursor until the run's last one, or until the run is deleted."""
    changed = changes.watch(run_id)
    try:
        while True:
            changed.clear()
            try:
                row = runs.row(run_id)
            except KeyError:
                return
            page = runs.events(run_id, cursor, PAGE_EVENTS, _PAGE_BYTES)
            for text in page:
                await send(f'{{"jsonrpc":"2.0","method":"event","params":{{"runId":"{run_id}",{text[1:]}}}')
            cursor += len(page)
            if page:
                continue
            if row["state"] in FINAL and cursor >= row["last_seq"]:
                return
            await changed.wait()
    finally:
        changes.leave(run_id, changed)
