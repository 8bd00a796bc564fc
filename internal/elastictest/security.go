//go:build unix

package elastictest

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"winevent/internal/services"
)

// The users that a node with security knows.
const (
	Superuser         = "admin" // may do everything; Do and the like are this one
	SuperuserPassword = "admin-secret"
	Writer            = "writer" // has WriterRole
	WriterPassword    = "writer-secret"
	Reader            = "reader" // has ReaderRole
	ReaderPassword    = "reader-secret"
)

// What the users and API keys may do, as Elasticsearch's role descriptors.
const (
	WriterRole = `{"indices": [{"names": ["logs-*"], "privileges": ["create_doc", "auto_configure"]}]}`
	ReaderRole = `{"indices": [{"names": ["logs-*"], "privileges": ["read", "view_index_metadata"]}]}`
)

// Basic is the Authorization header of a user.
func Basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

var superuser = Basic(Superuser, SuperuserPassword)

// secure writes the files of users and certificates and adds their settings. A
// client certificate is checked if there is one, but nobody has to have one: for
// that, set xpack.security.http.ssl.client_authentication to required.
func (n *Node) secure(settings map[string]string) error {
	var err error
	if n.Certificates, err = services.WriteCertificates(n.config()); err != nil {
		return err
	}
	const tls = "xpack.security.http.ssl."
	settings["xpack.security.enabled"] = "true"
	settings[tls+"enabled"] = "true"
	settings[tls+"certificate"] = filepath.Base(n.ServerCertFile)
	settings[tls+"key"] = filepath.Base(n.ServerKeyFile)
	settings[tls+"certificate_authorities"] = filepath.Base(n.CAFile)
	settings[tls+"client_authentication"] = "optional"
	users := ""
	for _, user := range [][2]string{{Superuser, SuperuserPassword}, {Writer, WriterPassword}, {Reader, ReaderPassword}} {
		hash, err := hashPassword(user[1])
		if err != nil {
			return err
		}
		users += user[0] + ":" + hash + "\n"
	}
	for name, text := range map[string]string{
		"users":       users,
		"users_roles": "superuser:" + Superuser + "\nwriter:" + Writer + "\nreader:" + Reader + "\n",
		"roles.yml":   "writer: " + WriterRole + "\nreader: " + ReaderRole + "\n",
	} {
		if err := os.WriteFile(filepath.Join(n.config(), name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// hashPassword makes a hash as Elasticsearch's users file has them.
func hashPassword(password string) (string, error) {
	const rounds, size = 1000, 32
	salt := make([]byte, size)
	rand.Read(salt)
	key, err := pbkdf2.Key(sha512.New, password, salt, rounds, size)
	text := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("{PBKDF2}%d$%s$%s", rounds, text(salt), text(key)), err
}

// APIKey is one that Elasticsearch made.
type APIKey struct {
	ID      string `json:"id"`
	Secret  string `json:"api_key"`
	Encoded string `json:"encoded"` // both, as clients take them
}

// Authorization is the header of requests with the key.
func (k APIKey) Authorization() string { return "ApiKey " + k.Encoded }

// CreateAPIKey makes an API key that may do what the role descriptor says, such
// as WriterRole. It is valid for a time like "1h", or for ever if that is empty.
func (n *Node) CreateAPIKey(t testing.TB, role, expiration string) APIKey {
	t.Helper()
	request := map[string]any{
		"name":             "test",
		"role_descriptors": map[string]json.RawMessage{"role": json.RawMessage(role)},
	}
	if expiration != "" {
		request["expiration"] = expiration
	}
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return ask[APIKey](t, n, http.MethodPost, "/_security/api_key?refresh=true", string(body))
}

// InvalidateAPIKey makes a key useless. It takes a second.
func (n *Node) InvalidateAPIKey(t testing.TB, key APIKey) {
	t.Helper()
	ask[any](t, n, http.MethodDelete, "/_security/api_key", fmt.Sprintf(`{"ids": [%q]}`, key.ID))
}

// ServiceToken makes a token of the service account elastic/fleet-server: its
// requests have the header "Authorization: Bearer <token>", and may write to
// logs-* but for instance not read it.
func (n *Node) ServiceToken(t testing.TB) string {
	t.Helper()
	type answer struct{ Token struct{ Value string } }
	return ask[answer](t, n, http.MethodPost, "/_security/service/elastic/fleet-server/credential/token?refresh=true", "").Token.Value
}
