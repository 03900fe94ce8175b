"""Which process is meant: a pid alone may be another program's by now, so its start time and the boot count too."""

import contextlib
import os
import signal
from pathlib import Path


def boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def start_time(pid: int) -> str | None:
    """The start time of a living process in clock ticks since the boot; None if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # Field 3 is the state, field 22 the start time; the first two are cut off above.
    return None if fields[0] in ("Z", "X") else fields[19]


def identity(pid: int) -> dict:
    return {"pid": pid, "startTime": start_time(pid), "bootId": boot_id()}


def is_alive(identity: dict) -> bool:
    same_boot = identity.get("bootId") == boot_id()
    return same_boot and start_time(int(identity["pid"])) == identity.get("startTime") is not None


def members_of(group: int, mark: str) -> list[int]:
    """Living processes of a group, and those that left it but still carry `mark` in their environment.

    torchrun starts its workers in sessions of their own, so the group alone would miss them.
    """
    wanted = mark.encode()
    return [pid for pid in _pids() if _belongs(pid, group, wanted)]


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _belongs(pid: int, group: int, mark: bytes) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if fields[0] in ("Z", "X"):
            return False
        return int(fields[2]) == group or mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def kill_all(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass
