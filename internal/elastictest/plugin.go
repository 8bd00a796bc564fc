//go:build unix

package elastictest

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed stub/StubAnalysisPlugin.java
var pluginSource string

const pluginDescriptor = `description=text analysis for the index of API keys
version=1
name=stub-analysis
java.version=17
elasticsearch.version=%s
classname=stub.StubAnalysisPlugin
`

// addPlugin compiles the plugin against Elasticsearch's own jars. There is none
// to download for API keys and service tokens, so this is what it takes to have them.
func addPlugin(home, version string, j jdk) error {
	javac, err := j.tool("javac")
	if err != nil {
		return err
	}
	jar, err := j.tool("jar")
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "elastictest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	source := filepath.Join(work, "StubAnalysisPlugin.java")
	if err := os.WriteFile(source, []byte(pluginSource), 0o644); err != nil {
		return err
	}
	plugin := filepath.Join(home, "plugins", "stub-analysis")
	if err := os.MkdirAll(plugin, 0o755); err != nil {
		return err
	}
	classes := filepath.Join(work, "classes")
	for _, cmd := range []*exec.Cmd{
		exec.Command(javac, "--release", "17", "-cp", filepath.Join(home, "lib", "*"), "-d", classes, source),
		exec.Command(jar, "--create", "--file", filepath.Join(plugin, "stub-analysis.jar"), "-C", classes, "."),
	} {
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", cmd, err, out)
		}
	}
	descriptor := fmt.Sprintf(pluginDescriptor, version)
	return os.WriteFile(filepath.Join(plugin, "plugin-descriptor.properties"), []byte(descriptor), 0o644)
}
