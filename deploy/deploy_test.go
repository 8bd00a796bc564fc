//go:build unix

// Package deploy holds what containers are made of. No container engine runs in
// the tests: these look at the files with the tools of those who would read them.
// Fluent Bit's configurations are loaded in cmd/winevent.
package deploy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/tidwall/gjson"

	"winevent/internal/services"
)

// tool returns a command of requirements.txt.
func tool(t *testing.T, program string, args ...string) *exec.Cmd {
	t.Helper()
	python, dir, err := services.PythonPackages("deploy-lint", "requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "bin", program)
	cmd := exec.Command(path, args...)
	if program != "hadolint" { // which is no Python, whatever brings it here
		cmd = exec.Command(python, append([]string{"-s", path}, args...)...)
	}
	cmd.Env = append(os.Environ(), "PYTHONPATH="+dir)
	return cmd
}

func TestDockerfile(t *testing.T) {
	if out, err := tool(t, "hadolint", "--failure-threshold", "style", "../Dockerfile").CombinedOutput(); err != nil {
		t.Errorf("hadolint: %v\n%s", err, out)
	}
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	bases := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllSubmatch(text, -1)
	if len(bases) != 2 {
		t.Errorf("%d bases", len(bases))
	}
	for _, base := range bases {
		if !regexp.MustCompile(`^\S+:\d+\.\d+\.\d+\S*@sha256:[0-9a-f]{64}$`).Match(base[1]) {
			t.Errorf("%s is not pinned by version and digest", base[1])
		}
	}
	if user := regexp.MustCompile(`(?m)^USER (\S+)`).FindAllSubmatch(text, -1); len(user) != 1 || string(user[0][1]) != "65532:65532" {
		t.Errorf("the user is %q", user)
	}
	// Go's version decides the bytes: the image has the release's.
	if version := regexp.MustCompile(`golang:(\d+\.\d+)`).FindSubmatch(text); version == nil {
		t.Error("no version of Go")
	} else if mod, err := os.ReadFile("../go.mod"); err != nil || !bytes.Contains(mod, append([]byte("\ngo "), version[1]...)) {
		t.Errorf("go.mod asks for another Go than %s: %v", version[1], err)
	}
}

// TestKubernetes compares the manifests with Kubernetes' own schemas, in which
// nothing may stand that they do not know.
func TestKubernetes(t *testing.T) {
	for _, version := range []string{"1.30", "1.37"} {
		out, err := tool(t, "kubernetes-validate", "--strict", "-k", version, "kubernetes/collector.yaml").CombinedOutput()
		if passed := bytes.Count(out, []byte(" passed for resource ")); err != nil || passed != 7 {
			t.Errorf("Kubernetes %s: %d resources passed, %v\n%s", version, passed, err, out)
		}
	}
	// The tool itself has to find something.
	text, err := os.ReadFile("kubernetes/collector.yaml")
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(wrong, bytes.Replace(text, []byte("serviceName: winevent-replicas"), []byte("servicename: winevent-replicas"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := tool(t, "kubernetes-validate", "--strict", wrong).CombinedOutput(); err == nil {
		t.Errorf("a misspelt key passes\n%s", out)
	}
}

// project reads compose.yaml as Docker Compose does.
func project(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"compose/compose.yaml"},
		cli.WithEnv([]string{"ELASTIC_PASSWORD=one", "KIBANA_PASSWORD=two", "WINEVENT_PASSWORD=three"}))
	if err != nil {
		t.Fatal(err)
	}
	p, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCompose(t *testing.T) {
	p := project(t)
	if want := []string{"accounts", "elasticsearch", "fluent-bit", "kafka", "kibana", "setup"}; !slices.Equal(p.ServiceNames(), want) {
		t.Errorf("services are %q", p.ServiceNames())
	}
	once := []string{"accounts", "setup"}
	for _, s := range p.Services {
		if s.MemLimit == 0 {
			t.Errorf("%s has no limit of memory", s.Name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %d is open to %q", s.Name, port.Target, port.HostIP)
			}
		}
		for _, secret := range s.Secrets {
			if secret.Mode == nil || *secret.Mode != 0o400 || secret.UID == "" {
				t.Errorf("%s: secret %s has mode %v, owner %q", s.Name, secret.Source, secret.Mode, secret.UID)
			}
		}
		for name, value := range s.Environment {
			if strings.Contains(strings.ToUpper(name), "PASSWORD") && !strings.HasSuffix(name, "_FILE") {
				t.Errorf("%s: a password in the environment, %s=%v", s.Name, name, value)
			}
		}
		for name, d := range s.DependsOn {
			want := types.ServiceConditionHealthy
			if slices.Contains(once, name) {
				want = types.ServiceConditionCompletedSuccessfully
			}
			if d.Condition != want {
				t.Errorf("%s waits for %s to be %s, not %s", s.Name, name, d.Condition, want)
			}
		}
		checked := s.HealthCheck != nil && !s.HealthCheck.Disable
		if ours := s.Name == "fluent-bit"; !ours && checked == slices.Contains(once, s.Name) { // the image brings its own
			t.Errorf("%s: health checked: %v", s.Name, checked)
		}
		for _, v := range s.Volumes {
			if _, err := os.Stat(v.Source); v.Type == types.VolumeTypeBind && err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
	if grace := p.Services["fluent-bit"].StopGracePeriod; grace == nil || grace.String() != "1m15s" {
		t.Errorf("Fluent Bit is killed after %v, its grace is 60 s", grace)
	}
}

// TestComposeSetup runs the command line of the service setup, as far as it comes
// without a server.
func TestComposeSetup(t *testing.T) {
	s := project(t).Services["setup"]
	if len(s.Entrypoint) == 0 || s.Entrypoint[0] != "/fluent-bit/bin/winevent" {
		t.Fatalf("the command is %q", s.Entrypoint)
	}
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	var args []string
	replaced := 0
	for _, arg := range slices.Concat(s.Entrypoint[1:], s.Command) {
		for _, r := range [][2]string{{"/fluent-bit/etc/winevent.yaml", "compose/fluent-bit.yaml"}, {"/run/secrets/elastic_password", secret}, {"http://kibana:5601", "http://127.0.0.1:1"}} {
			if strings.Contains(arg, r[0]) {
				arg = strings.Replace(arg, r[0], r[1], 1)
				replaced++
			}
		}
		args = append(args, arg)
	}
	args = append(args, "--url=http://127.0.0.1:1", "--timeout=5s")
	out, err := exec.Command("go", append([]string{"run", "winevent/cmd/winevent"}, args...)...).CombinedOutput()
	// go run ends with 1 whatever the program's status is, and says that.
	if err == nil || replaced != 3 || !bytes.Contains(out, []byte("exit status 1")) || !bytes.Contains(out, []byte("127.0.0.1:1")) {
		t.Errorf("%v: %s", err, out)
	}
}

// TestAccounts has the script of the service accounts talk to a server that notes what it is asked.
func TestAccounts(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is missing: install it (Debian: %[1]s)", program)
		}
	}
	secrets := t.TempDir()
	for _, name := range []string{"elastic_password", "kibana_password", "winevent_password"} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte("secret of "+name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex // of what the server shares with the test
	var asked []string
	refuse := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		body, err := io.ReadAll(r.Body)
		if err != nil || !gjson.ValidBytes(body) || user != "elastic" || password != "secret of elastic_password" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s by %s %s: %s, %v", r.Method, r.URL, user, password, body, err)
		}
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == refuse {
			w.WriteHeader(http.StatusForbidden)
		}
		asked = append(asked, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.Path, gjson.GetBytes(body, "password"), gjson.GetBytes(body, "roles.0")))
	}))
	defer server.Close()
	script := func() ([]byte, error) {
		cmd := exec.Command("bash", "compose/accounts.sh")
		cmd.Env = append(os.Environ(), "ELASTICSEARCH_URL="+server.URL, "SECRETS="+secrets)
		return cmd.CombinedOutput()
	}
	if out, err := script(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	want := []string{
		"POST /_security/user/kibana_system/_password secret of kibana_password ",
		"PUT /_security/role/winevent_writer  ",
		"PUT /_security/user/winevent secret of winevent_password winevent_writer",
	}
	mu.Lock()
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
	refuse = "/_security/role/winevent_writer"
	mu.Unlock()
	if out, err := script(); err == nil {
		t.Errorf("a refusal is taken for success: %s", out)
	}
	// The rights are those that the page names.
	text, err := os.ReadFile("compose/accounts.sh")
	page, pageErr := os.ReadFile("../docs/elasticsearch.md")
	if err != nil || pageErr != nil {
		t.Fatal(err, pageErr)
	}
	rights := regexp.MustCompile(`\{"names": \["logs-\*"\], "privileges": \["create_doc", "auto_configure"\]\}`)
	if !rights.Match(text) || !rights.Match(page) {
		t.Error("accounts.sh gives other rights than docs/elasticsearch.md")
	}
}
