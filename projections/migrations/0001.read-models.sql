-- Read models. Column <facet>_order: order of the event that set the facet (see projections/models/table.py).
-- depends:

CREATE TABLE positions (
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

CREATE TABLE timeline (
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    delivery_id text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    schema_version integer NOT NULL,
    stream_id text NOT NULL,
    stream_version bigint NOT NULL,
    correlation_id text NOT NULL,
    causation_id text NOT NULL,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    attempt bigint NOT NULL,
    summary text NOT NULL,
    PRIMARY KEY (topic, partition, record_offset)
);

CREATE TABLE skipped (
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    recorded_at timestamptz,
    record_key text NOT NULL,
    size bigint NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (topic, partition, record_offset)
);

CREATE TABLE deliveries (
    delivery_id text COLLATE "C" PRIMARY KEY,
    first_order text COLLATE "C" NOT NULL,
    created_at timestamptz,
    last_order text COLLATE "C" NOT NULL,
    updated_at timestamptz,
    last_position text NOT NULL,
    request_order text COLLATE "C" NOT NULL,
    requirement text NOT NULL,
    format text NOT NULL,
    submitted_by text NOT NULL,
    submitted_at timestamptz,
    position text NOT NULL,
    state_order text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    step text NOT NULL,
    status_at timestamptz,
    failure_order text COLLATE "C" NOT NULL,
    cause text NOT NULL,
    failed_step text NOT NULL,
    reason text NOT NULL,
    question_order text COLLATE "C" NOT NULL,
    questions jsonb NOT NULL,
    answer_order text COLLATE "C" NOT NULL,
    answers jsonb NOT NULL,
    specification_order text COLLATE "C" NOT NULL,
    name text NOT NULL,
    package text NOT NULL,
    summary text NOT NULL,
    tests_order text COLLATE "C" NOT NULL,
    tests_passed bigint,
    tests_failed bigint,
    line_coverage double precision,
    branch_coverage double precision,
    artefact_order text COLLATE "C" NOT NULL,
    version text NOT NULL,
    folder text NOT NULL,
    wheel text NOT NULL,
    wheel_sha256 text NOT NULL
);

CREATE TABLE features (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    feature_id text COLLATE "C" NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    name text NOT NULL,
    summary text NOT NULL,
    entities jsonb NOT NULL,
    story_ids jsonb NOT NULL,
    created_at timestamptz,
    status_order text COLLATE "C" NOT NULL,
    status text NOT NULL,
    status_at timestamptz,
    PRIMARY KEY (delivery_id, attempt, feature_id)
);

CREATE TABLE specifications (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    name text NOT NULL,
    package text NOT NULL,
    engine text NOT NULL,
    specification jsonb NOT NULL,
    occurred_at timestamptz,
    position text NOT NULL,
    discard_order text COLLATE "C" NOT NULL,
    discarded boolean NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);

CREATE TABLE stories (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    story_id text COLLATE "C" NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    feature_id text NOT NULL,
    role text NOT NULL,
    goal text NOT NULL,
    benefit text NOT NULL,
    operations jsonb NOT NULL,
    criteria jsonb NOT NULL,
    occurred_at timestamptz,
    result_order text COLLATE "C" NOT NULL,
    passed bigint,
    failed bigint,
    PRIMARY KEY (delivery_id, attempt, story_id)
);

CREATE TABLE test_reports (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    outcome text NOT NULL,
    engine text NOT NULL,
    passed bigint,
    failed bigint,
    line_coverage double precision,
    branch_coverage double precision,
    seconds double precision,
    error text NOT NULL,
    reason text NOT NULL,
    occurred_at timestamptz,
    position text NOT NULL,
    discard_order text COLLATE "C" NOT NULL,
    discarded boolean NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);

CREATE TABLE test_cases (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    ordinal bigint NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    name text NOT NULL,
    story_id text COLLATE "C" NOT NULL,
    criterion_id text COLLATE "C" NOT NULL,
    outcome text NOT NULL,
    seconds double precision,
    message text NOT NULL,
    PRIMARY KEY (delivery_id, attempt, ordinal)
);

CREATE TABLE builds (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    outcome text NOT NULL,
    engine text NOT NULL,
    package text NOT NULL,
    version text NOT NULL,
    folder text NOT NULL,
    wheel text NOT NULL,
    wheel_sha256 text NOT NULL,
    files jsonb NOT NULL,
    install_seconds double precision,
    health_seconds double precision,
    reason text NOT NULL,
    occurred_at timestamptz,
    position text NOT NULL,
    discard_order text COLLATE "C" NOT NULL,
    discarded boolean NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);

CREATE TABLE bundles (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    step text NOT NULL,
    occurred_at timestamptz,
    position text NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);

CREATE TABLE sources (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    path text COLLATE "C" NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    content text NOT NULL,
    size bigint NOT NULL,
    PRIMARY KEY (delivery_id, attempt, path)
);

CREATE TABLE outcomes (
    delivery_id text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    content_order text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    cause text NOT NULL,
    failed_step text NOT NULL,
    reason text NOT NULL,
    undone jsonb NOT NULL,
    question_ids jsonb NOT NULL,
    occurred_at timestamptz,
    position text NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);

CREATE INDEX timeline_by_delivery ON timeline (delivery_id, topic, partition, record_offset);
CREATE INDEX timeline_by_time ON timeline (occurred_at, topic, partition, record_offset);
CREATE INDEX deliveries_by_time ON deliveries (created_at, delivery_id);
CREATE INDEX deliveries_by_status ON deliveries (status, created_at, delivery_id);
