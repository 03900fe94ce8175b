"""Our own chat templates, fitted to a tokenizer: markers, end of turn, padding (trainer.md §6)."""

import json
import re
from dataclasses import dataclass, field
from importlib import resources

from polyglot_trainer.worker.failures import Failure

# Markers that ought to be single tokens, and the one that ends an assistant's turn.
_MARKERS = {
    "llama3-chat": (("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"), "<|eot_id|>"),
    "gemma3-chat": (("<start_of_turn>", "<end_of_turn>"), "<end_of_turn>"),
    "qwen3-chat": (("<|im_start|>", "<|im_end|>"), "<|im_end|>"),
    # OLMo 3 ends an answer with the end of the text.
    "olmo3-chat": (("<|im_start|>", "<|im_end|>"), "<|endoftext|>"),
}
_GENERATION = re.compile(r"\{%-? *(?:end)?generation *-?%\}")
_RESERVED = re.compile(r"pad|reserved|unused|extra", re.IGNORECASE)


@dataclass(frozen=True)
class ChatTemplate:
    name: str
    # Jinja with generation marks; `bos` is a variable, everything else is fixed.
    text: str
    end_of_turn: str
    end_of_turn_id: int
    pad: str
    pad_id: int
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def for_saving(self) -> str:
        """What other programs render: no generation marks, the tokenizer's own name for the first token."""
        plain = _GENERATION.sub("", self.text)
        return plain.replace("{{- bos -}}", "{{- bos_token | default('', true) -}}")


def fit_template(name: str, tokenizer) -> ChatTemplate:
    """Raises Failure `bad_template` where no padding token can be found."""
    warnings: list[tuple[str, str]] = []
    markers, end = _MARKERS[name]
    split = [marker for marker in markers if not _is_single(tokenizer, marker)]
    if split:
        text = f"{', '.join(split)} are not single tokens of this model; they are trained as plain text."
        warnings.append(("template_tokens_split", text))
    if not _is_single(tokenizer, end):
        end = tokenizer.eos_token
        if not end:
            raise Failure("bad_template", "The tokenizer has neither the end-of-turn marker nor an EOS.", "/template")
    pad = _padding(tokenizer, end)
    if pad != tokenizer.pad_token:
        warnings.append(("pad_token_added", f"Padding with {pad}, which no text uses."))
    source = resources.files("polyglot_trainer").joinpath(f"templates/{name}.jinja").read_text("utf8")
    text = source.replace("\n", "").replace("END_OF_TURN", json.dumps(end, ensure_ascii=False))
    end_id, pad_id = (tokenizer.convert_tokens_to_ids(token) for token in (end, pad))
    return ChatTemplate(name, text, end, end_id, pad, pad_id, warnings)


def render(
    template: ChatTemplate, tokenizer, turns: list[dict], *, ask: bool = False
) -> tuple[str, list[tuple[int, int]]]:
    """The chat as text, and the spans of it that the assistant says, its end of turn included.

    With `ask` the text ends where the assistant's next turn begins.
    """
    from transformers.utils.chat_template_utils import render_jinja_template

    texts, spans = render_jinja_template(
        [turns],
        chat_template=template.text,
        return_assistant_tokens_mask=True,
        add_generation_prompt=ask,
        bos=tokenizer.bos_token or "",
    )
    return texts[0], [(int(start), int(end)) for start, end in spans[0]]


def _padding(tokenizer, end: str) -> str:
    """A token apart from EOS and end of turn: a model padded with those never learns to stop."""
    taken = {tokenizer.eos_token, tokenizer.bos_token, tokenizer.unk_token, end, None}
    if tokenizer.pad_token not in taken:
        return tokenizer.pad_token
    added = sorted(tokenizer.get_added_vocab().items(), key=lambda entry: entry[1])
    for token, _ in added:
        if token not in taken and _RESERVED.search(token):
            return token
    raise Failure("bad_template", "The tokenizer has no token to pad with that differs from its EOS.", "/template")


def _is_single(tokenizer, marker: str) -> bool:
    return len(tokenizer.encode(marker, add_special_tokens=False)) == 1
