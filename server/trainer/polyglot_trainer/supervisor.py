"""Starts runs, follows them, ends them and finds them again; it alone decides a run's state (trainer.md §2)."""

import asyncio
import json
import logging
import sqlite3
import time

from polyglot_trainer import states
from polyglot_trainer.config import Config
from polyglot_trainer.engines.engine import Engine, EngineRejected, EngineUnreachable, Sight
from polyglot_trainer.ingest import Ingest
from polyglot_trainer.jobs import Jobs
from polyglot_trainer.leases import Leases
from polyglot_trainer.outcome import outcome_of
from polyglot_trainer.redact import redact
from polyglot_trainer.run_folder import read_json
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.runs import Runs

_TICK_S = 0.25
_IDLE_S = 1.0
_STALLED_S = 600
_RETRY_S = 10
_TAIL_BYTES = 8 * 1024

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
        self._wake = asyncio.Event()
        self._signalled: set[tuple[str, int, bool]] = set()
        self._stalled: set[str] = set()
        self._silent_since: dict[str, float] = {}
        self.seen_at: dict[str, float | None] = dict.fromkeys(engines)
        self.reachable: dict[str, bool] = dict.fromkeys(engines, True)

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
        await self._start([row for row in self._runs.active() if not row["handle"]])
        return bool(rows)

    # Starting

    async def _start(self, rows: list[sqlite3.Row]) -> None:
        full: set[str] = set()
        for row in rows:
            if row["state"] == states.CANCELLING:
                self._end(row, Sight("gone"))
                continue
            if row["engine"] in full or (row["eligible_at"] or 0) > time.time():
                continue
            if not await self._start_one(row):
                full.add(row["engine"])

    async def _start_one(self, row: sqlite3.Row) -> bool:
        """False if the engine has no room now: those behind wait as well, first come first served."""
        run_id, devices = row["run_id"], ()
        if row["engine"] == "local":
            devices = self._leases.take(run_id, json.loads(row["spec"])["engine"]["gpus"])
            if devices is None:
                self._queued_for(row, "waiting_gpu")
                return False
        try:
            job = self._jobs.prepare(row, devices)
            # Before the engine is asked: after a crash the job is looked for, not started a second time.
            self._runs.update(run_id, submitted=1)
            handle = await self._engines[row["engine"]].submit(job)
        except EngineUnreachable as cause:
            self._unreachable(row["engine"], [row], cause)
            self._queued_for(row, "engine_unreachable")
            self._runs.update(run_id, eligible_at=time.time() + _RETRY_S)
            return False
        except (EngineRejected, KeyError, OSError) as cause:
            self._refused(row, cause)
            return True
        self._runs.update(run_id, handle=json.dumps(handle))
        self._answered(row["engine"])
        if row["engine"] != "local":
            self._queued_for(row, "waiting_scheduler")
        return True

    def _queued_for(self, row: sqlite3.Row, reason: str) -> None:
        now = self._runs.row(row["run_id"])
        if now["state"] == states.QUEUED and now["reason"] != reason:
            self._runs.to_state(row["run_id"], states.QUEUED, reason=reason)

    def _refused(self, row: sqlite3.Row, cause: Exception) -> None:
        message = redact(str(cause)) if isinstance(cause, EngineRejected) else f"The run's files: {redact(repr(cause))}"
        self._fail(row["run_id"], "engine_rejected", {"code": "engine_rejected", "message": message})
        self._leases.free(row["run_id"])

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
                self._unreachable(name, own, cause)
                sights = {}
            else:
                self._answered(name)
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
            self._found(row)
        if sight.phase == "waiting" and sight.reason and row["state"] == states.QUEUED:
            self._queued_for(row, sight.reason)
        if sight.restarts:
            self._restarted(row, sight)
        if row["state"] == states.CANCELLING:
            await self._press(engine, row, handle)
        if row["last_seq"] > before:
            self._stalled.discard(run_id)
        elif sight.phase == "running":
            self._watch(row)

    async def _gone(self, engine: Engine, row: sqlite3.Row, sight: Sight) -> None:
        """The job is over: whatever is left of it must end before its devices are free."""
        handle = json.loads(row["handle"])
        members = getattr(engine, "members", lambda _: [])(handle)
        if members:
            await engine.stop(handle, force=True)
            return
        self._end(row, sight)

    def _restarted(self, row: sqlite3.Row, sight: Sight) -> None:
        """The scheduler started the same job again: a new attempt of the same run."""
        handle = json.loads(row["handle"])
        if sight.restarts <= handle.get("restarts", 0):
            return
        run_id = row["run_id"]
        self._ingest.take(run_id, row["attempt"], ended=True)
        with self._db.transaction():
            if states.may_follow(row["state"], states.INTERRUPTED):
                self._runs.to_state(run_id, states.INTERRUPTED, reason=sight.reason or "preempted")
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
            self._unreachable(engine.name, [row], cause)
        else:
            self._signalled.add(step)

    # Ending

    def _end(self, row: sqlite3.Row, sight: Sight) -> None:
        run_id, attempt = row["run_id"], row["attempt"]
        files = self._jobs.folder(run_id).attempt(attempt)
        engine_log = None
        if row["handle"]:
            engine_log = self._engines[row["engine"]].log_path(json.loads(row["handle"]), files.path)
        self._ingest.take(run_id, attempt, ended=True, engine_log=engine_log)
        state = self._runs.row(run_id)["state"]
        status, exit = read_json(files.status), read_json(files.exit)
        if sight.phase == "unknown" and not (status or {}).get("outcome") and exit is None:
            self._lose(run_id, state)
            return
        outcome = outcome_of(state, status, exit, sight, _tail(files.stdout))
        with self._db.transaction():
            self._store_outcome(row, outcome, state)
            self._leases.free(run_id)
        self._ingest.forget(run_id)
        self._stalled.discard(run_id)

    def _store_outcome(self, row: sqlite3.Row, outcome, state: str) -> None:
        run_id = row["run_id"]
        if outcome.state == states.FAILED:
            self._fail(run_id, outcome.reason, outcome.error)
            return
        if outcome.state == states.SUCCEEDED and state != states.CANCELLING:
            self._walk_to_finalizing(run_id, state)
        extra = {"forced": True} if outcome.state == states.CANCELLED and row["forced"] else {}
        self._runs.to_state(run_id, outcome.state, reason=outcome.reason, **extra)
        if outcome.state == states.INTERRUPTED:
            self._runs.update(run_id, handle=None, submitted=0)

    def _walk_to_finalizing(self, run_id: str, state: str) -> None:
        """A worker that forgot to tell a step must not leave the log with an impossible order."""
        steps = [states.PREPARING, states.RUNNING, states.FINALIZING]
        done = steps.index(state) + 1 if state in steps else 0
        for step in steps[done:]:
            self._runs.to_state(run_id, step, **({"fromStep": 0} if step == states.RUNNING else {}))

    def _fail(self, run_id: str, reason: str, error: dict) -> None:
        with self._db.transaction():
            error = {**error, "message": redact(error["message"])}
            if "traceTail" in error:
                error["traceTail"] = redact(str(error["traceTail"]))[-_TAIL_BYTES:]
            self._runs.append(run_id, "run.error", error)
            self._runs.to_state(run_id, states.FAILED, reason=reason, message=error["message"])

    def _lose(self, run_id: str, state: str) -> None:
        if states.may_follow(state, states.LOST):
            self._runs.to_state(run_id, states.LOST, reason="engine_forgot")
        elif state == states.CANCELLING:
            self._runs.to_state(run_id, states.CANCELLED, reason="user")

    def _found(self, row: sqlite3.Row) -> None:
        """The engine knows the job again: back to where its worker had got."""
        sql = "SELECT body FROM events WHERE run_id = ? AND attempt = ? AND type = 'run.state' ORDER BY seq DESC"
        said = [json.loads(event["body"])["state"] for event in self._db.all(sql, row["run_id"], row["attempt"])]
        state = next((state for state in said if state in states.OF_WORKER), states.QUEUED)
        extra = {"fromStep": row["from_step"]} if state == states.RUNNING else {}
        self._runs.to_state(row["run_id"], state, **extra)

    # Watching

    def _watch(self, row: sqlite3.Row) -> None:
        run_id, last = row["run_id"], row["last_event_at"]
        if last and time.time() - last > _STALLED_S and run_id not in self._stalled:
            self._stalled.add(run_id)
            message = f"No sign of the worker for {_STALLED_S // 60} minutes. It is left running."
            self._runs.append(run_id, "run.warning", {"code": "stalled", "message": message})

    def _unreachable(self, name: str, rows: list[sqlite3.Row], cause: Exception) -> None:
        was_reachable, self.reachable[name] = self.reachable[name], False
        if was_reachable:
            for row in rows:
                data = {"code": "engine_unreachable", "message": f"{name} does not answer: {redact(str(cause))}"}
                self._runs.append(row["run_id"], "run.warning", data)

    def _answered(self, name: str) -> None:
        self.seen_at[name] = time.time()
        self.reachable[name] = True


def _tail(path) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
