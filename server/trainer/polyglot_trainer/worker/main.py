"""The worker's edge: one attempt of one run, from its plan to its exit code (trainer.md §3)."""

import importlib
import os
import sys
import traceback
from pathlib import Path

from polyglot_trainer.run_folder import RunFolder, read_json
from polyglot_trainer.worker.failures import Stopped, Superseded, name_failure
from polyglot_trainer.worker.journal import Journal
from polyglot_trainer.worker.stop_request import StopRequest

SUCCEEDED, STOPPED, FAILED, SUPERSEDED, UNUSABLE = 0, 10, 20, 75, 2


def run(path: Path, attempt: int, *, check: bool = False) -> int:
    os.umask(0o077)
    folder = RunFolder(path)
    plan, spec = read_json(folder.attempt(attempt).plan), read_json(folder.spec)
    if plan is None or spec is None:
        print(f"{path}: no plan for attempt {attempt} or no spec.", file=sys.stderr)
        return UNUSABLE
    if check:
        from polyglot_trainer.worker.check import check as look

        look(folder, plan, spec)
        return SUCCEEDED
    if folder.allowed() != attempt:
        return SUPERSEDED
    rank = int(os.environ.get("RANK", "0"))
    journal = Journal(folder, attempt, silent=rank != 0)
    stop = StopRequest(folder)
    stop.listen()
    return _tell_end(journal, rank, lambda: _work(folder, plan, spec, journal, stop))


def _work(folder: RunFolder, plan: dict, spec: dict, journal: Journal, stop: StopRequest) -> None:
    journal.status(None)
    journal.emit("run.state", {"state": "preparing"})
    if plan["kind"] == "train":
        if spec["backend"] == "unsloth":
            # First of all: it patches what is imported after it.
            importlib.import_module("polyglot_trainer.worker.unsloth_model")
        from polyglot_trainer.worker.train import train

        train(folder, plan, spec, journal, stop)
    elif plan["kind"] == "eval":
        from polyglot_trainer.worker.evaluate import evaluate

        evaluate(folder, plan, spec, journal, stop)
    else:
        from polyglot_trainer.worker.measure import measure

        measure(folder, plan, spec, journal, stop)


def _tell_end(journal: Journal, rank: int, work) -> int:
    try:
        work()
        journal.status("succeeded")
        return SUCCEEDED
    except Stopped:
        journal.status("stopped")
        return STOPPED
    except Superseded:
        return SUPERSEDED
    except BaseException as error:
        traceback.print_exc()
        named = name_failure(error)
        try:
            journal.status(
                "failed",
                reason=named.reason,
                message=named.message,
                param=named.param,
                traceTail=named.trace_tail,
                rank=rank,
            )
        except Superseded:
            return SUPERSEDED
        return FAILED
