"""Launches, resumes and evaluations: stored together with their key before anything is answered (§5, §9)."""

import json
import shutil
import sqlite3

from polyglot_trainer import states
from polyglot_trainer.config import Config
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.jobs import Jobs, wanted_sets
from polyglot_trainer.offers import Offers
from polyglot_trainer.run_folder import read_json
from polyglot_trainer.spec import kind_of
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.launches import Launches
from polyglot_trainer.store.runs import NewRun, Runs, encode_run

# Below this a run could not even save its first checkpoint.
_LEAST_FREE_BYTES = 64 * 1024**2


class Launching:
    def __init__(self, config: Config, db: Database, runs: Runs, launches: Launches, offers: Offers, jobs: Jobs, wake):
        self._config, self._db, self._runs = config, db, runs
        self._launches, self._offers, self._jobs, self._wake = launches, offers, jobs, wake

    def launch(self, method: str, params: dict, may_launch) -> dict:
        earlier = self._launches.earlier(method, params)
        if earlier:
            return {"run": self._shown(earlier), "created": False}
        may_launch()
        kind = "eval" if method == "evals.launch" else kind_of(params["spec"])
        spec = self._offers.resolve(kind, params["spec"])
        if kind == "eval":
            self._check_target(spec)
        self._check_disk()
        new = NewRun(
            kind=kind,
            spec=spec,
            engine=spec["engine"]["name"],
            title=params.get("title", ""),
            group=params.get("group"),
        )
        run_id = self._create(method, params, new)
        return {"run": self._shown(run_id), "created": True}

    def _create(self, method: str, params: dict, new: NewRun) -> str:
        with self._db.transaction():
            run_id = self._runs.create(new)
            self._launches.remember(method, params, run_id)
            for sha256 in set(wanted_sets(new.spec, new.kind).values()):
                self._db.run("INSERT OR IGNORE INTO uses VALUES (?,?)", run_id, sha256)
        self._wake()
        return run_id

    def _check_target(self, spec: dict) -> None:
        target = spec["target"]
        if "runId" not in target:
            return
        try:
            row = self._runs.row(target["runId"])
        except KeyError as cause:
            message = f"There is no student {target['runId']}."
            raise TrainerError("checkpoint_missing", message, param="/target/runId") from cause
        if row["kind"] != "train":
            message = "Only a training run can be evaluated."
            raise TrainerError("invalid_spec", message, issues=[_issue("/target/runId", message)])
        if "step" in target:
            if self._checkpoint_at(row["run_id"], target["step"]) is None:
                raise TrainerError("checkpoint_missing", f"There is no checkpoint of step {target['step']}.")
            return
        if row["state"] not in states.FINAL | {states.INTERRUPTED, states.LOST}:
            raise TrainerError("run_active", "The student is still training.", runId=row["run_id"])
        if row["state"] != states.SUCCEEDED:
            raise TrainerError("checkpoint_missing", "This run has no final student; name one of its checkpoints.")

    def _check_disk(self) -> None:
        if shutil.disk_usage(self._config.data).free < _LEAST_FREE_BYTES:
            raise TrainerError("disk_full", "The trainer's disk is full. Delete runs or datasets.")

    def resume(self, params: dict, may_launch) -> dict:
        earlier = self._launches.earlier("runs.resume", params)
        if earlier:
            return {"run": self._shown(earlier), "continued": earlier == params["runId"]}
        row = self._row(params["runId"])
        resumable = {states.INTERRUPTED, states.LOST, states.FAILED, states.CANCELLED}
        if row["state"] not in resumable:
            message = f"A run that is {row['state']} cannot be resumed."
            raise TrainerError("not_resumable", message, runId=row["run_id"])
        checkpoint = self._usable(row, params.get("fromStep"))
        may_launch()
        if row["state"] in (states.INTERRUPTED, states.LOST):
            self._continue(row, checkpoint, params)
            return {"run": self._shown(row["run_id"]), "continued": True}
        new = NewRun(
            kind=row["kind"],
            spec=json.loads(row["spec"]),
            engine=row["engine"],
            title=row["title"],
            group=row["grp"],
            parent=row["run_id"],
            from_step=checkpoint["step"] if checkpoint else 0,
            checkpoint=checkpoint["name"] if checkpoint else None,
        )
        return {"run": self._shown(self._create("runs.resume", params, new)), "continued": False}

    def _continue(self, row: sqlite3.Row, checkpoint: sqlite3.Row | None, params: dict) -> None:
        """The same run again: a higher attempt, so that a worker thought lost can no longer write."""
        with self._db.transaction():
            self._runs.update(
                row["run_id"],
                attempt=row["attempt"] + 1,
                handle=None,
                submitted=0,
                forced=0,
                cancel_at=None,
                eligible_at=None,
                from_step=checkpoint["step"] if checkpoint else 0,
                checkpoint=checkpoint["name"] if checkpoint else None,
            )
            self._runs.to_state(row["run_id"], states.QUEUED, reason="resumed")
            self._launches.remember("runs.resume", params, row["run_id"])
        self._jobs.folder(row["run_id"]).cancel.unlink(missing_ok=True)
        self._wake()

    def _usable(self, row: sqlite3.Row, step: int | None) -> sqlite3.Row | None:
        """The checkpoint asked for, or the newest whose files are there; None starts from the beginning."""
        if step is not None:
            found = self._checkpoint_at(row["run_id"], step)
            if found is None and step > 0:
                raise TrainerError("checkpoint_missing", f"There is no checkpoint of step {step}.")
            return found
        sql = "SELECT * FROM checkpoints WHERE run_id = ? AND removed = 0 ORDER BY step DESC"
        return next((one for one in self._db.all(sql, row["run_id"]) if self._has_manifest(one)), None)

    def _checkpoint_at(self, run_id: str, step: int) -> sqlite3.Row | None:
        sql = "SELECT * FROM checkpoints WHERE run_id = ? AND step = ? AND removed = 0"
        found = self._db.one(sql, run_id, step)
        return found if found and self._has_manifest(found) else None

    def _has_manifest(self, checkpoint: sqlite3.Row) -> bool:
        folder = self._jobs.folder(checkpoint["run_id"]).checkpoints / checkpoint["name"]
        return read_json(folder / "manifest.json") is not None

    def _row(self, run_id: str) -> sqlite3.Row:
        try:
            return self._runs.row(run_id)
        except KeyError as cause:
            raise TrainerError("not_found", f"There is no run {run_id}.", runId=run_id) from cause

    def _shown(self, run_id: str) -> dict:
        return encode_run(self._runs.row(run_id), with_spec=True)


def _issue(param: str, message: str) -> dict:
    return {"code": "invalid_value", "message": message, "param": param}
