package metrics

// kafkaMetrics are what output kafka counts itself.
var kafkaMetrics = []Metric{
	{Name: "winevent_kafka_batches_total", Kind: Counter, Output: "kafka",
		Doc:    "Record batches that the brokers have stored.",
		values: one(func(s *Snapshot) uint64 { return s.Kafka.Batches })},
	{Name: "winevent_kafka_batches_resent_total", Kind: Counter, Output: "kafka",
		Doc:    "Batches sent again for want of an answer. With kafka_idempotence on they are stored once.",
		values: one(func(s *Snapshot) uint64 { return s.Kafka.Resent })},
	{Name: "winevent_kafka_batches_split_total", Kind: Counter, Output: "kafka",
		Doc:    "Batches sent in parts because the broker refused them as too large or found an unfit record in them.",
		values: one(func(s *Snapshot) uint64 { return s.Kafka.Split })},
	{Name: "winevent_kafka_producer_epochs_total", Kind: Counter, Output: "kafka",
		Doc:    "How often a broker did not know the producer's sequence, so that a new epoch began.",
		values: one(func(s *Snapshot) uint64 { return s.Kafka.NewEpochs })},
	{Name: "winevent_kafka_batch_bytes_total", Kind: Counter, Output: "kafka",
		Doc:    "Bytes of stored batches before compression.",
		values: one(func(s *Snapshot) uint64 { return s.Kafka.Bytes })},
	{Name: "winevent_kafka_sent_bytes_total", Kind: Counter, Output: "kafka",
		Doc:    "Bytes of stored batches as they were sent, compressed.",
		values: one(func(s *Snapshot) uint64 { return s.Kafka.Compressed })},
	{Name: "winevent_kafka_encode_seconds_total", Kind: Counter, Output: "kafka",
		Doc:    "Time spent making batches, added up over all flushes.",
		values: one(func(s *Snapshot) float64 { return s.Kafka.Encode.Seconds() })},
	{Name: "winevent_kafka_compress_seconds_total", Kind: Counter, Output: "kafka",
		Doc:    "Time spent compressing batches, added up over all flushes.",
		values: one(func(s *Snapshot) float64 { return s.Kafka.Compress.Seconds() })},
	{Name: "winevent_kafka_wait_seconds_total", Kind: Counter, Output: "kafka",
		Doc:    "Time spent waiting for the brokers' answers, added up over all flushes.",
		values: one(func(s *Snapshot) float64 { return s.Kafka.Wait.Seconds() })},
}

// elasticsearchMetrics are what output elasticsearch counts itself.
var elasticsearchMetrics = []Metric{
	{Name: "winevent_elasticsearch_bulks_total", Kind: Counter, Output: "elasticsearch",
		Doc:    "Bulk requests that were sent, whatever their answer.",
		values: one(func(s *Snapshot) uint64 { return s.Elasticsearch.Bulks })},
	{Name: "winevent_elasticsearch_bulks_divided_total", Kind: Counter, Output: "elasticsearch",
		Doc:    "Bulk requests that were sent again in halves, because they were too large or one document spoilt all.",
		values: one(func(s *Snapshot) uint64 { return s.Elasticsearch.Divided })},
	{Name: "winevent_elasticsearch_bulks_repeated_total", Kind: Counter, Output: "elasticsearch",
		Doc:    "Bulk requests that failed as a whole in a way that may pass: no connection, no answer in time, status 429 or 5xx.",
		values: one(func(s *Snapshot) uint64 { return s.Elasticsearch.Repeated })},
	{Name: "winevent_elasticsearch_documents_total", Kind: Counter, Output: "elasticsearch",
		Labels: []Label{{"result", []string{"created", "exists", "failure_store"}}},
		Doc:    "Acknowledged documents by the answer for them. created: stored; exists: stored already by an earlier attempt (409); failure_store: they could not be indexed and stand in the data stream's failure store.",
		values: func(s *Snapshot, emit func(float64, ...string)) {
			emit(float64(s.Elasticsearch.Created), "created")
			emit(float64(s.Elasticsearch.Exists), "exists")
			emit(float64(s.Elasticsearch.Redirected), "failure_store")
		}},
	{Name: "winevent_elasticsearch_documents_busy_total", Kind: Counter, Output: "elasticsearch",
		Doc:    "Answers for single documents that the server was too busy (429) or not whole (5xx). They are sent again within the flush.",
		values: one(func(s *Snapshot) uint64 { return s.Elasticsearch.Retried })},
	{Name: "winevent_elasticsearch_bulk_bytes_total", Kind: Counter, Output: "elasticsearch",
		Doc:    "Bytes of bulk requests before compression.",
		values: one(func(s *Snapshot) uint64 { return s.Elasticsearch.Bytes })},
	{Name: "winevent_elasticsearch_sent_bytes_total", Kind: Counter, Output: "elasticsearch",
		Doc:    "Bytes of bulk requests as they were sent.",
		values: one(func(s *Snapshot) uint64 { return s.Elasticsearch.Compressed })},
	{Name: "winevent_elasticsearch_wait_seconds_total", Kind: Counter, Output: "elasticsearch",
		Doc:    "Time spent waiting for answers, added up over all requests.",
		values: one(func(s *Snapshot) float64 { return s.Elasticsearch.Wait.Seconds() })},
}
