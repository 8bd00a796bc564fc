//go:build unix

package elastictest

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// logging prints warnings and errors. Checks are warnings about what a production
// system should have.
const logging = `appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%%d{HH:mm:ss.SSS}][%%-5p][%%c{1.}] %%m%%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.checks.name = org.%s.bootstrap.BootstrapChecks
logger.checks.level = error
`

// writeFolder makes all that a node needs beside the home.
func (n *Node) writeFolder() error {
	for _, dir := range []string{n.config(), n.file("data"), n.file("logs"), n.file("tmp")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	settings := n.settings()
	if n.options.Security {
		if err := n.secure(settings); err != nil {
			return err
		}
	}
	maps.Copy(settings, n.options.Settings)
	for name, text := range map[string]string{
		n.product.name + ".yml": yml(settings),
		"jvm.options":           n.jvmOptions(),
		"log4j2.properties":     fmt.Sprintf(logging, n.product.name),
	} {
		if err := os.WriteFile(filepath.Join(n.config(), name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return handOver(n.dir)
}

func (n *Node) settings() map[string]string {
	s := map[string]string{
		"cluster.name":   "winevent",
		"node.name":      "node",
		"discovery.type": "single-node",
		"network.host":   "127.0.0.1",
		"http.port":      strconv.Itoa(n.port),
		"transport.port": strconv.Itoa(n.transportPort),
		"path.data":      strconv.Quote(n.file("data")),
		"path.logs":      strconv.Quote(n.file("logs")),

		"action.destructive_requires_name": "false", // DELETE /some-*
		// A machine with a full disk would make all indexes read-only.
		"cluster.routing.allocation.disk.threshold_enabled": "false",
	}
	if n.product.name == elasticsearch.name {
		s["xpack.security.enabled"] = "false"
	}
	if !n.options.Benchmark {
		// The serial collector lets garbage lie until the heap is full. Counted as
		// used memory, it would make a small heap refuse requests now and then.
		s["indices.breaker.total.use_real_memory"] = "false"
	}
	return s
}

// jvmOptions are read by the start script, which knows the variable.
func (n *Node) jvmOptions() string {
	collector := "-XX:+UseSerialGC"
	if n.options.Benchmark {
		collector = "-XX:+UseG1GC"
	}
	tmp := "${" + n.product.env + "TMPDIR}"
	return collector + "\n" +
		"-XX:+ExitOnOutOfMemoryError\n" +
		"-Djava.io.tmpdir=" + tmp + "\n" +
		"-Djna.tmpdir=" + tmp + "\n" + // not in the home of whoever runs the tests
		n.product.jvm
}

// javaFlags come after those of jvm.options and of the start script itself. A node
// starts faster without touching its whole heap and with only the first compiler.
func (o Options) javaFlags() string {
	heap, flags := "512m", " -XX:-AlwaysPreTouch -XX:TieredStopAtLevel=1"
	if o.Benchmark {
		heap, flags = "1g", ""
	}
	heap = cmp.Or(o.Heap, heap)
	return "-Xms" + heap + " -Xmx" + heap + flags
}

// environment is all that the start script gets.
func (n *Node) environment() []string {
	e := n.product.env
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + n.dir,
		e + "JAVA_HOME=" + n.jdk.home,
		e + "PATH_CONF=" + n.config(),
		e + "TMPDIR=" + n.file("tmp"),
		e + "JAVA_OPTS=" + n.options.javaFlags(),
		"CLI_JAVA_OPTS=-XX:TieredStopAtLevel=1", // of the launcher, which stays
	}
}

// yml writes settings as they are: a value may be any YAML that fits in a line.
func yml(settings map[string]string) string {
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "%s: %s\n", key, settings[key])
	}
	return text.String()
}
