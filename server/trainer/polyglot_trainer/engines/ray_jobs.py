"""Workers as Ray jobs, over the cluster's REST interface; nothing of Ray is installed here (trainer.md §8)."""

import asyncio
import json
import os
import shlex
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from polyglot_trainer.config import ConfigError
from polyglot_trainer.config import Engine as EngineConfig
from polyglot_trainer.engines.engine import EngineRejected, EngineUnreachable, Job, Sight
from polyglot_trainer.run_folder import AttemptFolder

_ANSWER_S = 15
_ANSWER_BYTES = 4 * 1024**2
_PHASES = {"PENDING": "waiting", "RUNNING": "running"}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class RayEngine:
    name = "ray"

    def __init__(self, config: EngineConfig):
        self._config = config
        self._address = str(config.options.get("address", "http://127.0.0.1:8265")).rstrip("/")
        # Whoever reaches Ray's port can run anything: without a token only this machine may (GHSA-gx77-xgc2-4888).
        self._token = os.environ.get("RAY_AUTH_TOKEN")
        if urlsplit(self._address).hostname not in _LOOPBACK and not self._token:
            raise ConfigError(
                "engine.ray.address is not loopback: set RAY_AUTH_TOKEN, with RAY_AUTH_MODE=token in Ray."
            )

    async def submit(self, job: Job) -> dict:
        """The submission's id is the job's name, so a repeated submit finds the first one."""
        if await self._status(job.name) is None:
            attempt = job.folder.attempt(job.attempt)
            launcher = [self._config.options.get("python", sys.executable), "-m", "polyglot_trainer.launcher"]
            words = shlex.join([*launcher, str(attempt.path), *job.command])
            entry = f"{words} >> {shlex.quote(str(attempt.stdout))} 2>&1"
            body = {
                "entrypoint": f"bash -c {shlex.quote(entry)}",
                "submission_id": job.name,
                "entrypoint_num_gpus": job.gpus,
                "runtime_env": {"env_vars": job.environment},
                "metadata": {"run": job.run_id},
            }
            await self._ask("POST", "/api/jobs/", body)
        return {"shown": job.name, "folder": str(job.folder.path)}

    async def look(self, handles: dict[str, dict]) -> dict[str, Sight]:
        names = {run_id: handle["shown"] for run_id, handle in handles.items()}
        statuses = await asyncio.gather(*(self._status(name) for name in names.values()))
        return {run_id: _sight(status) for run_id, status in zip(names, statuses, strict=True)}

    async def stop(self, handle: dict, *, force: bool) -> None:
        """The flag file asks the worker; Ray's own stop ends it after its few seconds of grace."""
        if force:
            await self._ask("POST", f"/api/jobs/{handle['shown']}/stop")

    async def _status(self, name: str) -> dict | None:
        """None for a job this cluster does not know: jobs end with their cluster."""
        try:
            return await self._ask("GET", f"/api/jobs/{name}")
        except FileNotFoundError:
            return None

    async def _ask(self, method: str, path: str, body: dict | None = None) -> dict:
        return await asyncio.to_thread(self._ask_now, method, path, body)

    def _ask_now(self, method: str, path: str, body: dict | None) -> dict:
        request = urllib.request.Request(self._address + path, method=method)
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        data = None
        if body is not None:
            request.add_header("Content-Type", "application/json")
            data = json.dumps(body).encode()
        # No proxy of the environment: the cluster is named by the administrator.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, data, timeout=_ANSWER_S) as answer:
                return json.loads(answer.read(_ANSWER_BYTES) or b"{}")
        except urllib.error.HTTPError as cause:
            if cause.code == 404:
                raise FileNotFoundError(path) from cause
            text = cause.read(500).decode(errors="replace")
            if cause.code in (400, 401, 403):
                raise EngineRejected(f"Ray answers {cause.code}: {text}") from cause
            raise EngineUnreachable(f"Ray answers {cause.code}") from cause
        except (OSError, ValueError) as cause:
            raise EngineUnreachable(f"Ray at {self._address}: {cause}") from cause

    def offer(self) -> dict:
        options = self._config.options
        return {
            "name": self.name,
            "profiles": [profile.name for profile in self._config.profiles],
            "maxGpus": int(options.get("maxGpus", 1)),
            "maxTimeLimitS": None,
        }

    def log_path(self, handle: dict | None, attempt: Path) -> Path:
        return AttemptFolder(attempt).engine_log


def _sight(status: dict | None) -> Sight:
    if status is None:
        return Sight("unknown")
    state = str(status.get("status", "")).upper()
    if state in _PHASES:
        return Sight(_PHASES[state], reason="waiting_scheduler" if state == "PENDING" else None)
    reason = "external_cancel" if state == "STOPPED" else None
    return Sight("gone", reason=reason, message=status.get("message"), code=status.get("driver_exit_code"))
