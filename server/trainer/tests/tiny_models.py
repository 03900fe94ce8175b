"""Builds tiny random models of the four student families, with tokenizers that have their families' markers."""

import json
from pathlib import Path

CORPUS = [
    "Hallo Welt, wie geht es dir heute?",
    "Guten Tag, das ist ein kurzer Text.",
    "こんにちは 世界",
    "مرحبا بالعالم",
    "1 + 1 = 2",
]
SPECIALS = {
    "llama": [
        "<|begin_of_text|>",
        "<|end_of_text|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|eot_id|>",
        "<|reserved_special_token_0|>",
    ],
    "gemma3": ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"],
    "qwen3": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    "olmo3": ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"],
}
ROLES = {
    "llama": {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"},
    "gemma3": {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"},
    # Qwen pads with <|endoftext|> and ends with <|im_end|>.
    "qwen3": {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"},
    "olmo3": {"eos_token": "<|endoftext|>", "pad_token": "<|pad|>"},
}
TEMPLATES = {"llama": "llama3-chat", "gemma3": "gemma3-chat", "qwen3": "qwen3-chat", "olmo3": "olmo3-chat"}


def build(family: str, folder: Path, width: int = 32) -> Path:
    """A folder with safetensors and a tokenizer; the weights are the same every time."""
    import torch
    from transformers import AutoModelForCausalLM

    tokenizer = build_tokenizer(family)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_config(_config(family, len(tokenizer), width))
    # Random models of this size answer alike to everything; larger weights tell them apart.
    model.save_pretrained(folder)
    return folder


def build_tokenizer(family: str):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300 + len(SPECIALS[family]),
        special_tokens=SPECIALS[family],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=raw, **ROLES[family])


def _config(family: str, vocabulary: int, width: int):
    from transformers import Gemma3TextConfig, LlamaConfig, Olmo3Config, Qwen3Config

    shape = {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "head_dim": width // 4,
    }
    kinds = {"llama": LlamaConfig, "gemma3": Gemma3TextConfig, "qwen3": Qwen3Config, "olmo3": Olmo3Config}
    if family == "olmo3":
        del shape["head_dim"]
    return kinds[family](**shape)


def rows(count: int = 24) -> bytes:
    lines = []
    for number in range(count):
        row = {"prompt": f"Frage {number}: wie geht es dir?", "response": f"Gut, danke. Das war Nummer {number}."}
        lines.append(json.dumps(row, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode()
