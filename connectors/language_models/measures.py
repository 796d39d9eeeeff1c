"""Metrics of language models, for the whole process."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter("language_model_calls", "Calls by how they ended", ["provider", "model", "outcome"])
KEPT = Counter("language_model_kept_answers", "Answers taken from earlier calls", ["provider", "model"])
TOKENS = Counter("language_model_tokens", "Tokens sent and received", ["provider", "model", "direction"])
COST = Counter("language_model_cost", "Cost by the prices of the settings", ["provider", "model"])
SECONDS = Histogram(
    "language_model_seconds",
    "Time of a call, its tries included",
    ["provider", "model"],
    buckets=(0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320),
)
STREAMED = Gauge(
    "language_model_streamed_characters", "Characters of the answer that is coming", ["provider", "model"]
)
