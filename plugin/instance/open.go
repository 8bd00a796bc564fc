package instance

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"winevent/enrich"
	"winevent/outputs"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/file"
	"winevent/outputs/kafka"
	"winevent/outputs/stdout"
	"winevent/plugin/config"
)

// openOutput opens the destination, and says which attributes it wants of documents.
func openOutput(c config.Config, log *slog.Logger) (outputs.Output, []*enrich.Template, error) {
	switch c.Output {
	case "file":
		o, err := openFile("file_path", file.Config{Path: c.FilePath, MaxSize: c.FileMaxSize, MaxFiles: c.FileMaxFiles})
		return o, nil, err
	case "kafka":
		c.Kafka.Log = log
		o, err := kafka.Open(c.Kafka)
		if err != nil {
			return nil, nil, &config.Fault{Key: "kafka_tls", Value: "on", Fix: fmt.Sprintf("its files must be there and fit together: %v", err)}
		}
		attributes, err := c.Kafka.Attributes()
		return o, attributes, err
	case "elasticsearch":
		c.Elasticsearch.Log = log
		o, err := elasticsearch.Open(c.Elasticsearch)
		if err != nil {
			return nil, nil, &config.Fault{Key: "elasticsearch_urls", Value: strings.Join(c.Elasticsearch.URLs, ","), Fix: err.Error()}
		}
		return o, c.Elasticsearch.Attributes(), nil
	}
	o, err := stdout.New()
	if err != nil {
		return nil, nil, &config.Fault{Key: "output", Value: "stdout",
			Fix: fmt.Sprintf("Fluent Bit has no standard output here, a Windows service never has; write to a file instead: %v", err)}
	}
	return o, nil, nil
}

// openFile opens a file that the option key names, and finds out whether it can be written to.
func openFile(key string, c file.Config) (*file.Output, error) {
	o, err := file.Open(c)
	if err == nil {
		if err = o.Check(); err != nil {
			err = errors.Join(err, o.Close())
		}
	}
	if err != nil {
		return nil, &config.Fault{Key: key, Value: c.Path, Fix: fmt.Sprintf("must be a file that can be written to: %v", err)}
	}
	return o, nil
}
