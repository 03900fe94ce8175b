"""Says what this machine can do and what to fix; imports nothing heavy, asks each program for its version."""

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass

from polyglot_trainer import __version__
from polyglot_trainer.config import Config
from polyglot_trainer.gpus import list_gpus

_WORKER_PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
_LEAST_FREE_GIB = 50


@dataclass(frozen=True)
class Finding:
    """`mark` is ok, note (something optional is missing) or fix."""

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark:<4} {self.text}"


def examine(config: Config) -> list[Finding]:
    return [
        Finding("ok", f"polyglot-trainer {__version__}, Python {sys.version.split()[0]}"),
        *_gpus(),
        *_packages(),
        *_models(config),
        *_disk(config),
        *_binding(config),
        *_engines(config),
        *_backends(config),
    ]


def _gpus() -> list[Finding]:
    gpus = list_gpus()
    if not gpus:
        return [Finding("note", "No GPU: nvidia-smi is missing or silent. Runs go to the CPU or to a cluster.")]
    return [Finding("ok", f"GPU {gpu.index}: {gpu.name}, {gpu.mem_gib} GiB") for gpu in gpus]


def _packages() -> list[Finding]:
    findings = []
    for name in _WORKER_PACKAGES:
        if importlib.util.find_spec(name) is None:
            text = f"{name} is not installed: pip install 'polyglot-trainer[train]', or let only clusters train."
            findings.append(Finding("fix", text))
        else:
            findings.append(Finding("ok", f"{name} {importlib.metadata.version(name)}"))
    if importlib.util.find_spec("bitsandbytes") is None:
        findings.append(Finding("note", "bitsandbytes is not installed: no QLoRA, no 8-bit optimiser."))
    return findings


def _models(config: Config) -> list[Finding]:
    if not config.models:
        return [Finding("fix", "No model is allowed: add [[model]] entries to trainer.toml.")]
    findings = []
    for model in config.models:
        if model.folder is None:
            findings.append(Finding("ok", f"{model.id} from the hub, revisions {', '.join(model.revisions)}"))
        elif not (model.folder / "config.json").is_file():
            findings.append(Finding("fix", f"{model.id}: {model.folder} holds no config.json."))
        elif not list(model.folder.glob("*.safetensors")):
            findings.append(Finding("fix", f"{model.id}: {model.folder} holds no safetensors; nothing else is loaded."))
        else:
            findings.append(Finding("ok", f"{model.id} in {model.folder}"))
    return findings


def _disk(config: Config) -> list[Finding]:
    folder = config.data if config.data.exists() else config.data.absolute().parent
    if not folder.exists():
        return [Finding("fix", f"{folder} does not exist.")]
    free = shutil.disk_usage(folder).free // 1024**3
    mark = "ok" if free >= _LEAST_FREE_GIB else "fix"
    kind = _file_system(folder)
    findings = [Finding(mark, f"{free} GiB free for {config.data}; checkpoints of one 8B run need about 80 GiB")]
    if kind in ("nfs", "lustre", "beegfs", "gpfs"):
        findings.append(Finding("fix", f"{config.data} lies on {kind}: the database needs a local disk."))
    return findings


def _file_system(folder) -> str:
    done = _ask(["stat", "-f", "-c", "%T", str(folder)])
    return done or "unknown"


def _binding(config: Config) -> list[Finding]:
    if config.is_loopback:
        return [Finding("ok", f"Listens on {config.host}:{config.port}, this machine only: use an ssh tunnel.")]
    if config.certificate and config.key:
        return [Finding("ok", f"Listens on {config.host}:{config.port} with TLS.")]
    return [Finding("fix", f"{config.host} is not loopback and there is no certificate: serve will refuse.")]


def _engines(config: Config) -> list[Finding]:
    findings = []
    for engine in config.engines:
        if engine.name == "slurm":
            for profile in engine.profiles:
                version = _ask([*profile.options.get("via", []), "sbatch", "--version"])
                text = f"Slurm profile {profile.name}: {version or 'sbatch does not answer; check `via` and PATH.'}"
                findings.append(Finding("ok" if version else "fix", text))
                findings += _copies(profile.options)
        if engine.name == "ray":
            findings.append(Finding("note", f"Ray at {engine.options.get('address')}: asked when a run starts."))
    if shutil.which("sbatch") and config.engine("slurm") is None:
        findings.append(Finding("note", "Slurm is here but trainer.toml has no [engine.slurm]."))
    return findings


def _copies(options: dict) -> list[Finding]:
    """A profile that copies run folders needs rsync, here and over there."""
    if "copy" not in options:
        return []
    command = options.get("rsync", ["rsync"])
    here = _ask([command[0], "--version"])
    host = options["copy"].partition(":")[0] if ":" in options["copy"] else None
    there = _ask([*options.get("via", []), "rsync", "--version"]) if host else here
    text = f"copies runs to {options['copy']} with {command[0]}"
    if here and there:
        return [Finding("ok", text)]
    return [Finding("fix", f"{text}: rsync is missing {'there' if here else 'here'}.")]


def _backends(config: Config) -> list[Finding]:
    findings = []
    for name in ("unsloth", "lighteval"):
        python = getattr(config, name)
        if python is None:
            continue
        version = _ask([python, "-c", f"import importlib.metadata as m; print(m.version('{name}'))"])
        text = f"{name} {version}" if version else f"{name}: {python} has no such package."
        findings.append(Finding("ok" if version else "fix", text))
    return findings


def _ask(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
