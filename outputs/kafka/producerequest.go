package kafka

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// produceRequest is a produce request for one partition. It writes itself to
// the connection: the library's own form of it copies the batch first, and
// sends it in pieces of 64 KB.
type produceRequest struct {
	clientID, topic string
	partition       int32
	batch           []byte // behind its size, as encoder.seal returns it
	timeout         int32  // milliseconds that the leader waits for its replicas
	version         int16
}

var (
	_ protocol.BrokerMessage = (*produceRequest)(nil)
	_ protocol.RawExchanger  = (*produceRequest)(nil)
)

// correlation is the number of every request: an answer is read before the
// next request is written.
const correlation = 1

// ApiKey implements protocol.Message.
func (*produceRequest) ApiKey() protocol.ApiKey { return protocol.Produce } //nolint:revive // the name is the interface's

// Broker implements protocol.BrokerMessage: the request goes to the leader.
func (r *produceRequest) Broker(cluster protocol.Cluster) (protocol.Broker, error) {
	topic, ok := cluster.Topics[r.topic]
	if !ok {
		return protocol.Broker{ID: -1}, protocol.NewErrNoTopic(r.topic)
	}
	partition, ok := topic.Partitions[r.partition]
	if !ok {
		return protocol.Broker{ID: -1}, protocol.NewErrNoPartition(r.topic, r.partition)
	}
	leader, ok := cluster.Brokers[partition.Leader]
	if !ok {
		return protocol.Broker{ID: -1}, protocol.NewErrNoLeader(r.topic, r.partition)
	}
	return leader, nil
}

// Required implements protocol.RawExchanger. It learns the version that both
// sides know.
func (r *produceRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Produce]
	return true
}

// RawExchange implements protocol.RawExchanger.
func (r *produceRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if r.version < 3 { // the first with this format of batches
		return nil, kafka.UnsupportedVersion
	}
	if _, err := rw.Write(r.head()); err != nil {
		return nil, err
	}
	if _, err := rw.Write(r.batch); err != nil {
		return nil, err
	}
	id, m, err := protocol.ReadResponse(rw, protocol.Produce, r.version)
	if err == nil && id != correlation {
		err = fmt.Errorf("the answer is to request %d, not %d", id, correlation)
	}
	return m, err
}

// head is the request up to its record batch: versions 3 to 8 of
// https://kafka.apache.org/protocol#The_Messages_Produce
func (r *produceRequest) head() []byte {
	b := make([]byte, 4, 64+len(r.clientID)+len(r.topic))
	put := binary.BigEndian
	b = put.AppendUint16(b, uint16(protocol.Produce))
	b = put.AppendUint16(b, uint16(r.version))
	b = put.AppendUint32(b, correlation)
	b = append(put.AppendUint16(b, uint16(len(r.clientID))), r.clientID...)
	b = put.AppendUint16(b, ^uint16(0)) // no transaction
	b = put.AppendUint16(b, ^uint16(0)) // acks: all replicas in sync
	b = put.AppendUint32(b, uint32(r.timeout))
	b = put.AppendUint32(b, 1) // topics
	b = append(put.AppendUint16(b, uint16(len(r.topic))), r.topic...)
	b = put.AppendUint32(b, 1) // partitions
	b = put.AppendUint32(b, uint32(r.partition))
	put.PutUint32(b, uint32(len(b)-4+len(r.batch)))
	return b
}
