"""Names what went wrong in a worker: the reasons of the state `failed` (protocol §8)."""

import errno
import traceback
from typing import NamedTuple

_TRACE_BYTES = 8 * 1024


class Failure(Exception):
    """A failure whose reason is known where it happens."""

    def __init__(self, reason: str, message: str, param: str | None = None):
        super().__init__(message)
        self.reason = reason
        self.param = param


class Stopped(Exception):
    """The run was asked to stop, and has saved."""


class Superseded(Exception):
    """Another attempt may write now; this one ends without a word."""


class Named(NamedTuple):
    reason: str
    message: str
    param: str | None
    trace_tail: str | None


def name_failure(error: BaseException) -> Named:
    trace = "".join(traceback.format_exception(error))[-_TRACE_BYTES:]
    if isinstance(error, Failure):
        return Named(error.reason, str(error), error.param, None)
    text = str(error)
    kind = type(error).__name__
    if kind == "OutOfMemoryError" or "CUDA out of memory" in text:
        return Named("oom_gpu", "The GPU ran out of memory. Lower batchSize or maxLength.", "/train/batchSize", trace)
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in text or "Cannot allocate memory" in text:
        return Named("oom_host", "The machine ran out of memory. Lower batchSize or maxLength.", None, trace)
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if is_full or "No space left" in text or "os error 28" in text:
        message = "The disk is full. Delete runs or keep fewer checkpoints."
        return Named("disk_full", message, "/train/keepCheckpoints", trace)
    return Named("worker_crash", f"{kind}: {text[:500]}", None, trace)
