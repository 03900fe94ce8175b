"""The states of a run, what may follow each, and whose fault a reason is (§8)."""

QUEUED, PREPARING, RUNNING, FINALIZING = "queued", "preparing", "running", "finalizing"
CANCELLING, INTERRUPTED, LOST = "cancelling", "interrupted", "lost"
SUCCEEDED, FAILED, CANCELLED = "succeeded", "failed", "cancelled"

NEXT: dict[str, frozenset[str]] = {
    QUEUED: frozenset({QUEUED, PREPARING, CANCELLING, CANCELLED, FAILED, INTERRUPTED, LOST}),
    PREPARING: frozenset({RUNNING, CANCELLING, FAILED, INTERRUPTED, LOST}),
    RUNNING: frozenset({FINALIZING, CANCELLING, FAILED, INTERRUPTED, LOST}),
    FINALIZING: frozenset({SUCCEEDED, CANCELLING, FAILED, INTERRUPTED, LOST}),
    CANCELLING: frozenset({CANCELLED, SUCCEEDED}),
    INTERRUPTED: frozenset({QUEUED, CANCELLED}),
    LOST: frozenset({PREPARING, RUNNING, FINALIZING, SUCCEEDED, FAILED, INTERRUPTED, QUEUED, CANCELLED}),
    SUCCEEDED: frozenset(),
    FAILED: frozenset(),
    CANCELLED: frozenset(),
}
FINAL = frozenset({SUCCEEDED, FAILED, CANCELLED})
# A worker may exist for a run in one of these.
ACTIVE = (QUEUED, PREPARING, RUNNING, FINALIZING, CANCELLING)
# What the worker itself may say; everything else is the service's to decide.
OF_WORKER = (PREPARING, RUNNING, FINALIZING)

_USER_REASONS = frozenset({"bad_dataset", "bad_template", "model_missing", "nan_loss", "oom_gpu"})
FAILURES = _USER_REASONS | {"oom_host", "disk_full", "worker_crash", "engine_rejected"}


def may_follow(before: str, after: str) -> bool:
    return after in NEXT[before]


def fault_of(state: str, reason: str | None) -> str | None:
    if state in (CANCELLING, CANCELLED):
        return "user"
    if state == FAILED:
        return "user" if reason in _USER_REASONS else "system"
    return "system" if state in (INTERRUPTED, LOST) else None
