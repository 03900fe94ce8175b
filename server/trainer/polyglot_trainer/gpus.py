"""The graphics cards of this machine as nvidia-smi tells them. No CUDA in the service."""

import shutil
import subprocess
from collections import Counter
from typing import NamedTuple


class Gpu(NamedTuple):
    index: str
    name: str
    mem_gib: float


def list_gpus() -> list[Gpu]:
    """Empty where there is no nvidia-smi or it does not answer."""
    rows = _query("--query-gpu=index,name,memory.total")
    return [Gpu(index, name, round(float(mib) / 1024, 1)) for index, name, mib in rows]


def processes_on_gpus() -> set[int]:
    return {int(row[0]) for row in _query("--query-compute-apps=pid") if row[0].isdigit()}


def encode_gpus(gpus: list[Gpu]) -> list[dict]:
    counts = Counter((gpu.name, gpu.mem_gib) for gpu in gpus)
    return [{"name": name, "memGiB": mem, "count": count} for (name, mem), count in counts.items()]


def _query(question: str) -> list[list[str]]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        done = subprocess.run(
            [tool, question, "--format=csv,noheader,nounits"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [[part.strip() for part in line.split(",")] for line in done.stdout.splitlines() if line.strip()]
