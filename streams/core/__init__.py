"""Pure parts: what a decider is, the step and the saga deciders, and identities of events."""
