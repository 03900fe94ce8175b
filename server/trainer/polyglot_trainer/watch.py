"""Warns of what does not move: a silent worker, an engine that does not answer. Never changes a state."""

import shutil
import sqlite3
import time
from pathlib import Path

from polyglot_trainer.redact import redact
from polyglot_trainer.store.runs import Runs

_STALLED_S = 600
_DISK_EVERY_S = 30


class Watch:
    def __init__(self, runs: Runs, engines: list[str], data: Path, low_disk_bytes: int):
        self._runs, self._data, self._low_disk_bytes = runs, data, low_disk_bytes
        self._disk_at = float("-inf")
        self._told_disk: set[str] = set()
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

    def disk(self, rows: list[sqlite3.Row]) -> None:
        """Every run is told once that the disk fills up, and again after there was room meanwhile."""
        now = time.monotonic()
        if not rows or now - self._disk_at < _DISK_EVERY_S:
            return
        self._disk_at = now
        free = shutil.disk_usage(self._data).free
        if free >= self._low_disk_bytes:
            self._told_disk.clear()
            return
        message = f"{free / 1024**3:.1f} GiB are free on the trainer's disk. A checkpoint may not fit any more."
        for run_id in [row["run_id"] for row in rows if row["run_id"] not in self._told_disk]:
            self._told_disk.add(run_id)
            self._runs.append(run_id, "run.warning", {"code": "disk_low", "message": message})

    def unreachable(self, name: str, rows: list[sqlite3.Row], cause: Exception) -> None:
        was_reachable, self.reachable[name] = self.reachable[name], False
        if was_reachable:
            for row in rows:
                data = {"code": "engine_unreachable", "message": f"{name} does not answer: {redact(str(cause))}"}
                self._runs.append(row["run_id"], "run.warning", data)

    def answered(self, name: str) -> None:
        self.seen_at[name] = time.time()
        self.reachable[name] = True
