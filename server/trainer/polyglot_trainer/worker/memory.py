"""How much memory the worker uses."""

import os
from pathlib import Path

import torch

_GIB = 1024**3


def host_gib() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / _GIB, 3)


def gpu_peak_gib() -> float:
    """The peak over all devices since the last call."""
    peaks = []
    for device in range(torch.cuda.device_count()):
        peaks.append(torch.cuda.max_memory_allocated(device))
        torch.cuda.reset_peak_memory_stats(device)
    return round(max(peaks) / _GIB, 3)
