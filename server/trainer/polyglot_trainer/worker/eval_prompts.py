"""What the built-in evaluation asks a model, and how it reads the answer."""

import re

from polyglot_trainer.eval_scores import chosen_is_first

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUMBER = re.compile(r"-?\d[\d.,]*")


def choice_prompt(row: dict) -> tuple[str, list[str], int]:
    """Prompt, the letters to choose from, and the index of the right one."""
    lines = [f"{LETTERS[at]}. {choice}" for at, choice in enumerate(row["choices"])]
    letters = list(LETTERS[: len(lines)])
    return f"{row['question'].strip()}\n" + "\n".join(lines) + "\nAnswer:", letters, int(row["answer"])


def preference_prompt(row: dict, seed: int) -> tuple[str, list[str], int]:
    first = chosen_is_first(seed, row["id"])
    answers = (row["chosen"], row["rejected"]) if first else (row["rejected"], row["chosen"])
    prompt = (
        f"Question: {row['prompt'].strip()}\n\nAnswer A: {answers[0].strip()}\n\nAnswer B: {answers[1].strip()}\n\n"
        "Which answer is better, A or B? Answer:"
    )
    return prompt, ["A", "B"], 0 if first else 1


def number_prompt(row: dict) -> str:
    shots = [f"Question: {shot['question'].strip()}\nAnswer: {shot['answer']}\n" for shot in row.get("shots", [])]
    return "\n".join([*shots, f"Question: {row['question'].strip()}\nAnswer:"])


def is_number(text: str, answer: float) -> bool:
    """Whether the first number of the first line is the answer; dots and commas may separate thousands."""
    line = text.strip().split("\n")[0]
    match = _NUMBER.search(line)
    return match is not None and answer in _readings(match.group().rstrip(".,"))


def _readings(text: str) -> set[float]:
    """1.234 is a thousand to some and a little more than one to others: either may be meant."""
    found = set()
    for cleaned in (text.replace(",", ""), text.replace(".", "").replace(",", ".")):
        try:
            found.add(float(cleaned))
        except ValueError:
            continue
    return found
