"""Looks at a run before it is launched: quickly from what is known, or fully with the worker's own eyes (§5)."""

import asyncio
import math
import os
import shutil
import signal
import tempfile
from pathlib import Path

from polyglot_trainer.config import Config
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.gpus import Gpu
from polyglot_trainer.limits import FULL_PREFLIGHT_S
from polyglot_trainer.memory_estimate import estimate_gib
from polyglot_trainer.redact import redact
from polyglot_trainer.run_folder import RunFolder, read_json
from polyglot_trainer.steps import steps_of

# Bytes of JSON a token stands for on average; the full depth counts instead.
_BYTES_PER_TOKEN = 4


def quick(config: Config, spec: dict, dataset: dict, gpus: list[Gpu]) -> dict:
    """Guesses tokens from bytes; everything else is exact."""
    warnings = []
    model = config.model(spec["model"]["id"])
    vram = estimate_gib(spec, model.parameters) if model and model.parameters else None
    largest = max((gpu.mem_gib for gpu in gpus), default=None)
    if vram is not None and largest is not None and vram > largest:
        message = f"Estimate {vram} GiB (± 25 %), largest GPU {largest} GiB."
        warnings.append({"code": "vram_tight", "message": message, "param": "/mode"})
    if model and model.folder and not model.folder.is_dir():
        message = f"The folder of {model.id} is not there on the trainer's machine."
        warnings.append({"code": "model_missing", "message": message, "param": "/model/id"})
    free = shutil.disk_usage(config.data).free
    if model and model.parameters and free < 2 * _checkpoint_bytes(spec, model.parameters):
        message = f"{free // 1024**3} GiB free, two checkpoints may need more."
        warnings.append({"code": "disk_low", "message": message, "param": "/train/keepCheckpoints"})
    return {
        "ok": True,
        "depth": "quick",
        "estimated": True,
        "rows": dataset["rows"],
        "steps": steps_of(spec, dataset["rows"]),
        "tokens": math.ceil(dataset["bytes"] / _BYTES_PER_TOKEN),
        "trainTokens": None,
        "dropped": None,
        "truncated": None,
        "vramEstimateGiB": vram,
        "warnings": warnings,
        "errors": [],
    }


async def full(config: Config, spec: dict, prepare, guess: dict) -> dict:
    """Runs the worker in check mode. `prepare` lays a run folder and gives command and environment."""
    with tempfile.TemporaryDirectory(prefix="preflight-", dir=config.data) as path:
        folder = RunFolder(Path(path))
        command, environment = prepare(folder)
        with open(folder.path / "check.log", "wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command,
                "--check",
                cwd=folder.path,
                env={**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, **environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                await asyncio.wait_for(process.wait(), FULL_PREFLIGHT_S)
            except TimeoutError as cause:
                raise TrainerError("timeout", f"The check took more than {FULL_PREFLIGHT_S} s.") from cause
            finally:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()
        report = read_json(folder.path / "check.json")
        if report is None:
            tail = (folder.path / "check.log").read_text(errors="replace")[-600:]
            raise TrainerError("internal", f"The check ended without a report: {redact(tail)}")
    return {**guess, "depth": "full", "estimated": False, "warnings": guess["warnings"], **_known(report)}


def _known(report: dict) -> dict:
    counted = ("rows", "steps", "tokens", "trainTokens", "dropped", "truncated", "longestTokens", "sample")
    return {name: report[name] for name in ("ok", *counted, "warnings", "errors") if name in report}


def _checkpoint_bytes(spec: dict, billions: float) -> float:
    """Weights and optimiser for a full run; an adapter is small."""
    return billions * 1e9 * (10 if spec["mode"] == "full" else 0.1)
