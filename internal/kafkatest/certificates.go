//go:build unix

package kafkatest

import (
	"os"
	"path/filepath"
	"slices"

	"winevent/internal/services"
)

// writeCertificates makes all files in a folder. serverFile holds key,
// certificate and authority, as Kafka wants them.
func writeCertificates(dir string) (c services.Certificates, serverFile string, err error) {
	if c, err = services.WriteCertificates(dir); err != nil {
		return c, "", err
	}
	key, err := os.ReadFile(c.ServerKeyFile)
	if err != nil {
		return c, "", err
	}
	chain, err := os.ReadFile(c.ServerCertFile)
	if err != nil {
		return c, "", err
	}
	serverFile = filepath.Join(dir, "server-all.pem")
	return c, serverFile, os.WriteFile(serverFile, slices.Concat(key, chain), 0o600)
}
