"""How many processes the kernel has killed for want of memory: tells an OOM kill from any other signal 9."""

from pathlib import Path

_VMSTAT = Path("/proc/vmstat")
_CGROUP = Path("/proc/self/cgroup")


def oom_kills(vmstat: Path = _VMSTAT, events: Path | None = None) -> int | None:
    """The sum of the host's and this cgroup's counters; None where neither can be read."""
    counts = [_count(vmstat), _count(_own_events() if events is None else events)]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _count(path: Path | None) -> int | None:
    try:
        lines = path.read_text().splitlines() if path else []
    except OSError:
        return None
    values = [line.split()[1] for line in lines if line.startswith("oom_kill ")]
    return int(values[0]) if values else None


def _own_events() -> Path | None:
    try:
        line = next(line for line in _CGROUP.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return None
    return Path("/sys/fs/cgroup" + line.removeprefix("0::")) / "memory.events"
