"""Workers as jobs of a Slurm cluster, with the commands every site has: sbatch, squeue, sacct, scontrol, scancel."""

import asyncio
import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path

from polyglot_trainer.config import Engine as EngineConfig
from polyglot_trainer.config import Profile
from polyglot_trainer.engines.engine import EngineRejected, EngineUnreachable, Job, Sight
from polyglot_trainer.engines.run_copy import RunCopy
from polyglot_trainer.engines.slurm_script import WARNING_S, array_script, job_script
from polyglot_trainer.engines.slurm_text import (
    SlurmJob,
    duration,
    job_id,
    read_sacct,
    read_scontrol,
    read_squeue,
    restarts_of,
)
from polyglot_trainer.run_folder import AttemptFolder, RunFolder, read_json, write_json, write_text

_LOOK_EVERY_S = 10
_LOOK_SLOWEST_S = 60
_COMMAND_S = 30
_SCRIPT = "job.sh"
_ARRAY_AFTER_S = 5
_LONGEST_ARRAY = 1000
# What sbatch says when no repeat will help.
_FOR_GOOD = ("invalid", "not permitted", "violates", "denied", "unrecognized", "not available", "no such")


class SlurmEngine:
    name = "slurm"

    def __init__(self, config: EngineConfig, look_every_s: float = _LOOK_EVERY_S):
        self._config = config
        self._every_s = self._wait_s = float(config.options.get("lookEveryS", look_every_s))
        self._looked_at = float("-inf")
        self._sights: dict[str, Sight] = {}

    @property
    def array_after_s(self) -> float:
        """A group that grew no more for this long is submitted as one array."""
        return float(self._config.options.get("arrayAfterS", _ARRAY_AFTER_S))

    @property
    def longest_array(self) -> int:
        """Slurm's own default of MaxArraySize is 1001."""
        return int(self._config.options.get("maxArray", _LONGEST_ARRAY))

    async def submit(self, job: Job) -> dict:
        profile = self._profile(job.profile)
        id = await self._find(profile, job)
        if id is None:
            seen = self._seen(profile, job).folder.attempt(job.attempt)
            options = [f"--job-name={job.name}", f"--output={seen.engine_log}", "--open-mode=append"]
            self._write_script(profile, job)
            await self._send(profile, [job])
            id = await self._sbatch(profile, job, options, seen.path / _SCRIPT)
        self._looked_at = float("-inf")
        return self._handle(profile, job, id)

    async def _find(self, profile: Profile, job: Job) -> str | None:
        """A crash between submitting and recording is repaired here: the job is looked up by its name first."""
        array = read_json(job.folder.attempt(job.attempt).array)
        for name, task in [(job.name, None), *([(array["name"], array["task"])] if array else [])]:
            printed = await self._run(profile, "squeue", "-h", "-r", "-t", "all", "--name", name, "-o", "%i|%T|%r")
            ids = [id for id in read_squeue(printed) if task is None or id.endswith(f"_{task}")]
            if ids:
                return max(ids, key=lambda id: int(id.split("_")[0]))
        return None

    async def submit_array(self, jobs: list[Job]) -> list[dict]:
        """Jobs of one profile, GPU count and time limit as one array, a task each: a sweep is one job to Slurm."""
        profile, first = self._profile(jobs[0].profile), jobs[0].folder.attempt(jobs[0].attempt)
        name = f"array-{jobs[0].name}"
        for task, job in enumerate(jobs):
            self._write_script(profile, job)
            write_json(job.folder.attempt(job.attempt).array, {"name": name, "task": task})
        seen = [self._seen(profile, job).folder.attempt(job.attempt).path for job in jobs]
        write_text(first.path / "array.txt", "".join(f"{path / _SCRIPT}\n" for path in seen))
        write_text(first.path / "array.sh", array_script(seen[0] / "array.txt"))
        await self._send(profile, jobs)
        options = [f"--job-name={name}", "--output=/dev/null", f"--array=0-{len(jobs) - 1}"]
        id = await self._sbatch(profile, jobs[0], options, seen[0] / "array.sh")
        self._looked_at = float("-inf")
        return [self._handle(profile, job, f"{id}_{task}") for task, job in enumerate(jobs)]

    def _handle(self, profile: Profile, job: Job, id: str) -> dict:
        handle = {"shown": id, "profile": profile.name, "name": job.name, "restarts": 0, "attempt0": job.attempt}
        return {**handle, "folder": str(job.folder.path)}

    def _write_script(self, profile: Profile, job: Job) -> None:
        options = {**self._config.options, **profile.options}
        script = job_script(self._seen(profile, job), options, sys.executable)
        write_text(job.folder.attempt(job.attempt).path / _SCRIPT, script)

    def _copy(self, profile: Profile) -> RunCopy | None:
        """None where the cluster sees the run folders under the same paths as the service."""
        target = profile.options.get("copy")
        return RunCopy(target, profile.options.get("rsync")) if target else None

    def _seen(self, profile: Profile, job: Job) -> Job:
        """The job with its folder where the cluster has it; its command ends with folder and attempt."""
        copy = self._copy(profile)
        if copy is None:
            return job
        there = copy.there(job.folder.path)
        return replace(job, folder=RunFolder(there), command=(*job.command[:-2], str(there), job.command[-1]))

    async def _send(self, profile: Profile, jobs: list[Job]) -> None:
        if copy := self._copy(profile):
            for job in jobs:
                await copy.send(job.folder.path)

    async def _fetch(self, profile: Profile, handle: dict, job: SlurmJob | None) -> None:
        copy = self._copy(profile)
        if copy is None:
            return
        folder = Path(handle["folder"])
        is_over = job is None or job.phase == "gone"
        if job is not None and job.phase == "waiting":
            # After a requeue the plan of the next attempt goes after the job.
            await copy.send_plans(folder)
        await copy.fetch(folder, whole=is_over)

    async def _sbatch(self, profile: Profile, job: Job, options: list[str], script: Path) -> str:
        arguments = [
            "--parsable",
            *options,
            f"--signal=B:USR2@{profile.options.get('warningS', WARNING_S)}",
            "--requeue",
            # Before the profile, so that the administrator has the last word.
            *([f"--gpus-per-node={job.gpus}"] if job.gpus and not _names_gpus(profile) else []),
            *([f"--time={duration(job.time_limit_s)}"] if job.time_limit_s else []),
            *profile.options.get("sbatch", []),
            str(script),
        ]
        try:
            return job_id(await self._run(profile, "sbatch", *arguments))
        except EngineUnreachable as cause:
            if any(word in str(cause).lower() for word in _FOR_GOOD):
                raise EngineRejected(f"Slurm refuses the job: {cause}") from cause
            raise
        except ValueError as cause:
            raise EngineUnreachable(str(cause)) from cause

    async def look(self, handles: dict[str, dict]) -> dict[str, Sight]:
        """One squeue for all jobs of a login node; between looks the last answer stands."""
        now = time.monotonic()
        if now - self._looked_at < self._wait_s and handles.keys() <= self._sights.keys():
            return {run_id: self._sights[run_id] for run_id in handles}
        self._looked_at = now
        try:
            self._sights = await self._look(handles)
        except EngineUnreachable:
            self._wait_s = min(_LOOK_SLOWEST_S, self._wait_s * 2)
            raise
        self._wait_s = self._every_s
        return dict(self._sights)

    async def _look(self, handles: dict[str, dict]) -> dict[str, Sight]:
        sights = {}
        for name in {handle["profile"] for handle in handles.values()}:
            profile = self._profile(name)
            own = {run_id: handle for run_id, handle in handles.items() if handle["profile"] == name}
            user = ("--me",) if profile.options.get("via") else ()
            jobs = read_squeue(await self._run(profile, "squeue", "-h", "-r", "-t", "all", *user, "-o", "%i|%T|%r"))
            for run_id, handle in own.items():
                job = jobs.get(handle["shown"])
                # Before it is judged: what the job left behind tells how it ended.
                await self._fetch(profile, handle, job)
                sights[run_id] = await self._sight(profile, handle, job)
        return sights

    async def _sight(self, profile: Profile, handle: dict, job: SlurmJob | None) -> Sight:
        """squeue forgets soon, sacct may be off, scontrol forgets as well: then the run folder has the last word."""
        if job is None:
            job = await self._older(profile, handle["shown"])
        if job is None:
            return Sight("unknown")
        if job.phase == "waiting":
            restarts = await self._restarts(profile, handle["shown"])
            return Sight("waiting", reason="waiting_scheduler", message=job.why, restarts=restarts)
        if job.phase == "running":
            return Sight("running", restarts=await self._restarts(profile, handle["shown"]))
        return Sight("gone", reason=_ended(handle, job), code=job.exit_code)

    async def _older(self, profile: Profile, id: str) -> SlurmJob | None:
        try:
            printed = await self._run(profile, "sacct", "-n", "-P", "-X", "-j", id, "-o", "JobID,State,ExitCode")
            if job := read_sacct(printed).get(id):
                return job
        except EngineUnreachable:
            # Accounting is off at many sites; scontrol still knows recent jobs.
            pass
        try:
            return read_scontrol(await self._run(profile, "scontrol", "show", "job", id))
        except EngineUnreachable as cause:
            if "invalid job id" in str(cause).lower():
                return None
            raise

    async def _restarts(self, profile: Profile, id: str) -> int:
        try:
            return restarts_of(await self._run(profile, "scontrol", "show", "job", id))
        except EngineUnreachable:
            return 0

    async def stop(self, handle: dict, *, force: bool) -> None:
        profile = self._profile(handle["profile"])
        self._looked_at = float("-inf")
        if copy := self._copy(profile):
            await copy.send_plans(Path(handle["folder"]))
        if force or self._waits(handle):
            await self._run(profile, "scancel", handle["shown"])
        else:
            # To the script, which passes it on; scancel alone would kill after the site's short KillWait.
            await self._run(profile, "scancel", "--signal=TERM", "--batch", handle["shown"])

    def _waits(self, handle: dict) -> bool:
        run_id = handle["name"].rpartition("-a")[0]
        sight = self._sights.get(run_id)
        return sight is not None and sight.phase == "waiting"

    async def _run(self, profile: Profile, *command: str) -> str:
        """What the command printed. No shell here; over ssh the far shell gets quoted words."""
        via = profile.options.get("via", self._config.options.get("via", []))
        words = [*via, shlex.join(command)] if via else list(command)
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as cause:
            raise EngineUnreachable(f"{words[0]}: {cause.strerror}") from cause
        try:
            out, err = await asyncio.wait_for(process.communicate(), _COMMAND_S)
        except TimeoutError as cause:
            process.kill()
            await process.wait()
            raise EngineUnreachable(f"{command[0]} did not answer within {_COMMAND_S} s") from cause
        if process.returncode != 0:
            raise EngineUnreachable(err.decode(errors="replace").strip()[-500:] or f"{command[0]} failed")
        return out.decode(errors="replace")

    def _profile(self, name: str | None) -> Profile:
        profile = self._config.profile(name)
        if profile is None:
            raise EngineRejected(f"trainer.toml has no Slurm profile {name!r}.")
        return profile

    def offer(self) -> dict:
        options = self._config.options
        return {
            "name": self.name,
            "profiles": [profile.name for profile in self._config.profiles],
            "maxGpus": int(options.get("maxGpus", 8)),
            "maxTimeLimitS": options.get("maxTimeLimitS"),
        }

    def log_path(self, handle: dict | None, attempt: Path) -> Path:
        return AttemptFolder(attempt).engine_log


def _names_gpus(profile: Profile) -> bool:
    return any("gres" in option or "gpus" in option for option in profile.options.get("sbatch", []))


def _ended(handle: dict, job: SlurmJob) -> str | None:
    """A worker that saved after the warning before the time limit ended of itself, but for that reason."""
    attempts = Path(handle["folder"]).glob("attempt-*/time-limit")
    return "time_limit" if any(attempts) and job.reason in (None, "time_limit") else job.reason
