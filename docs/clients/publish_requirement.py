"""Publishes a RequirementSubmitted with confluent-kafka and fastavro, and nothing of this project but its
.avsc file: python publish_requirement.py BROKERS RequirementSubmitted.avsc TEXT"""

import io
import json
import struct
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import fastavro
from confluent_kafka import Producer

SCHEMA_ID = 101  # RequirementSubmitted version 2, see docs/publishing.md

brokers, schema_file, requirement = sys.argv[1:]
schema = fastavro.parse_schema(json.loads(Path(schema_file).read_text()))
delivery_id, event_id = str(uuid.uuid4()), str(uuid.uuid4())
event = {
    "envelope": {
        "event_id": event_id,
        "event_type": "RequirementSubmitted",
        "schema_version": 2,
        "delivery_id": delivery_id,
        "stream_id": f"user:{delivery_id}",
        "stream_version": 0,
        "correlation_id": event_id,
        "causation_id": "",
        "occurred_at": datetime.now(UTC),
        "actor": "user:python",
    },
    "requirement": requirement,
    "submitted_by": "python",
}
value = io.BytesIO()
value.write(struct.pack(">bI", 0, SCHEMA_ID))
fastavro.schemaless_writer(value, schema, event)
producer = Producer({"bootstrap.servers": brokers, "acks": "all", "partitioner": "murmur2_random"})


def told(error, message):
    if error is not None:
        sys.exit(f"Publishing failed: {error}")
    print(f"{delivery_id} {message.topic()}-{message.partition()}-{message.offset()}")


producer.produce("requirement-events", key=delivery_id, value=value.getvalue(), on_delivery=told)
if producer.flush(30):
    sys.exit("Publishing failed: no acknowledgement within 30 seconds")
