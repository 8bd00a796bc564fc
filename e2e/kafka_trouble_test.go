package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winevent/internal/kafkatest"
	"winevent/internal/testchunk"
)

// TestRecordTooLarge sends a record that the topic does not take amid others:
// it is kept with the reason, the others are delivered.
func TestRecordTooLarge(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	sharedTopic(t, "narrow", 1, map[string]string{"max.message.bytes": "30000"})
	noise := make([]byte, 40_000) // compression does not help
	rand.Read(noise)
	records := lines(t, "seeds_winevtlog.jsonl.gz")[:50]
	large := []byte(fmt.Sprintf(`{"ProviderName":"P","EventID":1,"Channel":"C","Computer":"c","Message":"%s"}`, hex.EncodeToString(noise)))
	records = append(records[:20:20], append([][]byte{large}, records[20:]...)...)
	chunk := chunkOf(t, testchunk.WithMetadata, records...)
	r := run(t, dir, kafkaConfig(t, dir, c.Addr(), "narrow"), "--chunk", write(t, dir, "chunk", chunk))
	if r.status != allOK {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	ids := map[string]bool{}
	messages := c.ReadAll(t, "narrow")
	for i := range messages {
		ids[header(&messages[i], "event.id")] = true
	}
	if len(messages) != 50 || len(ids) != 50 {
		t.Errorf("%d messages with %d ids, want 50", len(messages), len(ids))
	}
	letters := documentsOf(t, filepath.Join(dir, "dead-letter.ndjson"))
	if len(letters) != 1 {
		t.Fatalf("%d letters", len(letters))
	}
	original, err := base64.StdEncoding.DecodeString(letters[0]["original"].(string))
	must(t, err)
	if !bytes.Contains(chunk, original) || !bytes.Contains(original, []byte(hex.EncodeToString(noise))) {
		t.Error("the letter's original is not the record's bytes")
	}
	if reason := letters[0]["reason"].(string); !strings.Contains(reason, "max.message.bytes") || !strings.Contains(reason, "narrow") {
		t.Errorf("reason: %s", reason)
	}
}

// TestNoBrokerAtStart starts the plugin while no broker can be reached: it says
// so, keeps what comes, and delivers it once the broker is there.
func TestNoBrokerAtStart(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	sharedTopic(t, "late", 1, nil)
	b := c.Broker(0)
	must(t, b.Kill())
	start := func() {
		must(t, b.Start())
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		must(t, b.Ready(ctx))
	}
	defer func() {
		if t.Failed() { // others use the broker too
			b.Kill()
			start()
		}
	}()
	const flushTimeout = 2 * time.Second
	s := startStream(t, dir, kafkaConfig(t, dir, c.Addr(), "late", "flush_timeout "+flushTimeout.String()))
	waitFor(t, func() bool { return len(s.stderr.lines("ready instances=1")) == 1 })
	if warnings := s.stderr.lines("[warn]"); len(warnings) != 1 || !strings.Contains(warnings[0], c.Addr()) || !strings.Contains(warnings[0], "start the broker") {
		t.Errorf("warnings at start: %q", warnings)
	}
	chunk, sent := numberedEvents(t).chunk(0, 100), time.Now()
	must(t, s.send(chunkName(0), chunk))
	waitFor(t, func() bool { return s.retries() > 0 })
	if took := time.Since(sent); took > flushTimeout+3*time.Second { // the machine may be busy
		t.Errorf("the answer took %s", took)
	}
	start()
	s.quit(t)
	noDeadLetters(t, dir)
	if twice := account(t, c, "late", 100).twice(every); twice > 0 {
		t.Errorf("%d records are there twice", twice)
	}
}

// TestWrongPassword keeps every chunk, and says what to correct: once at start
// and once for the flushes, however many there are.
func TestWrongPassword(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	sharedTopic(t, "password", 1, nil)
	const wrong = "not-the-password"
	file := write(t, dir, "password", []byte(wrong))
	s := startStream(t, dir, kafkaConfig(t, dir, c.SASLAddr(), "password", "flush_timeout 2s",
		"kafka_sasl_mechanism plain", "kafka_sasl_username "+kafkatest.PlainUser, "kafka_sasl_password file:"+file))
	for n := range 3 {
		must(t, s.send(chunkName(n), numberedEvents(t).chunk(n*chunkRecords, n*chunkRecords+100)))
	}
	waitFor(t, func() bool { return s.retries() >= 9 })
	if s.delivered() > 0 {
		t.Error("chunks were delivered")
	}
	warnings := s.stderr.lines("[warn]")
	for _, w := range warnings {
		if !strings.Contains(w, "kafka_sasl_password") {
			t.Errorf("no fix in: %s", w)
		}
	}
	if n := len(s.stderr.lines("kafka_sasl_password")) - len(s.stderr.lines("winevent 0.")); n != len(warnings) || n > 2 || n == 0 {
		t.Errorf("%d lines with the fix:\n%s", n, s.stderr.String())
	}
	write(t, dir, "password", []byte(kafkatest.PlainPassword))
	s.quit(t)
	if n := len(c.ReadAll(t, "password")); n != 300 {
		t.Errorf("%d documents after the password was corrected, want 300", n)
	}
	for _, secret := range []string{wrong, kafkatest.PlainPassword} {
		if strings.Contains(s.stderr.String(), secret) {
			t.Errorf("the password %s is in the log", secret)
		}
	}
}
