"""What-if: another decider or engine over the recorded log, without touching anything."""
