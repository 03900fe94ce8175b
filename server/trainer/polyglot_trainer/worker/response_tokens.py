"""Which tokens of a joined text belong to the response, by character offsets and not by counting (paper R15)."""

from typing import NamedTuple


class Joined(NamedTuple):
    """A prompt and its response, tokenised together with nothing between them."""

    ids: list[int]
    # Place of the first token of the response; a token that straddles the border belongs to the prompt.
    first: int
    # Characters of the text each token covers; None where the tokenizer cannot say.
    spans: list[tuple[int, int]] | None
    text: str


def join(prompt: str, response: str, tokenizer) -> Joined:
    text = prompt + response
    if not tokenizer.is_fast:
        # Only tokenizers written in Python know no offsets: as many tokens as the prompt has alone, as the paper did.
        ids = tokenizer.encode(text, add_special_tokens=False)
        first = min(len(tokenizer.encode(prompt, add_special_tokens=False)), len(ids))
        return _begun(ids, first, None, text, tokenizer)
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids, spans = encoded["input_ids"], [tuple(span) for span in encoded["offset_mapping"]]
    first = next((at for at, (start, _) in enumerate(spans) if start >= len(prompt)), len(ids))
    return _begun(ids, first, spans, text, tokenizer)


def _begun(ids: list[int], first: int, spans: list[tuple[int, int]] | None, text: str, tokenizer) -> Joined:
    """With the token every text of the model begins with, which covers no character."""
    if tokenizer.bos_token_id is None:
        return Joined(ids, first, spans, text)
    return Joined([tokenizer.bos_token_id, *ids], first + 1, None if spans is None else [(0, 0), *spans], text)


def scored_bytes(joined: Joined, wanted: list[int], response: str) -> int:
    """UTF-8 bytes of what the wanted tokens spell; of the whole response where there are no offsets."""
    if joined.spans is None:
        return len(response.encode())
    if not wanted:
        return 0
    begin, end = joined.spans[wanted[0]][0], joined.spans[wanted[-1]][1]
    return len(joined.text[begin:end].encode())
