package kafka

import (
	"context"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/describeconfigs"
	"github.com/segmentio/kafka-go/protocol/metadata"
)

// describe asks for topics as they are now, and for what the user may do with
// them. It makes none.
func (c *client) describe(ctx context.Context, names []string) ([]metadata.ResponseTopic, error) {
	res, err := askDirectly[metadata.Response](ctx, c, &metadata.Request{TopicNames: names, IncludeTopicAuthorizedOperations: true})
	if err != nil {
		return nil, err
	}
	return res.Topics, nil
}

// settings asks for the settings of topics that matter here. A topic whose
// settings the user may not see is not in the map.
func (c *client) settings(ctx context.Context, names []string) map[string]map[string]string {
	request := &describeconfigs.Request{}
	for _, name := range names {
		request.Resources = append(request.Resources, describeconfigs.RequestResource{
			ResourceType: int8(kafka.ResourceTypeTopic), ResourceName: name,
			ConfigNames: []string{"min.insync.replicas", "max.message.bytes", "cleanup.policy"},
		})
	}
	res, err := askDirectly[describeconfigs.Response](ctx, c, request)
	if err != nil {
		return nil
	}
	all := map[string]map[string]string{}
	for _, r := range res.Resources {
		if r.ErrorCode != 0 {
			continue
		}
		all[r.ResourceName] = map[string]string{}
		for _, e := range r.ConfigEntries {
			all[r.ResourceName][e.ConfigName] = e.ConfigValue
		}
	}
	return all
}

// askDirectly sends a request to the broker that the client was made for. The
// library would answer some from what it remembers, and send others to an
// advertised address, which may be wrong.
func askDirectly[Response any](ctx context.Context, c *client, request protocol.Message) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	m, err := c.transport.RoundTrip(ctx, c.brokers, &direct{Message: request, clientID: c.transport.ClientID})
	if err != nil {
		return nil, err
	}
	if answer, ok := m.(*direct); ok {
		m = answer.Message
	}
	return answerOf[Response](m)
}

// answerOf is a broker's answer, of the type that it must have.
func answerOf[Response any](m protocol.Message) (*Response, error) {
	res, ok := any(m).(*Response)
	if !ok {
		return nil, fmt.Errorf("the broker's answer is not what was asked for: %T", m)
	}
	return res, nil
}

// direct hides a request, or its answer, from the library, which only carries
// it. It is a protocol.RawExchanger.
type direct struct {
	protocol.Message
	version  int16
	clientID string
}

// Required implements protocol.RawExchanger: it is told which versions the
// broker and the library have in common.
func (d *direct) Required(versions map[protocol.ApiKey]int16) bool {
	d.version = versions[d.ApiKey()]
	return true
}

// RawExchange implements protocol.RawExchanger.
func (d *direct) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	const number = 1 << 30 // far from the library's own
	m, err := protocol.RoundTrip(rw, d.version, number, d.clientID, d.Message)
	if err != nil {
		return nil, err
	}
	return &direct{Message: m}, nil
}
