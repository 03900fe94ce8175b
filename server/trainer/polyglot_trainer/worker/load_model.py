"""Loads a model that the administrator allowed: safetensors only, never code that comes with it."""

from pathlib import Path

from polyglot_trainer.worker.failures import Failure


def where(model: dict) -> tuple[str, dict]:
    """What to pass to `from_pretrained`."""
    if model["folder"] is None:
        return model["id"], {"revision": model["revision"]}
    folder = Path(model["folder"])
    if not (folder / "config.json").is_file():
        raise Failure("model_missing", f"The folder of {model['id']} holds no model.", "/model/id")
    return str(folder), {}


def load_tokenizer(model: dict):
    from transformers import AutoTokenizer

    source, options = where(model)
    try:
        # A text tokenizer also for models whose processor is multimodal.
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False, use_fast=True, **options)
    except (OSError, ValueError) as cause:
        raise Failure("model_missing", f"No tokenizer for {model['id']}: {cause}", "/model/id") from cause
    if not tokenizer.is_fast:
        raise Failure("model_missing", f"{model['id']} has no fast tokenizer; its masks cannot be made.", "/model/id")
    return tokenizer


def load_model(model: dict, *, dtype, quantization=None, device_map=None):
    from transformers import AutoModelForCausalLM

    source, options = where(model)
    options |= {"quantization_config": quantization} if quantization else {}
    options |= {"device_map": device_map} if device_map else {}
    try:
        return AutoModelForCausalLM.from_pretrained(
            source, dtype=dtype, trust_remote_code=False, use_safetensors=True, **options
        )
    except (OSError, ValueError) as cause:
        raise Failure("model_missing", f"{model['id']} cannot be loaded: {cause}", "/model/id") from cause
