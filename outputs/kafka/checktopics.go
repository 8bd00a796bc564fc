package kafka

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/metadata"

	"winevent/outputs"
)

// checkTopics looks at the topic of kafka_topic, or at those there are that it could name.
func (k *checker) checkTopics(ctx context.Context, a *answer) (found outputs.Findings) {
	text, literal := k.config.Topic.Literal()
	if literal {
		name := topicName(text)
		if name != text {
			found.Warn("write the name that shall be used", "kafka_topic %q is no name that Kafka allows: %q is used", text, name)
		}
		return append(found, k.judgeTopics(ctx, a, []string{name})...)
	}
	names, telling := k.named(a.cluster.Topics)
	if len(names) == 0 {
		k.missing(&found, fmt.Sprintf("there is no topic that kafka_topic %q could name", k.config.Topic))
		return found
	}
	more := ""
	if !k.config.AutoCreateTopics {
		more = "; one that is missing has to be created (kafka_auto_create_topics is off)"
	}
	found.OK("kafka_topic %q could name %s of the cluster: %s%s", k.config.Topic, count(len(names), "topic"), list(names), more)
	if !telling {
		return found // most of them will be for others
	}
	return append(found, k.judgeTopics(ctx, a, names)...)
}

// named returns the topics that fit the text of the template, and whether that
// text tells them from any others.
func (k *checker) named(all []metadata.ResponseTopic) (names []string, telling bool) {
	const gap = "\x00"
	parts := strings.Split(k.config.Topic.Fill(gap), gap)
	for i, p := range parts {
		telling = telling || strings.Trim(p, "._-") != ""
		parts[i] = regexp.QuoteMeta(topicName("x" + p)[1:])
	}
	fits := regexp.MustCompile("^" + strings.Join(parts, ".*") + "$")
	for i := range all {
		if t := &all[i]; !t.IsInternal && fits.MatchString(t.Name) {
			names = append(names, t.Name)
		}
	}
	return names, telling
}

// missing notes that no topic is there.
func (k *checker) missing(found *outputs.Findings, what string) {
	if k.config.AutoCreateTopics {
		found.Warn("create it, or make sure that auto.create.topics.enable is true and the user may Create it",
			"%s: whether it is made when it is written to, the brokers decide", what)
		return
	}
	found.Fault("create it and allow the user to Describe it, or set kafka_auto_create_topics on", "%s, and kafka_auto_create_topics is off", what)
}

// judgeTopics asks for topics and says what is to be known of them; what several
// have in common, once.
func (k *checker) judgeTopics(ctx context.Context, a *answer, names []string) (found outputs.Findings) {
	topics, err := a.client.describe(ctx, names)
	if err != nil {
		found.Fault(remedy(err), "the brokers do not describe the topics: %s", oneLine(err))
		return found
	}
	settings := a.client.settings(ctx, names)
	concerned := map[outputs.Finding][]string{}
	var order []outputs.Finding
	for i := range topics {
		t := &topics[i]
		for _, f := range k.judgeTopic(t, settings[t.Name]) {
			if concerned[f] == nil {
				order = append(order, f)
			}
			concerned[f] = append(concerned[f], t.Name)
		}
	}
	for _, f := range order {
		f.What = called(concerned[f], "topic") + ": " + f.What
		found = append(found, f)
	}
	return found
}

// judgeTopic says what is to be known of a topic. settings are nil when the
// user may not see them. The findings do not name the topic.
func (k *checker) judgeTopic(t *metadata.ResponseTopic, settings map[string]string) (found outputs.Findings) {
	switch code := kafka.Error(t.ErrorCode); {
	case code == kafka.UnknownTopicOrPartition:
		k.missing(&found, "it is not there")
		return found
	case code == kafka.TopicAuthorizationFailed:
		found.Fault(answers[code].hint, "the user may not see it, if it is there: %s", oneLine(code))
		return found
	case code != 0:
		found.Fault(remedy(code), "%s", oneLine(code))
		return found
	}
	minInSync, _ := strconv.Atoi(settings["min.insync.replicas"])
	found = judgeReplicas(t.Partitions, minInSync)
	found = append(found, judgeRight(t.TopicAuthorizedOperations)...)
	return append(found, judgeSettings(settings, k.config.BatchBytes)...)
}

