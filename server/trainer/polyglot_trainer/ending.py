"""The end of an attempt: what its files and the engine say becomes the run's last states (trainer.md §2)."""

import json
import sqlite3

from polyglot_trainer import states
from polyglot_trainer.engines.engine import Engine, Sight
from polyglot_trainer.ingest import Ingest
from polyglot_trainer.jobs import Jobs
from polyglot_trainer.leases import Leases
from polyglot_trainer.outcome import outcome_of
from polyglot_trainer.redact import redact
from polyglot_trainer.run_folder import read_json
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.runs import Runs

_TAIL_BYTES = 8 * 1024


class Ending:
    def __init__(
        self, db: Database, runs: Runs, jobs: Jobs, leases: Leases, engines: dict[str, Engine], ingest: Ingest
    ):
        self._db, self._runs, self._jobs = db, runs, jobs
        self._leases, self._engines, self._ingest = leases, engines, ingest

    def end(self, row: sqlite3.Row, sight: Sight) -> None:
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

    def _store_outcome(self, row: sqlite3.Row, outcome, state: str) -> None:
        run_id = row["run_id"]
        if outcome.state == states.FAILED:
            self.fail(run_id, outcome.reason, outcome.error)
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

    def fail(self, run_id: str, reason: str, error: dict) -> None:
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

    def found(self, row: sqlite3.Row) -> None:
        """The engine knows the job again: back to where its worker had got."""
        sql = "SELECT body FROM events WHERE run_id = ? AND attempt = ? AND type = 'run.state' ORDER BY seq DESC"
        said = [json.loads(event["body"])["state"] for event in self._db.all(sql, row["run_id"], row["attempt"])]
        state = next((state for state in said if state in states.OF_WORKER), states.QUEUED)
        extra = {"fromStep": row["from_step"]} if state == states.RUNNING else {}
        self._runs.to_state(row["run_id"], state, **extra)


def _tail(path) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
