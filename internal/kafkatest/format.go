//go:build unix

package kafkatest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"

	"winevent/internal/services"
)

// A formatted data folder has two files: meta.properties with the ids of cluster,
// node and folder, and the first metadata records, which are the same everywhere
// and hold the SCRAM users. Kafka's tool makes the second once a machine; a run
// of it for every node would take longer than the start of the broker.
const (
	metaFile       = "meta.properties"
	checkpointFile = "bootstrap.checkpoint"
)

// format makes each node's data folder and properties.
func (c *Cluster) format(java javaCommand) error {
	template, err := formatted(java)
	if err != nil {
		return err
	}
	checkpoint, err := os.ReadFile(filepath.Join(template, "data", checkpointFile))
	if err != nil {
		return err
	}
	cluster := newID()
	for _, b := range c.nodes() {
		if err := os.MkdirAll(b.data(), 0o755); err != nil {
			return err
		}
		meta := fmt.Sprintf("version=1\ncluster.id=%s\nnode.id=%d\ndirectory.id=%s\n", cluster, b.id, newID())
		if err := os.WriteFile(filepath.Join(b.data(), metaFile), []byte(meta), 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(b.data(), checkpointFile), checkpoint, 0o644); err != nil {
			return err
		}
		if err := writeProperties(b.properties(), c.properties(b)); err != nil {
			return err
		}
	}
	return nil
}

// formatted returns a folder whose "data" was formatted by Kafka's tool.
func formatted(java javaCommand) (string, error) {
	args := []string{"format", "--cluster-id", newID(),
		"--add-scram", "SCRAM-SHA-256=[name=" + ScramUser + ",password=" + Scram256Password + "]",
		"--add-scram", "SCRAM-SHA-512=[name=" + ScramUser + ",password=" + Scram512Password + "]"}
	key := fmt.Sprint(java.jars, args[3:])
	return services.Cached("kafka-formatted", []byte(key), func(dir string) error {
		file := filepath.Join(dir, "server.properties")
		err := writeProperties(file, map[string]string{
			"process.roles":             "broker,controller",
			"node.id":                   "0",
			"controller.quorum.voters":  "0@localhost:9093",
			"controller.listener.names": controllerListener,
			"listeners":                 controllerListener + "://:9093,PLAINTEXT://:9092",
			"log.dirs":                  filepath.Join(dir, "data"),
		})
		if err != nil {
			return err
		}
		out, err := java.command(nil, "kafka.tools.StorageTool", append(args, "--config", file)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("cannot format a folder for Kafka: %w\n%s%s", err, out, hint(string(out)))
		}
		return nil
	})
}

// newID makes an id as Kafka writes them: 16 random bytes.
func newID() string {
	var id [16]byte
	rand.Read(id[:])
	return base64.RawURLEncoding.EncodeToString(id[:])
}
