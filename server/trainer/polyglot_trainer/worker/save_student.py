"""Saves the final student so that it can be used: weights, tokenizer with our template, stop and pad tokens."""

import json
from pathlib import Path

import torch

from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.worker.chat_template import ChatTemplate
from polyglot_trainer.worker.failures import Failure
from polyglot_trainer.worker.journal import Journal
from polyglot_trainer.worker.load_model import load_model
from polyglot_trainer.worker.manifest import file_sha256


def save_student(
    trainer, spec: dict, base: dict, folder: RunFolder, template: ChatTemplate, tokenizer
) -> list[tuple[str, str]]:
    """Folders under out/ and the kind of artifact in each. `base` is the model of the plan."""
    prepare_generation(trainer.model, template, tokenizer)
    tokenizer.chat_template = template.for_saving()
    tokenizer.pad_token = template.pad
    saved = []
    if spec["mode"] == "full":
        trainer.save_model(str(folder.out / "model"))
        saved.append(("model", "model"))
    else:
        trainer.save_model(str(folder.out / "adapter"))
        saved.append(("adapter", "adapter"))
        if spec["output"]["merge"] == "bf16":
            _save_merged(trainer, spec, base, folder)
            saved.append(("model", "model"))
    for name, _ in saved:
        tokenizer.save_pretrained(folder.out / name)
    # The training arguments are a pickle; nobody needs them.
    for path in folder.out.rglob("training_args.bin"):
        path.unlink()
    return saved


def _save_merged(trainer, spec: dict, base: dict, folder: RunFolder) -> None:
    """The adapter merged into the base, in bf16. A 4-bit base is loaded anew in full: its rounding stays out."""
    if spec["mode"] == "qlora":
        from peft import PeftModel

        whole = load_model(base, dtype=torch.bfloat16)
        merged = PeftModel.from_pretrained(whole, str(folder.out / "adapter")).merge_and_unload()
        merged.generation_config = trainer.accelerator.unwrap_model(trainer.model).generation_config
    else:
        merged = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload()
    merged.to(torch.bfloat16).save_pretrained(folder.out / "model")


def prepare_generation(model, template: ChatTemplate, tokenizer) -> None:
    """The end of turn stops, padding is apart from it: else answers never end or end at once."""
    stops = [template.end_of_turn_id]
    if tokenizer.eos_token_id is not None and tokenizer.eos_token_id not in stops:
        stops.append(tokenizer.eos_token_id)
    generation = model.generation_config
    generation.eos_token_id, generation.pad_token_id = stops, template.pad_id
    # Sampling settings of the base would make saving fail where they contradict each other.
    generation.do_sample, generation.temperature, generation.top_p, generation.top_k = False, None, None, None


def smoke_test(folder: Path, model, tokenizer_class) -> None:
    """One token from the saved tokenizer and the model in memory. Raises Failure if the pair cannot speak."""
    tokenizer = tokenizer_class.from_pretrained(folder)
    if tokenizer.pad_token_id is None or tokenizer.pad_token_id == tokenizer.eos_token_id:
        raise Failure("bad_template", "The saved tokenizer pads with its EOS.", "/template")
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": "?"}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    was_training = model.training
    model.eval()
    with torch.no_grad():
        inputs = {name: value.to(model.device) for name, value in ids.items() if name != "token_type_ids"}
        output = model.generate(**inputs, max_new_tokens=1, do_sample=False)
    model.train(was_training)
    if output.shape[1] != ids["input_ids"].shape[1] + 1:
        raise Failure("bad_template", "The saved student generated nothing.", "/template")


def tell_artifacts(folder: RunFolder, journal: Journal, saved: list[tuple[str, str]], report: dict, step: int) -> None:
    """Hashes every file under out/ and says that it is ready."""
    (folder.out / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf8")
    kinds = dict(saved)
    for path in sorted(folder.out.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder.out).as_posix()
        top = name.split("/")[0]
        is_tokenizer = path.name.startswith(("token", "special_tokens", "vocab", "merges", "chat_template"))
        kind = "report" if top == "report.json" else "tokenizer" if is_tokenizer else kinds.get(top, "report")
        entry = {"name": name, "sha256": file_sha256(path), "bytes": path.stat().st_size, "kind": kind}
        journal.emit("artifact.ready", {**entry, "step": step if kind in ("model", "adapter") else None})
