"""Hands queued runs to their engines, first come first served; a run that waits says for what."""

import json
import sqlite3
import time

from polyglot_trainer import states
from polyglot_trainer.ending import Ending
from polyglot_trainer.engines.engine import Engine, EngineRejected, EngineUnreachable, Sight
from polyglot_trainer.jobs import Jobs
from polyglot_trainer.leases import Leases
from polyglot_trainer.redact import redact
from polyglot_trainer.store.runs import Runs
from polyglot_trainer.watch import Watch

_RETRY_S = 10


class Starting:
    def __init__(
        self, runs: Runs, jobs: Jobs, leases: Leases, engines: dict[str, Engine], ending: Ending, watch: Watch
    ):
        self._runs, self._jobs, self._leases, self._engines = runs, jobs, leases, engines
        self._ending, self._watch = ending, watch
        # How many runs a group had, and since when it has not grown.
        self._growing: dict[tuple, tuple[int, float]] = {}

    async def start(self, rows: list[sqlite3.Row]) -> None:
        full: set[str] = set()
        gathered = await self._start_arrays(rows)
        rows = [row for row in rows if row["run_id"] not in gathered]
        for row in rows:
            if row["state"] == states.CANCELLING:
                self._ending.end(row, Sight("gone"))
                continue
            if row["engine"] in full or (row["eligible_at"] or 0) > time.time():
                continue
            if not await self._start_one(row):
                full.add(row["engine"])

    async def _start_arrays(self, rows: list[sqlite3.Row]) -> set[str]:
        """Runs of one group that were handed over, or wait for the rest of their group."""
        groups: dict[tuple, list[sqlite3.Row]] = {}
        for row in rows:
            is_new = row["state"] == states.QUEUED and not row["submitted"] and (row["eligible_at"] or 0) <= time.time()
            if is_new and row["grp"] and hasattr(self._engines[row["engine"]], "submit_array"):
                engine = json.loads(row["spec"])["engine"]
                alike = (engine.get("profile"), engine["gpus"], engine.get("timeLimitS"))
                groups.setdefault((row["engine"], row["grp"], *alike), []).append(row)
        gathered: set[str] = set()
        for key, own in groups.items():
            engine = self._engines[key[0]]
            if not self._is_settled(key, len(own), engine.array_after_s):
                gathered.update(row["run_id"] for row in own)
            elif len(own) > 1:
                gathered.update(await self._start_array(engine, own[: engine.longest_array]))
        self._growing = {key: seen for key, seen in self._growing.items() if key in groups}
        return gathered

    def _is_settled(self, key: tuple, count: int, after_s: float) -> bool:
        known, since = self._growing.get(key, (0, 0.0))
        if known != count:
            since = time.monotonic()
            self._growing[key] = (count, since)
        return time.monotonic() - since >= after_s

    async def _start_array(self, engine: Engine, rows: list[sqlite3.Row]) -> set[str]:
        jobs = []
        for row in rows:
            try:
                jobs.append((row, self._jobs.prepare(row, ())))
            except (KeyError, OSError) as cause:
                self._refused(row, cause)
        run_ids = {row["run_id"] for row in rows}
        for row, _ in jobs:
            self._runs.update(row["run_id"], submitted=1)
        try:
            handles = await engine.submit_array([job for _, job in jobs]) if jobs else []
        except EngineUnreachable as cause:
            self._watch.unreachable(engine.name, [row for row, _ in jobs], cause)
            for row, _ in jobs:
                self.queued_for(row, "engine_unreachable")
                self._runs.update(row["run_id"], eligible_at=time.time() + _RETRY_S)
            return run_ids
        except (EngineRejected, OSError) as cause:
            for row, _ in jobs:
                self._refused(row, cause)
            return run_ids
        for (row, _), handle in zip(jobs, handles, strict=True):
            self._runs.update(row["run_id"], handle=json.dumps(handle))
            self.queued_for(row, "waiting_scheduler")
        self._watch.answered(engine.name)
        return run_ids

    async def _start_one(self, row: sqlite3.Row) -> bool:
        """False if the engine has no room now: those behind wait as well, first come first served."""
        run_id, devices = row["run_id"], ()
        if row["engine"] == "local":
            devices = self._leases.take(run_id, json.loads(row["spec"])["engine"]["gpus"])
            if devices is None:
                self.queued_for(row, "waiting_gpu")
                return False
        try:
            job = self._jobs.prepare(row, devices)
            # Before the engine is asked: after a crash the job is looked for, not started a second time.
            self._runs.update(run_id, submitted=1)
            handle = await self._engines[row["engine"]].submit(job)
        except EngineUnreachable as cause:
            self._watch.unreachable(row["engine"], [row], cause)
            self.queued_for(row, "engine_unreachable")
            self._runs.update(run_id, eligible_at=time.time() + _RETRY_S)
            return False
        except (EngineRejected, KeyError, OSError) as cause:
            self._refused(row, cause)
            return True
        self._runs.update(run_id, handle=json.dumps(handle))
        self._watch.answered(row["engine"])
        if row["engine"] != "local":
            self.queued_for(row, "waiting_scheduler")
        return True

    def queued_for(self, row: sqlite3.Row, reason: str) -> None:
        now = self._runs.row(row["run_id"])
        if now["state"] == states.QUEUED and now["reason"] != reason:
            self._runs.to_state(row["run_id"], states.QUEUED, reason=reason)

    def _refused(self, row: sqlite3.Row, cause: Exception) -> None:
        message = redact(str(cause)) if isinstance(cause, EngineRejected) else f"The run's files: {redact(repr(cause))}"
        self._ending.fail(row["run_id"], "engine_rejected", {"code": "engine_rejected", "message": message})
        self._leases.free(row["run_id"])
