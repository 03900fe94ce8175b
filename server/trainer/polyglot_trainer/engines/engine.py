"""What every engine can do. Nothing here decides a run's state: engines say what they see."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from polyglot_trainer.run_folder import RunFolder


class EngineUnreachable(Exception):
    """The engine did not answer. Never a reason for a run to fail."""


class EngineRejected(Exception):
    """The engine refuses this job for good; the message is for the user."""


@dataclass(frozen=True)
class Job:
    """One attempt of a run, ready to start."""

    run_id: str
    attempt: int
    folder: RunFolder
    command: tuple[str, ...]
    gpus: int
    profile: str | None = None
    time_limit_s: int | None = None
    devices: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.run_id}-a{self.attempt}"


@dataclass(frozen=True)
class Sight:
    """What the engine sees of a job.

    `phase`: `waiting`, `running`, `gone` (it ended; the run folder tells how) or `unknown` (the engine forgot it).
    `reason` says why a job waits or ended, in the protocol's words, where the engine knows.
    """

    phase: str
    reason: str | None = None
    message: str | None = None
    code: int | None = None
    restarts: int = 0


class Engine(Protocol):
    name: str

    async def submit(self, job: Job) -> dict:
        """Starts the job and returns its handle: JSON, with `shown` for people.

        Raises EngineUnreachable or EngineRejected. A job already known under its name is found, not started again.
        """

    async def look(self, handles: dict[str, dict]) -> dict[str, Sight]:
        """What became of jobs, by run id."""

    async def stop(self, handle: dict, *, force: bool) -> None:
        """Asks the worker to save and end, or ends it for certain."""

    def offer(self) -> dict:
        """`{name, profiles, maxGpus, maxTimeLimitS}` for the capabilities."""

    def log_path(self, handle: dict | None, attempt: Path) -> Path:
        """Where the engine's own log of an attempt is."""
