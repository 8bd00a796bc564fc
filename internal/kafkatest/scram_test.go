//go:build unix

package kafkatest

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"hash"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go/sasl"
)

// scram is the client's side of SCRAM (RFC 5802), as much of it as a broker
// needs to say yes: kafka-go's own would bring modules that nothing else uses.
type scram struct{ mechanism, user, password string }

func (s scram) Name() string { return s.mechanism }

func (s scram) Start(context.Context) (sasl.StateMachine, []byte, error) {
	session := &scramSession{scram: s, first: "n=" + s.user + ",r=" + rand.Text()}
	return session, []byte("n,," + session.first), nil
}

type scramSession struct {
	scram
	first string // the client's first message
	done  bool
}

func (s *scramSession) Next(_ context.Context, challenge []byte) (bool, []byte, error) {
	if s.done { // the challenge is the server's signature
		return true, nil, nil
	}
	s.done = true
	fields := map[string]string{}
	for field := range strings.SplitSeq(string(challenge), ",") {
		key, value, _ := strings.Cut(field, "=")
		fields[key] = value
	}
	salt, err := base64.StdEncoding.DecodeString(fields["s"])
	if err != nil {
		return false, nil, err
	}
	rounds, err := strconv.Atoi(fields["i"])
	if err != nil {
		return false, nil, errors.New("no iterations in " + string(challenge))
	}
	last := "c=biws,r=" + fields["r"]
	proof, err := s.proof(salt, rounds, s.first+","+string(challenge)+","+last)
	return false, []byte(last + ",p=" + base64.StdEncoding.EncodeToString(proof)), err
}

func (s *scramSession) proof(salt []byte, rounds int, messages string) ([]byte, error) {
	newHash := sha256.New
	if s.mechanism == "SCRAM-SHA-512" {
		newHash = sha512.New
	}
	salted, err := pbkdf2.Key(newHash, s.password, salt, rounds, newHash().Size())
	if err != nil {
		return nil, err
	}
	key := sum(newHash, salted, "Client Key")
	stored := newHash()
	stored.Write(key)
	signature := sum(newHash, stored.Sum(nil), messages)
	subtle.XORBytes(key, key, signature)
	return key, nil
}

func sum(newHash func() hash.Hash, key []byte, text string) []byte {
	mac := hmac.New(newHash, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
