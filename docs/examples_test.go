//go:build unix

package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/format"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/segmentio/kafka-go"
	"github.com/tidwall/gjson"

	"winevent/internal/kafkatest"
	"winevent/internal/samples"
	"winevent/internal/services"
	"winevent/internal/testchunk"
	"winevent/plugin/config"
	"winevent/plugin/hostlog"
	"winevent/plugin/instance"
)

// examples are the blocks of kafka.md, in their order. Each has to be run or
// compared by a test here; whoever adds one adds it to both.
var examples = []string{
	"ini smallest.conf", "yaml lasting.yaml",
	"sh create-topic", "sh rights", "sh scram-user",
	"ini scram.conf", "yaml plain.yaml", "ini certificate.conf",
	"text example of a log line",
	"sh kcat-look", "sh kcat-filter", "sh kcat-envelope", "sh console",
	"go consumer.go", "text printed by consumer.go",
}

// page is kafka.md.
type page struct {
	text   string
	names  []string
	blocks map[string]string // by "language name"
}

func readPage(t *testing.T) *page {
	t.Helper()
	text, err := os.ReadFile("kafka.md")
	if err != nil {
		t.Fatal(err)
	}
	p := &page{text: string(text), blocks: map[string]string{}}
	for _, m := range regexp.MustCompile("(?ms)^```(.+?)\n(.*?)^```$").FindAllStringSubmatch(p.text, -1) {
		p.names = append(p.names, m[1])
		p.blocks[m[1]] = m[2]
	}
	return p
}

