"""The language of the system: events, the specification model, Avro schemas and their codec.

Everything else of ours may import this package; it imports nothing of ours.
"""
