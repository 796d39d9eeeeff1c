// Publishes a RequirementSubmitted with kafkajs and avsc, and nothing of this project but its .avsc file.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import avro from "avsc";
import { Kafka, logLevel, Partitioners } from "kafkajs";

const SCHEMA_ID = 101; // RequirementSubmitted version 2, see docs/publishing.md

const [brokers, schemaFile, requirement] = process.argv.slice(2);
if (!requirement) {
  console.error("usage: node publish-requirement.js BROKERS RequirementSubmitted.avsc TEXT");
  process.exit(2);
}

const type = avro.Type.forSchema(JSON.parse(readFileSync(schemaFile, "utf8")));
const deliveryId = randomUUID();
const eventId = randomUUID();
const body = type.toBuffer({
  envelope: {
    event_id: eventId,
    event_type: "RequirementSubmitted",
    schema_version: 2,
    delivery_id: deliveryId,
    stream_id: `user:${deliveryId}`,
    stream_version: 0,
    correlation_id: eventId,
    causation_id: "",
    occurred_at: Date.now() * 1000,
    actor: "user:javascript",
    traceparent: "",
  },
  requirement,
  format: "auto",
  submitted_by: "javascript",
});
const header = Buffer.alloc(5); // a zero byte, then the id
header.writeUInt32BE(SCHEMA_ID, 1);

const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.ERROR });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
const [placed] = await producer.send({
  topic: "requirement-events",
  acks: -1,
  messages: [{ key: deliveryId, value: Buffer.concat([header, body]) }],
});
await producer.disconnect();
console.log(`${deliveryId} ${placed.topicName}-${placed.partition}-${placed.baseOffset}`);