// table returns the cells of the table n, from 0, below a heading.
func (p *page) table(t *testing.T, heading string, n int) (rows [][]string) {
	t.Helper()
	_, section, found := strings.Cut(p.text, "\n### "+heading+"\n")
	if !found {
		t.Fatalf("no heading %s", heading)
	}
	section, _, _ = strings.Cut(section, "\n#")
	tables := regexp.MustCompile(`(?m)(?:^\|.*\n)+`).FindAllString(section, -1)
	for _, line := range strings.Split(strings.TrimSpace(tables[n]), "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		rows = append(rows, cells)
	}
	return rows
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// spans returns what stands between backticks.
func spans(text string) (all []string) {
	for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestEveryExampleIsKnown(t *testing.T) {
	p := readPage(t)
	if !slices.Equal(p.names, examples) {
		t.Errorf("the page has the blocks %q, tests know %q", p.names, examples)
	}
	source := p.blocks["go consumer.go"]
	if formatted, err := format.Source([]byte(source)); err != nil || string(formatted) != source {
		t.Errorf("consumer.go is not formatted: %v", err)
	}
}

// TestConfigurationExamples has the command line tool read each of them, as users do.
func TestConfigurationExamples(t *testing.T) {
	p := readPage(t)
	dir := t.TempDir()
	tool := buildTool(t, dir)
	for _, name := range p.names {
		language, file, _ := strings.Cut(name, " ")
		if language != "ini" && language != "yaml" {
			continue
		}
		path := filepath.Join(dir, file)
		writeFile(t, path, p.blocks[name])
		run(t, exec.Command(tool, "enrich", "--config", path, os.DevNull))
	}
}

// buildTool builds the command line tool into a folder.
func buildTool(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "winevent")
	run(t, exec.Command("go", "build", "-o", path, "winevent/cmd/winevent"))
	return path
}

// TestLogIsQuoted looks in the code for everything that the page says the log says.
func TestLogIsQuoted(t *testing.T) {
	var code strings.Builder
	for _, dir := range []string{"../outputs", "../plugin"} {
		err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if strings.HasSuffix(path, "tlsfiles/hint.go") { // which leaves the beginning of the options' names open
				text = []byte(strings.NewReplacer("%s", "kafka_tls_", "%[1]s", "kafka_tls_").Replace(string(text)))
			}
			code.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := readPage(t).table(t, "When something goes wrong", 0)
	if len(rows) < 20 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		for _, quotation := range spans(row[2]) {
			if !strings.Contains(code.String(), quotation) {
				t.Errorf("%s: no code says %q", row[0], quotation)
			}
		}
	}
}

// TestKafkaPage runs the page's commands and programs, in their order, with a
// real broker that has a listener of each kind.
func TestKafkaPage(t *testing.T) {
	s := &stage{page: readPage(t), cluster: kafkatest.Start(t, kafkatest.Options{
		TLS: true, SASL: true, Authorizer: true,
		Properties: map[string]string{"auto.create.topics.enable": "true"},
	})}
	s.tools = installTools(t)
	buildTool(t, s.tools)
	seeds, err := samples.Lines(samples.Dir("samples", "seeds_winevtlog.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	// The page's examples are of this event.
	s.events = append(golden(t, "5462.winevtlog.in"), seeds...)

	t.Run("topic", func(t *testing.T) { s.shell(t, "create-topic") })
	t.Run("log line", s.logLine)
	t.Run("rights and user", func(t *testing.T) {
		s.shell(t, "rights")
		s.shell(t, "scram-user")
	})
	for _, name := range s.page.names {
		if file := regexp.MustCompile(`^(?:ini|yaml) (.*)`).FindStringSubmatch(name); file != nil {
			t.Run(file[1], func(t *testing.T) { s.configuration(t, name) })
		}
	}
	t.Run("headers", s.headers)
	t.Run("topics by template", s.templates)
	t.Run("compressions", s.compressions)
	t.Run("kcat", s.kcat)
	t.Run("consumer.go", s.consumer)
}

// stage is where the page's examples run.
type stage struct {
	page    *page
	cluster *kafkatest.Cluster
	tools   string // folder of the programs: Kafka's and winevent
	events  [][]byte
}

// installTools makes Kafka's programs as its bin folder has them, and returns their folder.
func installTools(t *testing.T) string {
	t.Helper()
	broker, err := os.ReadFile("../internal/kafkatest/pom.xml")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`kafka_2\.13</artifactId>\s*<version>(.*?)</version>`).FindSubmatch(broker)
	if version == nil {
		t.Fatal("kafkatest's pom.xml has no version of Kafka")
	}
	jars, err := services.Maven("kafka", broker)
	if err != nil {
		t.Fatal(err)
	}
	// The broker's jars have all that the tools need.
	tools, err := services.Maven("kafka-tools", fmt.Appendf(nil, `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>winevent</groupId>
  <artifactId>kafka-tools</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-tools</artifactId>
      <version>%s</version>
      <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>
    </dependency>
  </dependencies>
</project>
`, version[1]))
	if err != nil {
		t.Fatal(err)
	}
	java, err := services.Java()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, class := range map[string]string{
		"kafka-topics.sh":           "org.apache.kafka.tools.TopicCommand",
		"kafka-acls.sh":             "org.apache.kafka.tools.AclCommand",
		"kafka-configs.sh":          "kafka.admin.ConfigCommand",
		"kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
	} {
		script := fmt.Sprintf("#!/bin/sh\nexec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "+
			"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '%s/*:%s/*' %s \"$@\"\n", java, jars, tools, class)
		path := filepath.Join(dir, name)
		writeFile(t, path, script)
		if err := os.Chmod(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// shell runs a block of commands with the broker's address, and other changes,
// and returns what it printed.
func (s *stage) shell(t *testing.T, name string, changes ...string) string {
	t.Helper()
	script := s.page.blocks["sh "+name]
	changes = append(changes, "kafka1.example.com:9092", s.cluster.Addr(), "--replication-factor 3", "--replication-factor 1",
		"min.insync.replicas=2", "min.insync.replicas=1")
	for n := 0; n < len(changes); n += 2 {
		script = strings.ReplaceAll(script, changes[n], changes[n+1])
	}
	cmd := exec.Command("sh", "-euc", script)
	cmd.Env = append(os.Environ(), "PATH="+s.tools+":"+os.Getenv("PATH"))
	return run(t, cmd)
}

// run runs a command, within a minute, and returns its standard output.
func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, tail(stdout.String()), tail(stderr.String()))
	}
	return stdout.String()
}

func tail(s string) string { return s[max(0, len(s)-2000):] }

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// options reads a configuration of the page, with this cluster's addresses and files in it.
func (s *stage) options(t *testing.T, name string) map[string]string {
	t.Helper()
	o := map[string]string{}
	if text, ok := s.page.blocks[name]; strings.HasPrefix(name, "yaml ") {
		var file struct {
			Pipeline struct{ Outputs []map[string]any }
		}
		if err := yaml.Unmarshal([]byte(text), &file); err != nil {
			t.Fatal(err)
		}
		for key, value := range file.Pipeline.Outputs[0] {
			o[key] = fmt.Sprint(value)
		}
	} else if ok {
		for _, line := range strings.Split(text, "\n")[1:] {
			key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			o[key] = strings.TrimSpace(value)
		}
	}
	c := s.cluster
	switch {
	case o["kafka_tls_cert_file"] != "":
		o["kafka_brokers"] = c.MTLSAddr()
	case o["kafka_sasl_mechanism"] != "":
		o["kafka_brokers"] = c.SASLTLSAddr()
	default:
		o["kafka_brokers"] = c.Addr()
	}
	for key, file := range map[string]string{
		"kafka_tls_ca_file": c.CAFile, "kafka_tls_cert_file": c.ClientCertFile, "kafka_tls_key_file": c.ClientKeyFile,
	} {
		if o[key] != "" {
			o[key] = file
		}
	}
	if strings.HasPrefix(o["kafka_sasl_password"], "file:") {
		path := filepath.Join(t.TempDir(), "password")
		password := regexp.MustCompile(`password=(.*?)\]`).FindStringSubmatch(s.page.blocks["sh scram-user"])
		writeFile(t, path, password[1]+"\n")
		o["kafka_sasl_password"] = "file:" + path
	}
	o["output"] = "kafka"
	o["dead_letter_file"] = filepath.Join(t.TempDir(), "dead-letter.ndjson")
	return o
}

// logged is what an instance logs, a line each.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) print(_ slog.Level, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, text)
}

// open opens an instance as the plugin does.
func open(t *testing.T, options map[string]string) (*instance.Instance, *logged) {
	t.Helper()
	c, err := config.Read(func(key string) string { return options[key] })
	if err != nil {
		t.Fatal(err)
	}
	log := &logged{}
	i, err := instance.Open(c, slog.New(hostlog.New(hostlog.Host{
		Enabled: func(slog.Level) bool { return true }, Print: log.print,
	})))
	if err != nil {
		t.Fatal(err)
	}
	return i, log
}

func chunkOf(t *testing.T, events [][]byte) []byte {
	t.Helper()
	chunk, err := testchunk.OfLines(events, time.Unix(1_767_225_600, 0), testchunk.WithMetadata)
	if err != nil {
		t.Fatal(err)
	}
	return chunk
}

// send delivers events in one chunk, which comes again as Fluent Bit's would,
// and returns the log. Nothing may end in the dead letter file.
func (s *stage) send(t *testing.T, options map[string]string, events [][]byte) []string {
	t.Helper()
	i, log := open(t, options)
	chunk := chunkOf(t, events)
	// Brokers may not know a new user or right yet.
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		err := i.Flush(chunk, "tag")
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if err := i.Close(); err != nil {
		t.Error(err)
	}
	if letters, err := os.ReadFile(options["dead_letter_file"]); err == nil {
		t.Errorf("dead letters: %.500s", letters)
	}
	return log.lines
}

// logLine provokes the line that the page shows: nobody has any right yet.
func (s *stage) logLine(t *testing.T) {
	i, log := open(t, s.options(t, "ini certificate.conf"))
	if i.Flush(chunkOf(t, s.events[:2]), "tag") == nil {
		t.Error("who has no right may write")
	}
	if err := i.Close(); err != nil {
		t.Error(err)
	}
	_, want, _ := strings.Cut(strings.TrimSpace(s.page.blocks["text example of a log line"]), "[output:winevent] ")
	if !slices.Contains(log.lines, want) {
		t.Errorf("the page shows %q, the log is\n%s", want, strings.Join(log.lines, "\n"))
	}
}

// configuration checks a configuration of the page and sends through it. As they
// all send the same events, these stand in the topic several times then.
func (s *stage) configuration(t *testing.T, name string) {
	t.Setenv("KAFKA_USER", kafkatest.PlainUser)
	t.Setenv("KAFKA_PASSWORD", kafkatest.PlainPassword)
	for _, user := range []string{kafkatest.PlainUser, "CN=client"} {
		s.cluster.GrantProduce(t, user, "winevent")
	}
	before := len(s.cluster.ReadAll(t, "winevent"))
	o := s.options(t, name)
	s.send(t, o, s.events)
	section := "[OUTPUT]\n"
	for key, value := range o {
		section += "    " + key + " " + value + "\n"
	}
	file := filepath.Join(t.TempDir(), "fluent-bit.conf")
	writeFile(t, file, section)
	run(t, exec.Command(filepath.Join(s.tools, "winevent"), "check", "--config", file))
	if n := len(s.cluster.ReadAll(t, "winevent")) - before; n != len(s.events) {
		t.Errorf("%d records of %d events", n, len(s.events))
	}
}

// headers compares the page's table with the record that its examples are of.
func (s *stage) headers(t *testing.T) {
	var want []string
	for _, row := range s.page.table(t, "Records", 1) {
		want = append(want, spans(row[0])[0]+"="+spans(row[2])[0])
	}
	for _, m := range s.cluster.ReadAll(t, "winevent") {
		if header(m, "event.code") != "5462" {
			continue
		}
		var got []string
		for _, h := range m.Headers {
			got = append(got, h.Key+"="+string(h.Value))
		}
		if !slices.Equal(got, want) {
			t.Errorf("the record has\n%q, the page\n%q", got, want)
		}
		if host := gjson.GetBytes(m.Value, "host.name").String(); host == "" || string(m.Key) != host {
			t.Errorf("host %q has the key %q", host, m.Key)
		}
		return
	}
	t.Error("the event is not there")
}

func header(m kafkatest.Message, key string) string {
	for _, h := range m.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// templates looks for the two events of the table in the topics that it names.
func (s *stage) templates(t *testing.T) {
	events := append(golden(t, "5462.winevtlog.in"), golden(t, "2004.winevtlog.in")...)
	for _, row := range s.page.table(t, "Topics by template", 0) {
		template := spans(row[0])[0]
		o := s.options(t, "")
		o["kafka_topic"] = template
		s.send(t, o, events)
		for n, code := range []string{"5462", "2004"} {
			topic := spans(row[n+1])[0]
			if !slices.ContainsFunc(s.cluster.ReadAll(t, topic), func(m kafkatest.Message) bool { return header(m, "event.code") == code }) {
				t.Errorf("%s: event %s is not in %s", template, code, topic)
			}
		}
	}
}

// compressions writes with each codec what Java's consumer then reads, and
// compares the page's numbers.
func (s *stage) compressions(t *testing.T) {
	events, err := samples.Lines(samples.Dir("samples", "winevtlog_stringinserts.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range s.page.table(t, "Compression", 0) {
		name := spans(row[0])[0]
		t.Run(name, func(t *testing.T) {
			topic := "compression." + name
			s.cluster.CreateTopic(t, topic, 1, 1, nil)
			o := s.options(t, "")
			o["kafka_topic"], o["kafka_compression"] = topic, name
			log := strings.Join(s.send(t, o, events), "\n")
			messages := s.cluster.ReadAll(t, topic)
			printed := s.shell(t, "console", "--topic winevent", "--topic "+topic, "--max-messages 10", "--max-messages "+strconv.Itoa(len(messages)))
			if want := consoleLines(messages); len(messages) != len(events) || printed != want {
				t.Errorf("%d events, %d records, the consumer prints %d bytes, not %d", len(events), len(messages), len(printed), len(want))
			}
			ratio(t, row[1], log)
			if name == "none" {
				s.sizes(t, messages)
			}
		})
	}
}

// consoleLines is what the console consumer prints.
func consoleLines(messages []kafkatest.Message) string {
	var b strings.Builder
	for _, m := range messages {
		for n, h := range m.Headers {
			if n > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%s:%s", h.Key, h.Value)
		}
		fmt.Fprintf(&b, "\t%s\t%s\n", m.Key, m.Value)
	}
	return b.String()
}

// ratio compares a claim such as "5.6× smaller" with the line at exit.
func ratio(t *testing.T, claim, log string) {
	t.Helper()
	number, _, _ := strings.Cut(claim, "×")
	want, err := strconv.ParseFloat(number, 64)
	sizes := regexp.MustCompile(`\bkafka_bytes=(\d+) kafka_compressed=(\d+)`).FindStringSubmatch(log)
	if err != nil || sizes == nil {
		t.Fatalf("%v, log: %s", err, log)
	}
	plain, _ := strconv.ParseFloat(sizes[1], 64)
	packed, _ := strconv.ParseFloat(sizes[2], 64)
	if got := plain / packed; got < want*0.95 || got > want*1.05 {
		t.Errorf("the page says %s, it is %.1f×", claim, got)
	}
}

// sizes compares what the page says of documents.
func (s *stage) sizes(t *testing.T, messages []kafkatest.Message) {
	total, largest := 0, 0
	for _, m := range messages {
		total += len(m.Value)
		largest = max(largest, len(m.Value))
	}
	want := fmt.Sprintf("Of 4,054 recorded events the documents are %.1f KB on average and %.0f KB at most",
		float64(total)/float64(len(messages))/1000, float64(largest)/1000)
	if len(messages) != 4054 || !strings.Contains(s.page.text, want) {
		t.Errorf("the page should say: %s (%d)", want, len(messages))
	}
}

// medium returns what both kcat-filter and consumer.go print of records.
func medium(messages []kafkatest.Message) (lines []string) {
	for _, m := range messages {
		switch header(m, "winevent.severity") {
		case "medium", "high", "critical":
			var cells []string
			for _, path := range []string{"winevent.severity", "host.name", "winevent.title", "winevent.remediation.summary"} {
				cells = append(cells, gjson.GetBytes(m.Value, path).String())
			}
			lines = append(lines, strings.Join(cells, "\t"))
		}
	}
	return slices.Sorted(slices.Values(lines))
}

func sortedLines(text string) []string {
	return slices.Sorted(strings.Lines(text))
}

// kcat runs where it is installed.
func (s *stage) kcat(t *testing.T) {
	for _, program := range []string{"kcat", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian: %s)", program, program)
		}
	}
	messages := s.cluster.ReadAll(t, "winevent")
	printed := s.shell(t, "kcat-look")
	total := 0
	for _, m := range messages {
		var headers []string
		for _, h := range m.Headers {
			headers = append(headers, h.Key+"="+string(h.Value))
		}
		one := fmt.Sprintf("%s\n%s\n%s\n\n", m.Key, strings.Join(headers, ","), m.Value)
		if total += len(one); !strings.Contains(printed, one) {
			t.Fatalf("not printed: %s", one)
		}
	}
	if total != len(printed) {
		t.Errorf("%d bytes are printed, records have %d", len(printed), total)
	}
	if got, want := sortedLines(s.shell(t, "kcat-filter")), medium(messages); len(want) == 0 || strings.Join(got, "") != strings.Join(want, "\n")+"\n" {
		t.Errorf("printed: %q\nwant: %q", got, want)
	}
	count := 0
	for _, m := range messages {
		if header(m, "event.code") == "5462" {
			count++
		}
	}
	const line = "srv01.example.test\t2026-02-03T03:05:36.000Z\n"
	if got := s.shell(t, "kcat-envelope"); count == 0 || got != strings.Repeat(line, count) {
		t.Errorf("printed: %q", got)
	}
}

// consumer runs the page's program, until it has committed all records and once
// more after others were written, and expects each event once.
func (s *stage) consumer(t *testing.T) {
	dir := t.TempDir()
	source, program := filepath.Join(dir, "consumer.go"), filepath.Join(dir, "consumer")
	writeFile(t, source, s.page.blocks["go consumer.go"])
	run(t, exec.Command("go", "vet", source)) // with this module's dependencies
	run(t, exec.Command("go", "build", "-o", program, source))

	first := s.consume(t, program)
	records := s.cluster.ReadAll(t, "winevent")
	unique := map[string]kafkatest.Message{}
	for _, m := range records {
		unique[header(m, "event.id")] = m
	}
	if len(records) < 2*len(unique) {
		t.Errorf("%d records of %d events: there is nothing to drop", len(records), len(unique))
	}
	want := medium(slices.Collect(maps.Values(unique)))
	if len(want) < 5 || !slices.Equal(first, want) {
		t.Errorf("printed:\n%s\nwant:\n%s", strings.Join(first, "\n"), strings.Join(want, "\n"))
	}
	if example := strings.TrimSpace(s.page.blocks["text printed by consumer.go"]); !slices.Contains(first, example) {
		t.Errorf("not printed: %s", example)
	}

	events := golden(t, "49*.winevtlog.in")
	s.send(t, s.options(t, ""), events)
	second := s.consume(t, program)
	if want := medium(newest(s.cluster.ReadAll(t, "winevent"), records)); len(want) == 0 || !slices.Equal(second, want) {
		t.Errorf("after the restart printed:\n%s\nwant:\n%s", strings.Join(second, "\n"), strings.Join(want, "\n"))
	}
}

// newest returns the messages that were not there before.
func newest(now, before []kafkatest.Message) []kafkatest.Message {
	ends := map[int]int64{}
	for _, m := range before {
		ends[m.Partition] = max(ends[m.Partition], m.Offset+1)
	}
	return slices.DeleteFunc(now, func(m kafkatest.Message) bool { return m.Offset < ends[m.Partition] })
}

// consume runs the consumer until it has committed everything, ends it as Ctrl-C
// does, and returns the lines that it printed, sorted.
func (s *stage) consume(t *testing.T, program string) []string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program, s.cluster.Addr(), "winevent")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err := s.committed(t)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	late := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	defer late.Stop()
	if err := errors.Join(err, cmd.Wait()); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	return slices.Sorted(strings.SplitSeq(strings.TrimSuffix(stdout.String(), "\n"), "\n"))
}

// committed waits until the group has committed all records of the topic.
func (s *stage) committed(t *testing.T) error {
	t.Helper()
	ends := s.cluster.Offsets(t, "winevent")
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(s.cluster.Addr()), Transport: transport}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		response, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{
			GroupID: "winevent-triage", Topics: map[string][]int{"winevent": slices.Sorted(maps.Keys(ends))},
		})
		committed := map[int]int64{}
		if err == nil {
			for _, p := range response.Topics["winevent"] {
				committed[p.Partition] = max(0, p.CommittedOffset) // -1: none
			}
		}
		if maps.Equal(committed, ends) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("committed are %v of %v: %w", committed, ends, errors.Join(err, ctx.Err()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
