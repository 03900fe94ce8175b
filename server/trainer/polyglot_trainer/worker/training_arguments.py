"""Every field of the training configuration, set explicitly from the spec: no default of a library decides."""

import importlib.util
import math

from trl import SFTConfig

from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.steps import steps_of
from polyglot_trainer.worker.journal import Journal

_SAVES = 10


def training_arguments(spec: dict, folder: RunFolder, rows: int, journal: Journal, *, has_gpu: bool) -> SFTConfig:
    train = spec["train"]
    steps = steps_of(spec, rows)
    mixed = train["precision"] == "bf16-mixed"
    return SFTConfig(
        output_dir=str(folder.checkpoints),
        max_steps=train.get("maxSteps", -1),
        num_train_epochs=train.get("epochs", 1),
        learning_rate=train["learningRate"],
        lr_scheduler_type=train["scheduler"],
        warmup_steps=train["warmupSteps"],
        weight_decay=train["weightDecay"],
        max_grad_norm=train["maxGradNorm"],
        optim=_optimizer(train, journal),
        per_device_train_batch_size=train["batchSize"],
        per_device_eval_batch_size=train["batchSize"],
        gradient_accumulation_steps=train["gradAccum"],
        bf16=mixed,
        fp16=False,
        tf32=None,
        use_cpu=not has_gpu,
        gradient_checkpointing=train["gradientCheckpointing"],
        gradient_checkpointing_kwargs={"use_reentrant": False},
        loss_type=train["lossType"],
        seed=train["seed"],
        data_seed=train["seed"],
        logging_strategy="steps",
        logging_steps=train["logEvery"],
        logging_first_step=False,
        logging_nan_inf_filter=False,
        eval_strategy="steps" if _evaluates(spec) else "no",
        eval_steps=train["evalEvery"] if _evaluates(spec) else None,
        save_strategy="steps",
        save_steps=train.get("saveEvery") or max(1, math.ceil(steps / _SAVES)),
        # Our own retention says what it removes.
        save_total_limit=None,
        max_length=None,
        packing=spec["data"]["packing"],
        completion_only_loss=False,
        assistant_only_loss=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=has_gpu,
        ddp_timeout=1800,
        report_to="none",
        disable_tqdm=True,
        push_to_hub=False,
    )


def _evaluates(spec: dict) -> bool:
    return bool(spec["data"].get("evalSha256")) and spec["train"]["evalEvery"] is not None


def _optimizer(train: dict, journal: Journal) -> str:
    if train["optimizer"] == "adamw_8bit" and importlib.util.find_spec("bitsandbytes") is None:
        message = "bitsandbytes is not installed: adamw_torch is used instead of adamw_8bit."
        journal.warn("optimizer_replaced", message, "/train/optimizer")
        return "adamw_torch"
    return train["optimizer"]
