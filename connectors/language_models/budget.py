"""What one delivery may use of language models. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from connectors.language_models.asking import Question, estimated_tokens
from connectors.language_models.kept_answers import Spent

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits and prices.

    Attributes:
        tokens: sent and received, for one delivery.
        cost: for one delivery, in the currency of the prices.
        input_price: of a million tokens sent; output_price: of a million received.
    """

    tokens: int
    cost: Decimal
    input_price: Decimal = Decimal(0)
    output_price: Decimal = Decimal(0)

    def cost_of(self, input_tokens: int, output_tokens: int) -> Decimal:
        """What these tokens cost."""
        return (input_tokens * self.input_price + output_tokens * self.output_price) / _MILLION

    def refusal(self, spent: Spent, question: Question) -> str:
        """Why the question may not be asked after what was spent; '' where it may."""
        sent = input_tokens_of(question)
        tokens = spent.tokens + sent + question.most_output_tokens
        if tokens > self.tokens:
            return f"the delivery may use {self.tokens} tokens, and would have used up to {tokens}"
        cost = spent.cost + self.cost_of(sent, question.most_output_tokens)
        if cost > self.cost:
            return f"the delivery may cost {self.cost}, and would have cost up to {cost.normalize():f}"
        return ""


def input_tokens_of(question: Question) -> int:
    """How many tokens are sent, about."""
    texts = (question.instructions, json.dumps(question.json_schema), *(t.text for t in question.turns))
    return estimated_tokens(*texts)