// judgeReplicas says whether records can be written to all partitions, and
// outlive a broker. minInSync is 0 when it is not known.
func judgeReplicas(partitions []metadata.ResponsePartition, minInSync int) (found outputs.Findings) {
	var leaderless, few, behind []string
	copies := 0
	for i, p := range partitions {
		id := strconv.Itoa(int(p.PartitionIndex))
		switch {
		case p.LeaderID < 0:
			leaderless = append(leaderless, id)
		case len(p.IsrNodes) < min(minInSync, len(p.ReplicaNodes)): // brokers ask for no more than there are
			few = append(few, id)
		case len(p.IsrNodes) < len(p.ReplicaNodes):
			behind = append(behind, id)
		}
		if n := len(p.ReplicaNodes); i == 0 || n < copies {
			copies = n
		}
	}
	if len(leaderless) > 0 {
		found.Fault("start the brokers that hold its replicas, and see their logs", "no leader for %s", called(leaderless, "partition"))
	}
	if len(few) > 0 {
		found.Fault("look after the brokers that are missing, or lower min.insync.replicas",
			"fewer replicas in sync than min.insync.replicas (%d) asks for: nothing can be written to %s", minInSync, called(few, "partition"))
	}
	if len(behind) > 0 {
		found.Warn("look after the brokers", "not all replicas of %s are in sync", called(behind, "partition"))
	}
	if len(found) == 0 {
		found.OK("%s, each with a leader and in sync; replication factor %d", count(len(partitions), "partition"), copies)
	}
	switch {
	case copies == 1:
		found.Warn("raise the replication factor to 3 (kafka-reassign-partitions)", "replication factor 1: one broker lost is events lost")
	case minInSync == 1:
		found.Warn("set min.insync.replicas of the topic to 2", "min.insync.replicas is 1: an event may be acknowledged by one broker alone, and lost with it")
	case minInSync == copies:
		found.Warn("raise the replication factor, or lower min.insync.replicas",
			"min.insync.replicas is the replication factor (%d): nothing can be written while one broker is away", copies)
	}
	return found
}

// judgeRight reads what the user may do with a topic: a bit for each operation.
// Brokers before 2.3 do not say.
func judgeRight(operations int32) (found outputs.Findings) {
	may := func(o kafka.ACLOperationType) bool { return operations&(1<<o) != 0 }
	switch {
	case may(kafka.ACLOperationTypeWrite):
		found.OK("the user may write")
	case operations > 0:
		found.Fault(answers[kafka.TopicAuthorizationFailed].hint, "the user may not write")
	default:
		found.OK("whether the user may write is not known: these brokers do not say, and nothing was written to find out")
	}
	return found
}

// smallMessages is a max.message.bytes that a single event may exceed.
const smallMessages = 64 << 10

// judgeSettings looks at the settings of a topic.
func judgeSettings(settings map[string]string, batchBytes int64) (found outputs.Findings) {
	if settings == nil {
		found.OK("settings are not known (the user may not DescribeConfigs): min.insync.replicas and max.message.bytes were not compared")
		return found
	}
	if n, err := strconv.ParseInt(settings["max.message.bytes"], 10, 64); err == nil && n < smallMessages && n < batchBytes {
		found.Warn("raise max.message.bytes of the topic to 1048588, or set remediation to summary",
			"max.message.bytes is %d: batches will be divided, and an event that is larger goes to the dead letter file", n)
	}
	if strings.Contains(settings["cleanup.policy"], "compact") {
		found.Warn("set cleanup.policy of the topic to delete", "cleanup.policy is %s: of the events with the same key only the last stays", settings["cleanup.policy"])
	}
	return found
}
