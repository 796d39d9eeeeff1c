"""Golden histories: whole deliveries as they were recorded, which guard every version of every decider."""
