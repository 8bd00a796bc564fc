package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"winevent/internal/elastictest"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/elasticsearch/setup"
	"winevent/outputs/secret"
)

// elasticIndex is the default of elasticsearch_index.
const elasticIndex = "{{data_stream.type}}-{{data_stream.dataset}}-{{data_stream.namespace}}"

// elasticNode runs a node, until the test ends, with what setup puts in place.
func elasticNode(t *testing.T, o elastictest.Options) *elastictest.Node {
	t.Helper()
	node := elastictest.Start(t, o)
	c := elasticsearch.Config{URLs: []string{node.URL()}, RequestTimeout: time.Minute}
	if o.Security {
		c.TLSFiles.CAFile = node.CAFile
		for to, text := range map[*secret.Secret]string{&c.Username: elastictest.Superuser, &c.Password: elastictest.SuperuserPassword} {
			var err error
			*to, err = secret.Parse(text)
			must(t, err)
		}
	}
	api, err := elasticsearch.NewAPI(c)
	must(t, err)
	defer api.Close()
	patterns, err := setup.Patterns(elasticIndex, "", nil)
	must(t, err)
	_, _, err = setup.Run(t.Context(), api, setup.Options{Version: "e2e", Patterns: patterns}, false)
	must(t, err)
	return node
}

// elasticConfig writes a configuration for output elasticsearch and returns its
// path. The namespace keeps the test's data streams apart. Each further option
// is "key value".
func elasticConfig(t *testing.T, dir string, node *elastictest.Node, namespace string, more ...string) string {
	t.Helper()
	options := append([]string{
		"Name winevent", "Match *", "output elasticsearch", "elasticsearch_urls " + node.URL(),
		"namespace " + namespace, "dead_letter_file " + filepath.Join(dir, "dead-letter.ndjson"),
	}, more...)
	if node.CAFile != "" {
		options = append(options, "elasticsearch_tls_ca_file "+node.CAFile,
			"elasticsearch_username "+elastictest.Writer, "elasticsearch_password "+elastictest.WriterPassword)
	}
	return write(t, dir, namespace+".conf", []byte("[OUTPUT]\n    "+strings.Join(options, "\n    ")+"\n"))
}

// stock is what became of numbered records: how often each is in a data stream,
// and how often in the dead letter file.
type stock struct {
	stored, refused []uint8
	ids             map[string]int
	streams         map[string]int // documents
	reasons         map[string]int // why documents were refused, without what differs
}

// serverReason is how the reason of a letter says what Elasticsearch answered.
var serverReason = regexp.MustCompile(`\b400 [a-z_]+_exception: .`)

// takeStock reads the data streams of a namespace and the dead letter file.
// Records that are in neither, in both or more than once, and documents that no
// record explains, are the test's failure.
func takeStock(t *testing.T, node *elastictest.Node, namespace, dir string, total int) *stock {
	t.Helper()
	s := &stock{stored: make([]uint8, total), refused: make([]uint8, total), ids: map[string]int{}, streams: map[string]int{}, reasons: map[string]int{}}
	unexplained := 0
	check := func(err error, what []byte) {
		if err != nil {
			if unexplained++; unexplained <= 10 {
				t.Errorf("%v: %.300s", err, what)
			}
		}
	}
	node.Each(t, "logs-*-"+namespace, func(h elastictest.Hit) { check(s.document(h), h.Source) })
	for _, letter := range documentsOf(t, filepath.Join(dir, "dead-letter.ndjson")) {
		check(s.letter(letter), fmt.Append(nil, letter["reason"]))
	}
	lost, twice := 0, 0
	for n := range total {
		switch there := int(s.stored[n]) + int(s.refused[n]); {
		case there == 0:
			lost++
		case there > 1:
			twice++
		}
	}
	if lost+twice+unexplained > 0 {
		t.Errorf("of %d records %d are lost and %d there twice; %d things are unexplained", total, lost, twice, unexplained)
	}
	return s
}

func (s *stock) document(h elastictest.Hit) error {
	n, err := number(h.Source)
	if err != nil || n < 0 || n >= len(s.stored) {
		return fmt.Errorf("document of record %d (%w)", n, err)
	}
	if !bytes.Contains(h.Source, []byte(`"id":"`+h.ID+`"`)) {
		return fmt.Errorf("_id %s is not event.id", h.ID)
	}
	if other, known := s.ids[h.ID]; known && other != n {
		return fmt.Errorf("records %d and %d have the same event.id", n, other)
	}
	s.ids[h.ID] = n
	s.stored[n]++
	s.streams[streamOf(h.Index)]++
	return nil
}

// letter finds the record of a dead letter by the bytes that it was made of.
func (s *stock) letter(letter map[string]any) error {
	original, err := base64.StdEncoding.DecodeString(letter["original"].(string))
	if err != nil {
		return err
	}
	_, rest, found := bytes.Cut(original, []byte("EventRecordID"))
	if !found || len(rest) < 9 {
		return fmt.Errorf("a letter without record id")
	}
	n := int(binary.BigEndian.Uint64(rest[1:])) - firstRecordID // behind the byte that says what number it is
	if n < 0 || n >= len(s.refused) {
		return fmt.Errorf("a letter of record %d", n)
	}
	reason := letter["reason"].(string)
	if !serverReason.MatchString(reason) {
		return fmt.Errorf("no reason of Elasticsearch's")
	}
	s.refused[n]++
	s.reasons[general(reason)]++
	return nil
}

// general leaves out of a reason what differs from document to document.
func general(reason string) string {
	return regexp.MustCompile(`send to elasticsearch \S+ |\[[0-9]+:[0-9]+\] |'[0-9a-f]{32}'|(?s:Preview of.*)|[0-9a-f]{32}`).ReplaceAllString(reason, "")
}

// streamOf is the data stream of a backing index, .ds-NAME-DATE-GENERATION.
func streamOf(index string) string {
	parts := strings.Split(strings.TrimPrefix(index, ".ds-"), "-")
	return strings.Join(parts[:max(0, len(parts)-2)], "-")
}

func sum(counts []uint8) (n int) {
	for _, c := range counts {
		n += int(c)
	}
	return n
}

// setting is a number of the environment, or the usual one.
func setting(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, bits.UintSize-2)
	must(t, err)
	return int(n)
}
