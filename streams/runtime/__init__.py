"""The exactly-once runtime around Faust: inbox, event store, work queue, outbox relay."""
