"""Trains a student: read top to bottom, it is the story of a run."""

import importlib.util

import torch
from datasets import Dataset
from transformers import AutoTokenizer

from polyglot_trainer.run_folder import RunFolder, read_json
from polyglot_trainer.worker.chat_template import fit_template
from polyglot_trainer.worker.encode_rows import Encoded, encode_file, run_data
from polyglot_trainer.worker.failures import Failure, Stopped
from polyglot_trainer.worker.journal import Journal
from polyglot_trainer.worker.load_model import load_model, load_tokenizer
from polyglot_trainer.worker.manifest import manifest_complaint
from polyglot_trainer.worker.reporter import Reporter, Totals
from polyglot_trainer.worker.save_student import save_student, smoke_test, tell_artifacts
from polyglot_trainer.worker.stop_request import StopRequest
from polyglot_trainer.worker.student_trainer import TOTALS, StudentTrainer
from polyglot_trainer.worker.training_arguments import training_arguments
from polyglot_trainer.worker.versions import versions

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")


def train(folder: RunFolder, plan: dict, spec: dict, journal: Journal, stop: StopRequest) -> None:
    """Raises Failure, Stopped or Superseded; returns when the student is saved."""
    has_gpu = torch.cuda.is_available()
    checkpoint = _checkpoint(folder, plan)
    _tell(journal, "tokenizing")
    tokenizer = load_tokenizer(plan["model"])
    template = fit_template(spec["template"], tokenizer)
    tokenizer.pad_token = template.pad
    encoded = encode_file(folder.path / plan["sets"]["train"], spec, template, tokenizer)
    held_out = _held_out(folder, plan, spec, template, tokenizer)
    for code, message in template.warnings:
        journal.warn(code, message, "/template")
    _tell_counts(journal, encoded)
    journal.emit("run.data", run_data(encoded, spec, template, tokenizer))

    _tell(journal, "loading")
    _refuse_cross_contamination(spec)
    model = _load(plan["model"], spec)
    model.config.use_cache = False
    arguments = training_arguments(spec, folder, len(encoded.input_ids), journal, has_gpu=has_gpu)
    trainer = StudentTrainer(
        model=model,
        args=arguments,
        train_dataset=_dataset(encoded),
        eval_dataset=_dataset(held_out) if held_out else None,
        processing_class=tokenizer,
        peft_config=None if spec["backend"] == "unsloth" else _adapter(spec),
    )
    totals = _totals(folder, checkpoint)
    reporter = Reporter(journal, stop, totals, spec["train"]["nanPolicy"])
    trainer.watch(journal, reporter, totals, spec["train"]["keepCheckpoints"])
    journal.emit("run.state", {"state": "running", "fromStep": plan["fromStep"]})
    path = str(folder.checkpoints / checkpoint["name"]) if checkpoint else None
    trainer.train(resume_from_checkpoint=path)
    if reporter.stopped and trainer.state.global_step < trainer.state.max_steps:
        raise Stopped

    journal.emit("run.state", {"state": "finalizing"})
    if not trainer.is_world_process_zero():
        return
    saved = save_student(trainer, spec, plan["model"], folder, template, tokenizer)
    smoke_test(folder.out / saved[0][0], trainer.accelerator.unwrap_model(trainer.model), AutoTokenizer)
    tell_artifacts(folder, journal, saved, _report(spec, encoded, reporter, trainer), trainer.state.global_step)


def _checkpoint(folder: RunFolder, plan: dict) -> dict | None:
    """Optimiser states are pickles: only bytes that this server recorded are ever loaded."""
    checkpoint = plan["checkpoint"]
    if checkpoint is None:
        return None
    complaint = manifest_complaint(folder.checkpoints / checkpoint["name"], checkpoint["manifestSha256"])
    if complaint:
        raise Failure("worker_crash", f"The checkpoint cannot be used. {complaint}")
    return checkpoint


def _held_out(folder: RunFolder, plan: dict, spec: dict, template, tokenizer) -> Encoded | None:
    if "eval" not in plan["sets"] or spec["train"]["evalEvery"] is None:
        return None
    return encode_file(folder.path / plan["sets"]["eval"], spec, template, tokenizer)


def _tell(journal: Journal, phase: str) -> None:
    empty = {"step": 0, "totalSteps": None, "epoch": 0, "elapsedS": 0, "etaS": None}
    journal.emit("run.progress", {"phase": phase, **empty})


def _tell_counts(journal: Journal, encoded: Encoded) -> None:
    dropped = encoded.too_long + encoded.untrained
    if dropped:
        journal.warn("rows_dropped", f"{dropped} of {encoded.rows} rows are too long and left out.", "/data/overflow")
    if encoded.truncated:
        message = f"{encoded.truncated} of {encoded.rows} rows are cut at their end."
        journal.warn("rows_truncated", message, "/data/overflow")


def _refuse_cross_contamination(spec: dict) -> None:
    """Without FlashAttention packed rows would see each other; TRL only warns."""
    if spec["data"]["packing"] and importlib.util.find_spec("flash_attn") is None:
        raise Failure("bad_dataset", "Packing needs FlashAttention, which is not installed.", "/data/packing")


def _dtype(spec: dict) -> torch.dtype:
    """bf16 weights where asked for; adapters train beside a base in half precision."""
    precision = spec["train"]["precision"]
    half = precision == "bf16" or (precision == "bf16-mixed" and spec["mode"] != "full")
    return torch.bfloat16 if half else torch.float32


def _load(model: dict, spec: dict):
    if spec["backend"] == "unsloth":
        from polyglot_trainer.worker.unsloth_model import load_unsloth

        return load_unsloth(model, spec, _dtype(spec))
    return load_model(model, dtype=_dtype(spec), quantization=_quantization(spec))


def _quantization(spec: dict):
    if spec["mode"] != "qlora":
        return None
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def _adapter(spec: dict):
    if spec["mode"] == "full":
        return None
    from peft import LoraConfig

    lora = spec["lora"]
    return LoraConfig(
        r=lora["r"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=lora["targets"],
        task_type="CAUSAL_LM",
    )


def _dataset(encoded: Encoded) -> Dataset:
    return Dataset.from_dict({"input_ids": encoded.input_ids, "labels": encoded.labels})


def _totals(folder: RunFolder, checkpoint: dict | None) -> Totals:
    saved = read_json(folder.checkpoints / checkpoint["name"] / TOTALS) if checkpoint else None
    return Totals(saved["tokens"], saved["trainTokens"]) if saved else Totals()


def _report(spec: dict, encoded: Encoded, reporter: Reporter, trainer) -> dict:
    return {
        "spec": spec,
        "data": encoded.counts(),
        "steps": trainer.state.global_step,
        "metrics": reporter.last_metrics(),
        "versions": versions(*PACKAGES),
    }
