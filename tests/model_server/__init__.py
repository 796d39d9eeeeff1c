"""A local server that speaks the protocols of language models, with all their faults."""
