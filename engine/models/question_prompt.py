"""How a causal language model is asked about a text: the text, earlier questions with their answers, the question.

Training (`assets/qa/make.py`) and answering build the very same token ids from these parts.
"""

from typing import Any

NO_ANSWER = "no answer"  # what is said about a text that does not tell

def context_part(tokeniser: Any, context: str) -> list[int]:
    return tokeniser(f"{context.strip()}\n", add_special_tokens=False)["input_ids"]


def question_part(tokeniser: Any, question: str) -> list[int]:
    return tokeniser(f"\nQuestion: {question.strip()}\nAnswer:", add_special_tokens=False)["input_ids"]


def answer_part(tokeniser: Any, answer: str) -> list[int]:
    """An answer and the mark of its end."""
    return [*tokeniser(f" {answer.strip()}", add_special_tokens=False)["input_ids"], tokeniser.eos_token_id]
