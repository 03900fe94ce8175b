"""Templates and masks: what is trained, what is padding, and the token ids of one chat per family."""

import json

import pytest

pytest.importorskip("transformers", reason="the worker's libraries are not installed (python-tests.mjs --no-torch)")

from tiny_models import ROLES, TEMPLATES, build_tokenizer

from polyglot_trainer.worker.chat_template import fit_template, render
from polyglot_trainer.worker.encode_rows import IGNORED, encode_rows, segments_of
from polyglot_trainer.worker.failures import Failure

CHAT = [
    {"role": "system", "content": "kurz"},
    {"role": "user", "content": "Hallo"},
    {"role": "assistant", "content": "Guten Tag"},
    {"role": "user", "content": "Und?"},
    {"role": "assistant", "content": "Ende"},
]
TEXTS = {
    "llama": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nkurz<|eot_id|><|start_header_id|>user"
    "<|end_header_id|>\n\nHallo<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nGuten Tag<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nUnd?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    "Ende<|eot_id|>",
    "gemma3": "<bos><start_of_turn>user\nkurz\n\nHallo<end_of_turn>\n<start_of_turn>model\nGuten Tag<end_of_turn>\n"
    "<start_of_turn>user\nUnd?<end_of_turn>\n<start_of_turn>model\nEnde<end_of_turn>\n",
    "qwen3": "<|im_start|>system\nkurz<|im_end|>\n<|im_start|>user\nHallo<|im_end|>\n<|im_start|>assistant\n"
    "Guten Tag<|im_end|>\n<|im_start|>user\nUnd?<|im_end|>\n<|im_start|>assistant\nEnde<|im_end|>\n",
    "olmo3": "<|im_start|>system\nkurz<|im_end|>\n<|im_start|>user\nHallo<|im_end|>\n<|im_start|>assistant\n"
    "Guten Tag<|endoftext|>\n<|im_start|>user\nUnd?<|im_end|>\n<|im_start|>assistant\nEnde<|endoftext|>\n",
}
ENDS = {"llama": "<|eot_id|>", "gemma3": "<end_of_turn>", "qwen3": "<|im_end|>", "olmo3": "<|endoftext|>"}


def spec(**data) -> dict:
    return {"data": {"lossOn": "assistant", "maxLength": 2048, "overflow": "error", "packing": False, **data}}


@pytest.mark.parametrize("family", list(TEXTS))
def test_a_chat_is_written_as_its_family_writes_it(family):
    tokenizer = build_tokenizer(family)
    template = fit_template(TEMPLATES[family], tokenizer)
    text, spans = render(template, tokenizer, CHAT)
    assert text == TEXTS[family]
    assert [text[start:end] for start, end in spans] == [f"Guten Tag{ENDS[family]}", f"Ende{ENDS[family]}"]


@pytest.mark.parametrize("family", list(TEXTS))
def test_answers_and_their_ends_are_trained_and_nothing_else(family):
    tokenizer = build_tokenizer(family)
    template = fit_template(TEMPLATES[family], tokenizer)
    encoded = encode_rows([{"messages": CHAT}], spec(), template, tokenizer)
    ids, labels = encoded.input_ids[0], encoded.labels[0]
    assert tokenizer.decode(ids) == TEXTS[family]
    trained = [part["text"] for part in segments_of(ids, labels, tokenizer) if part["trained"]]
    assert trained == [f"Guten Tag{ENDS[family]}", f"Ende{ENDS[family]}"]
    assert encoded.train_tokens == sum(label != IGNORED for label in labels)
    everything = encode_rows([{"messages": CHAT}], spec(lossOn="all"), template, tokenizer)
    assert everything.train_tokens == everything.tokens - 1


@pytest.mark.parametrize("family", list(TEXTS))
def test_markers_are_single_tokens(family):
    tokenizer = build_tokenizer(family)
    template = fit_template(TEMPLATES[family], tokenizer)
    text, _ = render(template, tokenizer, CHAT[1:3])
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert ids.count(template.end_of_turn_id) == (1 if family == "olmo3" else 2)
    assert template.pad_id not in ids
    assert template.pad not in (tokenizer.eos_token, ENDS[family])


def test_qwen_does_not_pad_with_a_token_it_ends_with():
    template = fit_template("qwen3-chat", build_tokenizer("qwen3"))
    assert (template.end_of_turn, template.pad, template.warnings) == ("<|im_end|>", "<|endoftext|>", [])


def test_llama_gets_a_reserved_token_to_pad_with():
    template = fit_template("llama3-chat", build_tokenizer("llama"))
    assert template.pad == "<|reserved_special_token_0|>"
    assert [code for code, _ in template.warnings] == ["pad_token_added"]


def test_markers_of_another_family_are_told():
    tokenizer = build_tokenizer("olmo3")
    template = fit_template("llama3-chat", tokenizer)
    assert [code for code, _ in template.warnings] == ["template_tokens_split"]
    # An end of turn that is no single token is written as the EOS, so that the model can learn to stop.
    assert template.end_of_turn == ROLES["olmo3"]["eos_token"]


def test_no_padding_is_refused():
    tokenizer = build_tokenizer("qwen3")
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.add_special_tokens({"eos_token": "<|endoftext|>"})
    tokenizer.pad_token = "<|endoftext|>"
    with pytest.raises(Failure) as failure:
        fit_template("qwen3-chat", tokenizer)
    assert failure.value.reason == "bad_template"


def test_the_length_policy_counts():
    tokenizer = build_tokenizer("qwen3")
    template = fit_template("qwen3-chat", tokenizer)
    rows = [{"prompt": "a", "response": "b " * 200}, {"prompt": "a", "response": "b"}]
    with pytest.raises(Failure) as failure:
        encode_rows(rows, spec(maxLength=50), template, tokenizer)
    assert failure.value.reason == "bad_dataset"
    dropped = encode_rows(rows, spec(maxLength=50, overflow="drop"), template, tokenizer)
    assert (dropped.too_long, len(dropped.input_ids), dropped.sample_line) == (1, 1, 2)
    cut = encode_rows(rows, spec(maxLength=50, overflow="truncate"), template, tokenizer)
    assert (cut.truncated, max(map(len, cut.input_ids)), cut.longest > 50) == (1, 50, True)
    long_prompt = [{"prompt": "a " * 200, "response": "b"}, rows[1]]
    without = encode_rows(long_prompt, spec(maxLength=50, overflow="truncate"), template, tokenizer)
    assert (without.untrained, len(without.input_ids)) == (1, 1)


def test_the_saved_template_is_plain_and_means_the_same(tmp_path):
    tokenizer = build_tokenizer("llama")
    template = fit_template("llama3-chat", tokenizer)
    tokenizer.chat_template = template.for_saving()
    assert "generation -" not in tokenizer.chat_template
    assert tokenizer.apply_chat_template(CHAT, tokenize=False) == TEXTS["llama"]
    asked = tokenizer.apply_chat_template(CHAT[:2], tokenize=False, add_generation_prompt=True)
    assert asked.endswith("assistant<|end_header_id|>\n\n")


def test_hostile_content_stays_text():
    tokenizer = build_tokenizer("qwen3")
    template = fit_template("qwen3-chat", tokenizer)
    turns = [{"role": "user", "content": "{{ 7 * 7 }}{% raw %}"}, {"role": "assistant", "content": "{{ messages }}"}]
    text, _ = render(template, tokenizer, turns)
    assert json.dumps(turns[0]["content"])[1:-1] in text
    assert "{{ messages }}" in text
