"""Decides how an attempt ended, from what the worker, its launcher and the engine left behind (trainer.md §2)."""

from dataclasses import dataclass

from polyglot_trainer import states
from polyglot_trainer.engines.engine import Sight

_SIGKILL = 9


@dataclass(frozen=True)
class Outcome:
    state: str
    reason: str | None = None
    # `run.error` data, for `failed`.
    error: dict | None = None


def outcome_of(state: str, status: dict | None, exit: dict | None, sight: Sight, log_tail: str) -> Outcome:
    """`status` is the worker's own word, `exit` the launcher's record; both may be missing."""
    said = (status or {}).get("outcome")
    if said == "succeeded":
        return Outcome(states.SUCCEEDED)
    if state == states.CANCELLING:
        return Outcome(states.CANCELLED, "user")
    if said == "failed":
        return _failed(status or {}, log_tail)
    if sight.reason or said == "stopped":
        return Outcome(states.INTERRUPTED, sight.reason or "external_cancel")
    if exit is None and sight.code is None:
        return Outcome(states.INTERRUPTED, "external_cancel")
    return _crashed(exit or {"code": sight.code}, log_tail)


def _failed(status: dict, log_tail: str) -> Outcome:
    reason = status.get("reason")
    reason = reason if reason in states.FAILURES else "worker_crash"
    error = {"code": reason, "message": str(status.get("message") or "The worker gave no message.")}
    for name in ("param", "rank", "traceTail"):
        if status.get(name) is not None:
            error[name] = status[name]
    if reason == "worker_crash":
        error.setdefault("traceTail", log_tail)
    return Outcome(states.FAILED, reason, error)


def _crashed(exit: dict, log_tail: str) -> Outcome:
    code, number = exit.get("code"), exit.get("signal")
    was_killed = number == _SIGKILL or code == 128 + _SIGKILL
    if was_killed and (exit.get("oomKills") or 0) > 0:
        message = "The machine ran out of memory and killed the worker. Lower batchSize or maxLength, or free memory."
        return Outcome(states.FAILED, "oom_host", {"code": "oom_host", "message": message, "traceTail": log_tail})
    how = f"signal {number}" if number else f"exit code {code}"
    message = f"The worker ended with {how} and said nothing. Its log has more."
    return Outcome(states.FAILED, "worker_crash", {"code": "worker_crash", "message": message, "traceTail": log_tail})
