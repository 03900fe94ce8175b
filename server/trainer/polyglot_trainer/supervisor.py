"""Starts runs, follows them, ends them and finds them again; it alone decides a run's state (trainer.md §2)."""

import asyncio
import json
import logging
import sqlite3
import time

from polyglot_trainer import states
from polyglot_trainer.config import Config
from polyglot_trainer.ending import Ending
from polyglot_trainer.engines.engine import Engine, EngineUnreachable, Sight
from polyglot_trainer.ingest import Ingest
from polyglot_trainer.jobs import Jobs
from polyglot_trainer.leases import Leases
from polyglot_trainer.run_folder import read_json
from polyglot_trainer.starting import Starting
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.runs import Runs
from polyglot_trainer.watch import Watch

_TICK_S = 0.25
_IDLE_S = 1.0

_log = logging.getLogger("polyglot_trainer")


class Supervisor:
    def __init__(
        self,
        config: Config,
        db: Database,
        runs: Runs,
        jobs: Jobs,
        leases: Leases,
        engines: dict[str, Engine],
    ):
        self._config, self._db, self._runs, self._jobs = config, db, runs, jobs
        self._leases, self._engines = leases, engines
        self._ingest = Ingest(db, runs, jobs.folder)
        self._watch = Watch(runs, list(engines), config.data, config.low_disk_bytes)
        self._ending = Ending(db, runs, jobs, leases, engines, self._ingest)
        self._starting = Starting(runs, jobs, leases, engines, self._ending, self._watch)
        self._wake = asyncio.Event()
        self._signalled: set[tuple[str, int, bool]] = set()

    @property
    def seen_at(self) -> dict[str, float | None]:
        return self._watch.seen_at

    @property
    def reachable(self) -> dict[str, bool]:
        return self._watch.reachable

    def wake(self) -> None:
        """Something changed: look now instead of at the next tick."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            try:
                busy = await self.tick()
            except (OSError, sqlite3.Error):
                # A full disk or a locked file passes; runs go on meanwhile and nothing is lost.
                _log.exception("The supervisor could not finish its round and tries again.")
                busy = True
            try:
                await asyncio.wait_for(self._wake.wait(), _TICK_S if busy else _IDLE_S)
            except TimeoutError:
                pass
            self._wake.clear()

    async def tick(self) -> bool:
        """One round over all runs; False if there is nothing to follow."""
        rows = self._runs.active() + self._runs.lost()
        await self._follow([row for row in rows if row["handle"]])
        self._watch.disk(rows)
        await self._starting.start([row for row in self._runs.active() if not row["handle"]])
        return bool(rows)

    # Following

    async def _follow(self, rows: list[sqlite3.Row]) -> None:
        for name, engine in self._engines.items():
            own = [row for row in rows if row["engine"] == name]
            if not own:
                continue
            # Looked at before reading: what a worker that is gone has written is then all there is.
            try:
                sights = await engine.look({row["run_id"]: json.loads(row["handle"]) for row in own})
            except EngineUnreachable as cause:
                self._watch.unreachable(name, own, cause)
                sights = {}
            else:
                self._watch.answered(name)
            for row in own:
                await self._follow_one(engine, row, sights.get(row["run_id"]))

    async def _follow_one(self, engine: Engine, row: sqlite3.Row, sight: Sight | None) -> None:
        run_id, attempt = row["run_id"], row["attempt"]
        files = self._jobs.folder(run_id).attempt(attempt)
        handle = json.loads(row["handle"])
        before = row["last_seq"]
        engine_log = engine.log_path(handle, files.path)
        self._ingest.take(run_id, attempt, engine_log=engine_log)
        row = self._runs.row(run_id)
        if sight is None:
            return
        if sight.phase in ("gone", "unknown"):
            await self._gone(engine, row, sight)
            return
        if row["state"] == states.LOST:
            self._ending.found(row)
        if sight.phase == "waiting" and sight.reason and row["state"] == states.QUEUED:
            self._starting.queued_for(row, sight.reason)
        if sight.restarts:
            self._restarted(row, sight)
        if row["state"] == states.CANCELLING:
            await self._press(engine, row, handle)
        if row["last_seq"] > before:
            self._watch.moved(run_id)
        elif sight.phase == "running":
            self._watch.look(row)

    async def _gone(self, engine: Engine, row: sqlite3.Row, sight: Sight) -> None:
        """The job is over: whatever is left of it must end before its devices are free."""
        handle = json.loads(row["handle"])
        members = getattr(engine, "members", lambda _: [])(handle)
        if members:
            await engine.stop(handle, force=True)
            return
        self._ending.end(row, sight)
        self._watch.moved(row["run_id"])

    def _restarted(self, row: sqlite3.Row, sight: Sight) -> None:
        """The scheduler started the same job again: a new attempt of the same run."""
        handle = json.loads(row["handle"])
        if sight.restarts <= handle.get("restarts", 0):
            return
        run_id = row["run_id"]
        self._ingest.take(run_id, row["attempt"], ended=True)
        with self._db.transaction():
            if states.may_follow(row["state"], states.INTERRUPTED):
                # What the scheduler says now is why it waits, no longer why it took the job back.
                self._runs.to_state(run_id, states.INTERRUPTED, reason="preempted")
                attempt = handle["attempt0"] + sight.restarts
                shown = json.dumps({**handle, "restarts": sight.restarts})
                self._runs.update(run_id, attempt=attempt, handle=shown)
                checkpoint = self._newest_checkpoint(run_id)
                step, name = (checkpoint["step"], checkpoint["name"]) if checkpoint else (0, None)
                self._runs.update(run_id, from_step=step, checkpoint=name)
                self._runs.to_state(run_id, states.QUEUED, reason="requeued")
                self._jobs.prepare(self._runs.row(run_id), ())

    def _newest_checkpoint(self, run_id: str) -> sqlite3.Row | None:
        sql = "SELECT * FROM checkpoints WHERE run_id = ? AND removed = 0 ORDER BY step DESC LIMIT 1"
        return self._db.one(sql, run_id)

    # Cancelling

    async def cancel(self, row: sqlite3.Row, grace_s: int) -> None:
        """Stores the intent; the rest of the ladder follows in the rounds after it."""
        run_id, state = row["run_id"], row["state"]
        if state in states.FINAL or state == states.CANCELLING:
            return
        waits = state == states.QUEUED and not row["submitted"]
        if waits or state in (states.INTERRUPTED, states.LOST):
            self._runs.to_state(run_id, states.CANCELLED, reason="user")
            self._leases.free(run_id)
            return
        with self._db.transaction():
            self._runs.update(run_id, cancel_at=time.time(), grace_s=grace_s)
            self._runs.to_state(run_id, states.CANCELLING, reason="user")
        self._jobs.folder(run_id).cancel.touch()
        self.wake()

    async def _press(self, engine: Engine, row: sqlite3.Row, handle: dict) -> None:
        run_id = row["run_id"]
        force = time.time() >= (row["cancel_at"] or 0) + (row["grace_s"] or 0)
        step = (run_id, row["attempt"], force)
        is_up = engine.name != "local" or read_json(self._jobs.folder(run_id).attempt(row["attempt"]).launcher)
        if step in self._signalled or not is_up:
            return
        self._jobs.folder(run_id).cancel.touch()
        if force:
            self._runs.update(run_id, forced=1)
        try:
            await engine.stop(handle, force=force)
        except EngineUnreachable as cause:
            self._watch.unreachable(engine.name, [row], cause)
        else:
            self._signalled.add(step)
