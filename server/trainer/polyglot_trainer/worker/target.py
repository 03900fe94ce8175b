"""Loads what is to be evaluated: a model of the list, a run's student, or one of its checkpoints."""

from pathlib import Path

from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.worker.failures import Failure
from polyglot_trainer.worker.load_model import load_model


def target_folder(folder: RunFolder, plan: dict) -> tuple[Path | None, Path | None]:
    """Where full weights lie and where an adapter lies; (None, None) is the model of the list itself."""
    if "target" not in plan:
        return None, None
    root = folder.path / "target"
    for place in (root / "model", root):
        if (place / "config.json").is_file():
            return place, None
    for place in (root / "adapter", root):
        if (place / "adapter_config.json").is_file():
            return None, place
    raise Failure("model_missing", "The run has neither a model nor an adapter to evaluate.", "/target/runId")


def load_target(folder: RunFolder, plan: dict):
    import torch

    has_gpu = torch.cuda.is_available()
    dtype = torch.bfloat16 if has_gpu else torch.float32
    full, adapter = target_folder(folder, plan)
    model = plan["model"] if full is None else {**plan["model"], "folder": str(full)}
    loaded = load_model(model, dtype=dtype)
    if adapter is not None:
        from peft import PeftModel

        loaded = PeftModel.from_pretrained(loaded, str(adapter))
    return loaded.to("cuda" if has_gpu else "cpu")
