//go:build unix

package kafkatest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/createacls"
	"github.com/segmentio/kafka-go/protocol/describeacls"
)

// GrantProduce lets a user write to a topic, and waits until every running broker
// knows it. The user of a client certificate is its subject, "CN=client".
func (c *Cluster) GrantProduce(t testing.TB, user, topic string) {
	t.Helper()
	c.Grant(t, user, topic, kafka.ACLOperationTypeWrite, kafka.ACLOperationTypeDescribe)
}

// Grant gives a user single rights on a topic. Without the right to describe a
// topic its existence is hidden: kafka-go's writer then says that it is unknown.
func (c *Cluster) Grant(t testing.TB, user, topic string, rights ...kafka.ACLOperationType) {
	t.Helper()
	ctx := context.Background()
	err := eventually(ctx, func(ctx context.Context) error { return c.grant(ctx, user, topic, rights) })
	if err == nil {
		err = eventually(ctx, func(ctx context.Context) error { return c.granted(ctx, user, topic, rights) })
	}
	if err != nil {
		t.Fatalf("cannot give %s rights on topic %s: %v", user, topic, err)
	}
}

func (c *Cluster) grant(ctx context.Context, user, topic string, rights []kafka.ACLOperationType) error {
	addr, err := c.anyAddr()
	if err != nil {
		return err
	}
	request := &createacls.Request{}
	for _, right := range rights {
		request.Creations = append(request.Creations, createacls.RequestACLs{
			ResourceType:        int8(kafka.ResourceTypeTopic),
			ResourceName:        topic,
			ResourcePatternType: int8(kafka.PatternTypeLiteral),
			Principal:           "User:" + user,
			Host:                "*",
			Operation:           int8(right),
			PermissionType:      int8(kafka.ACLPermissionTypeAllow),
		})
	}
	response, err := askOnce[*createacls.Response](ctx, addr, request)
	if err != nil {
		return err
	}
	for _, result := range response.Results {
		if err := failure(result.ErrorCode, result.ErrorMessage); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) granted(ctx context.Context, user, topic string, rights []kafka.ACLOperationType) error {
	for _, b := range c.answering() {
		response, err := askOnce[*describeacls.Response](ctx, b.Addr(), &describeacls.Request{Filter: describeacls.ACLFilter{
			ResourceTypeFilter:        int8(kafka.ResourceTypeTopic),
			ResourceNameFilter:        topic,
			ResourcePatternTypeFilter: int8(kafka.PatternTypeLiteral),
			PrincipalFilter:           "User:" + user,
			Operation:                 int8(kafka.ACLOperationTypeAny),
			PermissionType:            int8(kafka.ACLPermissionTypeAny),
		}})
		if err != nil {
			return err
		}
		if err := failure(response.ErrorCode, response.ErrorMessage); err != nil {
			return err
		}
		for _, right := range rights {
			if !allows(response, right) {
				return fmt.Errorf("%s does not know the rights yet", b)
			}
		}
	}
	return nil
}

func allows(response *describeacls.Response, right kafka.ACLOperationType) bool {
	return slices.ContainsFunc(response.Resources, func(r describeacls.Resource) bool {
		return slices.ContainsFunc(r.ACLs, func(a describeacls.ResponseACL) bool { return a.Operation == int8(right) })
	})
}
