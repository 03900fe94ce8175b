"""Warns of what does not move: a silent worker, an engine that does not answer. Never changes a state."""

import sqlite3
import time

from polyglot_trainer.redact import redact
from polyglot_trainer.store.runs import Runs

_STALLED_S = 600


class Watch:
    def __init__(self, runs: Runs, engines: list[str]):
        self._runs = runs
        self._stalled: set[str] = set()
        self.seen_at: dict[str, float | None] = dict.fromkeys(engines)
        self.reachable: dict[str, bool] = dict.fromkeys(engines, True)

    def moved(self, run_id: str) -> None:
        self._stalled.discard(run_id)

    def look(self, row: sqlite3.Row) -> None:
        run_id, last = row["run_id"], row["last_event_at"]
        if last and time.time() - last > _STALLED_S and run_id not in self._stalled:
            self._stalled.add(run_id)
            message = f"No sign of the worker for {_STALLED_S // 60} minutes. It is left running."
            self._runs.append(run_id, "run.warning", {"code": "stalled", "message": message})

    def unreachable(self, name: str, rows: list[sqlite3.Row], cause: Exception) -> None:
        was_reachable, self.reachable[name] = self.reachable[name], False
        if was_reachable:
            for row in rows:
                data = {"code": "engine_unreachable", "message": f"{name} does not answer: {redact(str(cause))}"}
                self._runs.append(row["run_id"], "run.warning", data)

    def answered(self, name: str) -> None:
        self.seen_at[name] = time.time()
        self.reachable[name] = True
