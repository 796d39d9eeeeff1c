import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes a RequirementSubmitted with Kafka's and Avro's own libraries, and nothing of this project but its .avsc file. */
public class PublishRequirement {
    static final int SCHEMA_ID = 101; // RequirementSubmitted version 2, see docs/publishing.md

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println("usage: java -cp 'jars/*' PublishRequirement.java BROKERS RequirementSubmitted.avsc TEXT");
            System.exit(2);
        }
        Schema schema = new Schema.Parser().parse(new File(arguments[1]));
        String deliveryId = UUID.randomUUID().toString();
        byte[] value = wireFormat(schema, event(schema, deliveryId, arguments[2]));
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[0], "acks", "all");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            RecordMetadata placed =
                producer.send(new ProducerRecord<>("requirement-events", deliveryId, value)).get();
            System.out.printf("%s %s-%d-%d%n", deliveryId, placed.topic(), placed.partition(), placed.offset());
        }
    }

    static GenericRecord event(Schema schema, String deliveryId, String requirement) {
        String eventId = UUID.randomUUID().toString();
        GenericRecord envelope = new GenericRecordBuilder(schema.getField("envelope").schema())
            .set("event_id", eventId)
            .set("event_type", "RequirementSubmitted")
            .set("schema_version", 2L)
            .set("delivery_id", deliveryId)
            .set("stream_id", "user:" + deliveryId)
            .set("stream_version", 0L)
            .set("correlation_id", eventId)
            .set("causation_id", "")
            .set("occurred_at", ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()))
            .set("actor", "user:java")
            .build();
        return new GenericRecordBuilder(schema)
            .set("envelope", envelope)
            .set("requirement", requirement)
            .set("submitted_by", "java")
            .build();
    }

    static byte[] wireFormat(Schema schema, GenericRecord record) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream header = new DataOutputStream(bytes);
        header.writeByte(0);
        header.writeInt(SCHEMA_ID);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }
}
