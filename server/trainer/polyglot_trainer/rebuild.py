"""Makes the runs again from their folders when the database is gone; a new log epoch tells clients (trainer.md §1)."""

import json
import logging
import sqlite3

from polyglot_trainer import states
from polyglot_trainer.engines.engine import Sight
from polyglot_trainer.ingest import Ingest
from polyglot_trainer.outcome import outcome_of
from polyglot_trainer.process import is_alive
from polyglot_trainer.run_folder import RunFolder, read_json
from polyglot_trainer.store.runs import NewRun

_log = logging.getLogger("polyglot_trainer")


def rebuild(service) -> None:
    """Every run folder that is readable becomes a run again; tokens and datasets must be given anew."""
    root = service.config.data / "runs"
    paths = sorted(root.iterdir()) if root.is_dir() else []
    launches = [(path, read_json(path / "launch.json"), read_json(path / "spec.json")) for path in paths]
    usable = [entry for entry in launches if entry[1] and entry[2]]
    for path, launch, spec in sorted(usable, key=lambda entry: entry[1].get("createdAt", "")):
        try:
            _rebuild_one(service, path.name, launch, spec)
        except (KeyError, TypeError, ValueError, sqlite3.Error) as cause:
            _log.warning("Run folder %s was left out: %r", path.name, cause)
    if usable:
        _log.warning("The database was missing; %d runs were found in their folders.", len(usable))


def _rebuild_one(service, run_id: str, launch: dict, spec: dict) -> None:
    new = NewRun(launch["kind"], spec, launch["engine"], launch["title"], launch["group"], launch["parent"])
    with service.db.transaction():
        service.runs.create(new, run_id=run_id, created_at=launch["createdAt"])
        if launch["key"]:
            service.launches.restore(launch["key"], launch["method"], launch["hash"], run_id)
    folder = RunFolder(service.config.data / "runs" / run_id)
    attempt = folder.allowed() or 1
    ingest = Ingest(service.db, service.runs, service.jobs.folder)
    for number in range(1, attempt + 1):
        if number > 1:
            service.runs.to_state(run_id, states.INTERRUPTED, reason="external_cancel")
            service.runs.update(run_id, attempt=number)
            service.runs.to_state(run_id, states.QUEUED, reason="resumed")
        ingest.take(run_id, number, ended=True)
    _settle(service, run_id, folder.attempt(attempt))


def _settle(service, run_id: str, files) -> None:
    """The end its files tell; a run that may still go on becomes `interrupted` and can be resumed."""
    state = service.runs.row(run_id)["state"]
    launcher = read_json(files.launcher)
    if launcher and is_alive(launcher):
        handle = {"shown": str(launcher["pid"]), "pid": launcher["pid"], "attempt": str(files.path.resolve()), "at": 0}
        name = f"{run_id}-a{service.runs.row(run_id)['attempt']}"
        service.runs.update(run_id, submitted=1, handle=json.dumps({**handle, "name": name}))
        return
    status, exit = read_json(files.status), read_json(files.exit)
    outcome = outcome_of(state, status, exit, Sight("gone"), "")
    if outcome.state == states.SUCCEEDED and state == states.FINALIZING:
        service.runs.to_state(run_id, states.SUCCEEDED)
    elif outcome.state == states.FAILED:
        service.runs.append(run_id, "run.error", outcome.error)
        service.runs.to_state(run_id, states.FAILED, reason=outcome.reason)
    elif states.may_follow(state, states.INTERRUPTED):
        service.runs.to_state(run_id, states.INTERRUPTED, reason=outcome.reason or "external_cancel")
