"""Workers as processes of this machine. They outlive the service, and a service started later finds them again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from polyglot_trainer.engines.engine import Job, Sight
from polyglot_trainer.process import boot_id, is_alive, kill_all, members_of, signal_group
from polyglot_trainer.run_folder import AttemptFolder, read_json

# A launcher that has not told who it is after this long is not coming.
_START_WITHIN_S = 30
# The only variables of the service that a worker sees: above all, no token.
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_HOME", "OMP_NUM_THREADS")


class LocalEngine:
    name = "local"

    def __init__(self, max_gpus: int, max_time_s: int | None = None):
        self._max_gpus = max_gpus
        self._max_time_s = max_time_s
        self._children: list[subprocess.Popen] = []

    async def submit(self, job: Job) -> dict:
        attempt = job.folder.attempt(job.attempt)
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        environment |= {**job.environment, "POLYGLOT_JOB": job.name}
        cuda = [device for device in job.devices if device.isdigit()]
        if cuda:
            environment["CUDA_VISIBLE_DEVICES"] = ",".join(cuda)
        with open(attempt.stdout, "ab") as log:
            # Not asyncio's: its child watcher would die with the loop, and these processes outlive it.
            child = subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-m", "polyglot_trainer.launcher", str(attempt.path), *job.command],
                cwd=job.folder.path,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
            )
        self._children.append(child)
        return {
            "shown": str(child.pid),
            "pid": child.pid,
            "name": job.name,
            "attempt": str(attempt.path),
            "at": time.time(),
            # torchrun answers SIGTERM by killing its workers after 30 s: several processes are told by the flag file.
            "spread": job.gpus > 1,
        }

    async def look(self, handles: dict[str, dict]) -> dict[str, Sight]:
        self._reap()
        return {run_id: self._look(handle) for run_id, handle in handles.items()}

    def _look(self, handle: dict) -> Sight:
        attempt = AttemptFolder(Path(handle["attempt"]))
        launcher = read_json(attempt.launcher)
        if launcher is None:
            starting = time.time() - handle["at"] < _START_WITHIN_S and not self._has_died(handle["pid"])
            return Sight("waiting" if starting else "gone", message="The worker's launcher did not start.")
        if is_alive(launcher):
            return Sight("running")
        if attempt.exit.exists():
            return Sight("gone")
        return Sight("gone", reason="external_cancel" if launcher.get("bootId") == boot_id() else "host_restart")

    async def stop(self, handle: dict, *, force: bool) -> None:
        launcher = self._launcher(handle)
        if launcher is None:
            return
        if force:
            kill_all(self.members(handle))
        elif is_alive(launcher) and not handle.get("spread"):
            signal_group(int(launcher["pid"]), signal.SIGTERM)

    def members(self, handle: dict) -> list[int]:
        """Processes of the run that are still there: its devices are freed when there are none."""
        launcher = self._launcher(handle)
        return members_of(int(launcher["pid"]), f"POLYGLOT_JOB={handle['name']}") if launcher else []

    def _launcher(self, handle: dict) -> dict | None:
        """Who started the worker; None after a reboot, when the numbers may belong to somebody else."""
        launcher = read_json(AttemptFolder(Path(handle["attempt"])).launcher)
        return launcher if launcher and launcher.get("bootId") == boot_id() else None

    def offer(self) -> dict:
        return {
            "name": self.name,
            "profiles": [],
            "maxGpus": self._max_gpus,
            "maxTimeLimitS": self._max_time_s,
        }

    def log_path(self, handle: dict | None, attempt: Path) -> Path:
        return AttemptFolder(attempt).engine_log

    def _reap(self) -> None:
        self._children = [child for child in self._children if child.poll() is None]

    def _has_died(self, pid: int) -> bool:
        return not Path(f"/proc/{pid}").exists()
