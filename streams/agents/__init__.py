"""The agents, one package each: a pure decider, an engine, and a worker that runs the engine."""
