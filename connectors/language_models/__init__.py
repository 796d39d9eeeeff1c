"""Language models: two protocols, budgets, kept answers, and texts without secrets."""
