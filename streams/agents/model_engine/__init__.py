"""What agents with a language model have in common: prompts, asking, mending, and the calls as events."""
