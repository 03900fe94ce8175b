"""Evaluates a model task by task: with our own small backend, or by handing over to lighteval (trainer.md §10)."""

import json
import time
from collections.abc import Callable

from polyglot_trainer import __version__
from polyglot_trainer.eval_scores import Score, accuracy, weighted_accuracy
from polyglot_trainer.eval_tasks import TASKS
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.worker.failures import Failure, Stopped
from polyglot_trainer.worker.item_answers import ItemAnswers
from polyglot_trainer.worker.journal import Journal
from polyglot_trainer.worker.stop_request import StopRequest

_PROGRESS_EVERY_S = 1


def evaluate(folder: RunFolder, plan: dict, spec: dict, journal: Journal, stop: StopRequest) -> None:
    """Raises Failure if no task at all could be done; a task that fails alone is told in the summary."""
    missing: dict[str, list[dict]] = {language: [] for language in spec["languages"]}
    done: dict[str, int] = dict.fromkeys(spec["languages"], 0)
    backend = _backend(folder, plan, spec)
    journal.emit("run.state", {"state": "running", "fromStep": 0})
    faults: list[BaseException] = []
    answers = ItemAnswers()
    try:
        for language in spec["languages"]:
            for task in spec["tasks"]:
                reason = _unavailable(task, language, spec)
                if reason is None:
                    reason = _one(backend, task, language, journal, stop, faults, answers)
                if reason is None:
                    done[language] += 1
                else:
                    missing[language].append({"task": task, "reason": reason})
    except Stopped:
        _cancel_rest(spec, done, missing)
        _summary(journal, spec, done, missing)
        raise
    _summary(journal, spec, done, missing)
    if faults and not any(done.values()):
        raise faults[0]
    journal.emit("run.state", {"state": "finalizing"})
    _tell_answers(folder, journal, answers)


def _backend(folder: RunFolder, plan: dict, spec: dict):
    if spec["backend"] == "lighteval":
        from polyglot_trainer.worker.lighteval_backend import LightevalBackend

        return LightevalBackend(folder, plan, spec)
    from polyglot_trainer.worker.builtin_backend import BuiltinBackend

    return BuiltinBackend(folder, plan, spec)


def _unavailable(task: str, language: str, spec: dict) -> str | None:
    is_there = f"{task}:{language}" in spec["data"] if spec["backend"] == "builtin" else language in TASKS.get(task, ())
    return None if is_there else "not_available"


def _one(
    backend, task, language, journal: Journal, stop: StopRequest, faults: list, answers: ItemAnswers
) -> str | None:
    """Tells the result of one task in one language; why there is none, else None."""
    tell = _progress(task, language, journal, stop)
    try:
        result, credits = backend.score(task, language, tell)
    except (Failure, ValueError, RuntimeError, MemoryError) as fault:
        message = f"{task} in {language} failed: {fault}"
        journal.warn("task_failed", message[:2000])
        faults.append(fault)
        return "failed"
    journal.emit("eval.result", {"task": task, "language": language, **result})
    answers.add(task, language, credits)
    return None


def _tell_answers(folder: RunFolder, journal: Journal, answers: ItemAnswers) -> None:
    if journal.is_silent:
        return
    artifact = answers.write(folder)
    if artifact is not None:
        journal.emit("artifact.ready", artifact)


def _progress(task: str, language: str, journal: Journal, stop: StopRequest) -> Callable[[int, int], None]:
    begun, told = time.monotonic(), 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if stop.is_made():
            raise Stopped
        now = time.monotonic()
        if done < total and now - told < _PROGRESS_EVERY_S:
            return
        told = now
        left = (now - begun) / done * (total - done) if done else None
        eta = None if left is None else round(left, 1)
        journal.emit("eval.progress", {"task": task, "language": language, "done": done, "total": total, "etaS": eta})

    return tell


def _cancel_rest(spec: dict, done: dict, missing: dict) -> None:
    for language in spec["languages"]:
        told = {entry["task"] for entry in missing[language]}
        for task in spec["tasks"][done[language] + len(told) :]:
            missing[language].append({"task": task, "reason": "cancelled"})


def _summary(journal: Journal, spec: dict, done: dict, missing: dict) -> None:
    languages = [
        {"language": language, "expected": len(spec["tasks"]), "done": done[language], "missing": missing[language]}
        for language in spec["languages"]
    ]
    journal.emit("eval.summary", {"languages": languages})


def result_row(spec: dict, metric: str, score: Score, *, shots: int, dataset: str, versions: dict) -> dict:
    """The data of `eval.result` but for task and language."""
    row = {
        "metric": metric,
        "value": score.value,
        "stderr": score.stderr,
        "n": score.n,
        "shots": shots,
        "template": spec["template"],
        "backend": spec["backend"],
        "versions": {"polyglot_trainer": __version__, **versions},
        "datasetSha256": dataset,
        "seed": spec["seed"],
    }
    if score.present is not None:
        row["categories"] = {"present": score.present, "expected": score.expected}
    return row


def read_rows(folder: RunFolder, name: str, most: int | None) -> list[dict]:
    with open(folder.path / name, encoding="utf8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    return rows[: most or len(rows)]


def score_of(task: str, outcomes: list[tuple[dict, bool]]) -> Score:
    if task == "mrewardbench":
        return weighted_accuracy([(row["subset"], right) for row, right in outcomes])
    return accuracy([right for _, right in outcomes])
