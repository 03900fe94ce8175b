"""Reads what Slurm's commands print. Text only: its JSON changes shape from version to version (trainer.md §8)."""

import re
from typing import NamedTuple

_WAITING = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD"}
_RUNNING = {"RUNNING", "COMPLETING", "SUSPENDED", "SIGNALING", "STAGE_OUT", "STOPPED", "RESIZING"}
# What an end by the scheduler means in the protocol's words; other ends are told by the run folder.
_REASONS = {
    "TIMEOUT": "time_limit",
    "DEADLINE": "time_limit",
    "PREEMPTED": "preempted",
    "NODE_FAIL": "node_fail",
    "BOOT_FAIL": "node_fail",
    "CANCELLED": "external_cancel",
    "REVOKED": "external_cancel",
}


# A job, or one task of an array.
_ID = re.compile(r"\d+(_\d+)?")


class SlurmJob(NamedTuple):
    id: str
    state: str
    # Why it waits, in Slurm's words.
    why: str
    exit_code: int | None = None

    @property
    def phase(self) -> str:
        return "waiting" if self.state in _WAITING else "running" if self.state in _RUNNING else "gone"

    @property
    def reason(self) -> str | None:
        return _REASONS.get(self.state)


def job_id(printed: str) -> str:
    """Of `sbatch --parsable`: `ID` or `ID;CLUSTER`. Raises ValueError for anything else."""
    id = printed.strip().splitlines()[-1].split(";")[0] if printed.strip() else ""
    if not id.isdigit():
        raise ValueError(f"sbatch printed {printed[:200]!r} instead of a job number.")
    return id


def read_squeue(printed: str) -> dict[str, SlurmJob]:
    """Of `squeue -h -r -t all -o '%i|%T|%r'`, by job number; a task of an array is `NUMBER_TASK`."""
    jobs = {}
    for line in printed.splitlines():
        id, state, *rest = line.strip().split("|")[:3] if line.count("|") >= 2 else ("", "")
        if _ID.fullmatch(id):
            jobs[id] = SlurmJob(id, first_word(state), rest[0] if rest else "")
    return jobs


def read_sacct(printed: str) -> dict[str, SlurmJob]:
    """Of `sacct -n -P -X -o JobID,State,ExitCode`; its last line for a job is the newest."""
    jobs = {}
    for line in printed.splitlines():
        id, _, rest = line.strip().partition("|")
        state, _, code = rest.partition("|")
        if _ID.fullmatch(id):
            jobs[id] = SlurmJob(id, first_word(state), "", exit_code(code))
    return jobs


def read_scontrol(printed: str) -> SlurmJob | None:
    """Of `scontrol show job ID`: words `Name=Value`."""
    fields = dict(word.split("=", 1) for word in printed.split() if "=" in word)
    if not fields.get("JobId", "").isdigit():
        return None
    state, why = first_word(fields.get("JobState", "")), fields.get("Reason", "")
    return SlurmJob(fields["JobId"], state, why, exit_code(fields.get("ExitCode", "")))


def restarts_of(printed: str) -> int:
    """Of `scontrol show job ID`: how often the scheduler has started it again."""
    fields = dict(word.split("=", 1) for word in printed.split() if "=" in word)
    return int(fields.get("Restarts", "0")) if fields.get("Restarts", "0").isdigit() else 0


def first_word(state: str) -> str:
    """`CANCELLED by 123` and `CANCELLED+` are CANCELLED."""
    return state.strip().split(" ")[0].rstrip("+").upper()


def exit_code(text: str) -> int | None:
    """`7:0` is code 7, `0:15` signal 15 as a shell would tell it."""
    code, _, number = text.partition(":")
    if not code.isdigit():
        return None
    return 128 + int(number) if number.isdigit() and int(number) else int(code)


def duration(seconds: int) -> str:
    """As `--time` wants it."""
    minutes, rest = divmod(max(60, seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
