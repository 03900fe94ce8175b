"""Accuracies, their errors and the weighted accuracy, against numbers worked out by hand."""

import math

import pytest

from polyglot_trainer.eval_scores import accuracy, category_weights, chosen_is_first, weighted_accuracy
from polyglot_trainer.worker.eval_prompts import choice_prompt, is_number, number_prompt, preference_prompt


def test_an_accuracy_has_a_binomial_error():
    score = accuracy([True, True, True, False])
    assert (score.value, score.n) == (0.75, 4)
    assert score.stderr == pytest.approx(math.sqrt(0.75 * 0.25 / 4))
    assert accuracy([True]).stderr is None


def test_subsets_count_by_their_published_size():
    outcomes = [("alpacaeval-easy", True), ("mt-bench-easy", False)]
    score = weighted_accuracy(outcomes)
    assert score.value == pytest.approx(79 / (79 + 24))
    assert (score.n, score.present, score.expected) == (2, 1, 4)


def test_categories_count_alike():
    outcomes = [("math-prm", True), ("donotanswer", False), ("mt-bench-hard", True), ("mt-bench-med", True)]
    assert weighted_accuracy(outcomes).value == 0.75
    assert weighted_accuracy(outcomes).present == 4


def test_errors_go_through_the_weights():
    outcomes = [("alpacaeval-easy", n < 5) for n in range(10)] + [("mt-bench-easy", n < 8) for n in range(10)]
    weights = 79 / 103, 24 / 103
    expected = math.sqrt(weights[0] ** 2 * 0.25 / 10 + weights[1] ** 2 * 0.16 / 10)
    assert weighted_accuracy(outcomes).stderr == pytest.approx(expected)


def test_unknown_subsets_are_no_result():
    with pytest.raises(ValueError, match="known subset"):
        weighted_accuracy([("new", True)])


def test_the_published_weights_are_whole():
    weights = category_weights()
    assert list(weights) == ["Chat", "Chat Hard", "Safety", "Reasoning"]
    assert weights["Reasoning"]["math-prm"] == 983


def test_the_order_of_answers_follows_the_seed():
    orders = [chosen_is_first(3407, str(n)) for n in range(400)]
    assert orders == [chosen_is_first(3407, str(n)) for n in range(400)]
    assert 150 < sum(orders) < 250
    assert orders != [chosen_is_first(1, str(n)) for n in range(400)]
    row = {"id": "x", "prompt": "?", "chosen": "good", "rejected": "bad"}
    prompt, letters, right = preference_prompt(row, 3407)
    assert f"Answer {letters[right]}: good" in prompt


def test_prompts_are_what_they_are():
    assert choice_prompt({"question": "2?", "choices": ["a", "b"], "answer": 1}) == (
        "2?\nA. a\nB. b\nAnswer:",
        ["A", "B"],
        1,
    )
    row = {"question": "1+1?", "answer": 2, "shots": [{"question": "0+1?", "answer": 1}]}
    assert number_prompt(row) == "Question: 0+1?\nAnswer: 1\n\nQuestion: 1+1?\nAnswer:"


@pytest.mark.parametrize(
    ("text", "answer", "right"),
    [
        (" 42", 42, True),
        ("Es sind 1.234 Euro.", 1234, True),
        ("1,234", 1234, True),
        ("3,5", 3.5, True),
        ("-7.", -7, True),
        ("42\n43", 43, False),
        ("", 0, False),
        ("41", 42, False),
    ],
)
def test_numbers_are_read_in_either_notation(text, answer, right):
    assert is_number(text, answer) is right
