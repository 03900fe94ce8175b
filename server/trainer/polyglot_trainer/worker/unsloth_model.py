"""The optional Unsloth backend: it loads the base and lays the adapter, everything else is ours.

Must be imported before transformers and trl, which it patches; so it runs in an interpreter of its own.
"""

import os

# It asks the hub for statistics otherwise, and compiles kernels into the working folder.
os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")
os.environ.setdefault("UNSLOTH_COMPILE_DISABLE", "1")

from unsloth import FastLanguageModel

from polyglot_trainer.worker.load_model import where


def load_unsloth(model: dict, spec: dict, dtype):
    """The base with its adapter, ready for TRL's trainer without a `peft_config`."""
    source, options = where(model)
    base, _ = FastLanguageModel.from_pretrained(
        source,
        max_seq_length=spec["data"]["maxLength"],
        dtype=dtype,
        load_in_4bit=spec["mode"] == "qlora",
        full_finetuning=spec["mode"] == "full",
        trust_remote_code=False,
        use_safetensors=True,
        **options,
    )
    if spec["mode"] == "full":
        return base
    lora, train = spec["lora"], spec["train"]
    return FastLanguageModel.get_peft_model(
        base,
        r=lora["r"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=lora["targets"],
        use_gradient_checkpointing="unsloth" if train["gradientCheckpointing"] else False,
        random_state=train["seed"],
    )
