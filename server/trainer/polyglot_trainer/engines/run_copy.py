"""Run folders copied to a cluster that shares no file system with the service, and back again, with rsync."""

import asyncio
from pathlib import Path

from polyglot_trainer.engines.engine import EngineUnreachable

_COPY_S = 600
_RSYNC = ("rsync", "-a")
# While a job runs: what it tells. Its weights follow when it is gone.
_TOLD = ("--include=/attempt-*/***", "--include=/checkpoints/", "--include=/checkpoints/*/")
_TOLD = (*_TOLD, "--include=/checkpoints/*/manifest.json", "--exclude=*")
# What the service lays and the worker reads; a newer file over there, as after a requeue, stays.
_PLANS = ("--update", "--include=/attempt-*/", "--include=/attempt-*/attempt.json", "--include=/current")
_PLANS = (*_PLANS, "--include=/cancel", "--exclude=*")


class RunCopy:
    """`target` is `HOST:/FOLDER`, or a folder of this machine; `options` are the administrator's own for rsync."""

    def __init__(self, target: str, options: list[str] | None = None):
        self._target = target.rstrip("/")
        self._command = tuple(options or _RSYNC)

    def there(self, folder: Path) -> Path:
        """Where the run's folder lies on the cluster."""
        _, _, path = self._target.rpartition(":")
        return Path(path) / folder.name

    async def send(self, folder: Path) -> None:
        """All of it, before the job is submitted."""
        await self._rsync("--update", "--mkpath", f"{folder}/", f"{self._target}/{folder.name}/")

    async def send_plans(self, folder: Path) -> None:
        await self._rsync(*_PLANS, f"{folder}/", f"{self._target}/{folder.name}/")

    async def fetch(self, folder: Path, *, whole: bool) -> None:
        """What the job has told so far; with `whole` its checkpoints and the student as well."""
        await self._rsync(*(() if whole else _TOLD), f"{self._target}/{folder.name}/", f"{folder}/")

    async def _rsync(self, *arguments: str) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as cause:
            raise EngineUnreachable(f"{self._command[0]}: {cause.strerror}") from cause
        try:
            _, err = await asyncio.wait_for(process.communicate(), _COPY_S)
        except TimeoutError as cause:
            process.kill()
            await process.wait()
            raise EngineUnreachable(f"rsync took more than {_COPY_S} s") from cause
        # 24: a file vanished while it was read, as a checkpoint that made room for the next.
        if process.returncode not in (0, 24):
            raise EngineUnreachable(f"rsync: {err.decode(errors='replace').strip()[-400:]}")
