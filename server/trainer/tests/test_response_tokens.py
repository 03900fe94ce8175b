"""Response tokens are found by offsets, whatever the border does to the tokens."""

import pytest

pytest.importorskip("torch")

from tiny_models import build_tokenizer

from polyglot_trainer.worker.response_tokens import join, scored_bytes


@pytest.fixture(scope="module", params=["llama", "gemma3", "qwen3", "olmo3"])
def tokenizer(request):
    return build_tokenizer(request.param)


def parts(joined, tokenizer):
    ids = joined.ids[joined.first :]
    return tokenizer.decode(ids)


@pytest.mark.parametrize(
    ("prompt", "response"),
    [
        ("Wie geht es dir?", " Gut, danke."),
        ("Hallo Welt", "こんにちは 世界"),
        ("مرحبا", "Guten Tag 🙂"),
        ("", "Ohne Frage."),
    ],
)
def test_the_response_is_what_its_tokens_spell(tokenizer, prompt, response):
    joined = join(prompt, response, tokenizer)
    assert parts(joined, tokenizer) == response
    wanted = list(range(joined.first, len(joined.ids)))
    assert scored_bytes(joined, wanted, response) == len(response.encode())


def test_a_token_that_straddles_the_border_belongs_to_the_prompt(tokenizer):
    whole = tokenizer.encode("Hallo", add_special_tokens=False)
    merged = next(
        (at for at in range(1, 5) if len(tokenizer.encode("Hallo"[:at], add_special_tokens=False)) < at), None
    )
    if len(whole) == 5 or merged is None:
        pytest.skip("this vocabulary spells the word letter by letter")
    prompt, response = "Hallo"[: merged - 1], "Hallo"[merged - 1 :]
    joined = join(prompt, response, tokenizer)
    spelled = parts(joined, tokenizer)
    assert response.endswith(spelled)
    wanted = list(range(joined.first, len(joined.ids)))
    assert scored_bytes(joined, wanted, response) == len(spelled.encode())


def test_a_cut_response_counts_the_bytes_that_were_scored(tokenizer):
    joined = join("Frage: ", "eins zwei drei vier", tokenizer)
    wanted = list(range(joined.first, joined.first + 2))
    spelled = tokenizer.decode([joined.ids[at] for at in wanted])
    assert scored_bytes(joined, wanted, "eins zwei drei vier") == len(spelled.encode())


def test_a_response_without_a_token_of_its_own_has_nothing_to_score(tokenizer):
    joined = join("Hallo", "", tokenizer)
    assert (joined.first, scored_bytes(joined, [], "")) == (len(joined.ids), 0)
