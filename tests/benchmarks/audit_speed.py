"""`audit verify` beside decoding alone."""

from __future__ import annotations

from schemas.codec import Codec
from streams.audit.whole_log import verify_log
from tests.benchmarks import event_log
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Row, Sample, alternate, rate_row, timed
from tests.benchmarks.raw_avro import decode_all


def audit_rows(bench: Bench) -> list[Row]:
    """Rows on the audit."""
    event_log.publish_log(bench.brokers, bench.sizes.log)
    values = event_log.values(bench.brokers)
    samples = alternate(
        {
            "verify": lambda: verify(bench.brokers),
            "decode": lambda: timed(lambda: len(decode_all(values))),
            "decode to events": lambda: timed(lambda: _decoded(values)),
        },
        bench.sizes.repetitions,
    )
    return [
        rate_row("audit verify", samples["verify"], samples["decode to events"],
                 "decoding to checked events alone (schemas.codec)", bar=0.5),
        rate_row("audit verify, plain", samples["verify"], samples["decode"],
                 "fastavro to plain mappings alone", bar=0.5),
        rate_row("decoding", samples["decode to events"], samples["decode"],
                 "fastavro to plain mappings alone"),
    ]  # fmt: skip


def verify(brokers: str) -> Sample:
    """Verify the whole log, and see that nothing is found."""

    def work() -> int:
        found = verify_log(brokers, Codec()).result
        assert found.mismatches == () and found.verified == found.events, found.mismatches[:3]
        return found.events

    return timed(work)


def _decoded(values: list[bytes]) -> int:
    codec = Codec()
    for value in values:
        codec.decode(value)
    return len(values)
