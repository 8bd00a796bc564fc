package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// maxKibanaAnswer is far above what Kibana says of a few objects, in bytes.
const maxKibanaAnswer = 1 << 20

// Import gives saved objects, one JSON object a line, to the Kibana at a URL,
// which may end in a space (/s/NAME). It says what became of each. What is there
// already stays as it is, unless it is to be replaced: people change dashboards.
// The client adds the credentials.
func Import(ctx context.Context, client *http.Client, url string, ndjson []byte, replace bool) ([]Step, error) {
	url = fmt.Sprintf("%s/api/saved_objects/_import?overwrite=%t", strings.TrimRight(url, "/"), replace)
	req, err := importRequest(ctx, url, ndjson)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("import into Kibana: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxKibanaAnswer))
	if err != nil {
		return nil, fmt.Errorf("import into Kibana: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, refusedImport(res.StatusCode, answer)
	}
	return imported(answer)
}

func importRequest(ctx context.Context, url string, ndjson []byte) (*http.Request, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "winevent.ndjson") // Kibana looks at the end of the name
	if err == nil {
		_, err = file.Write(ndjson)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, &body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("kbn-xsrf", "winevent") // any value; without it Kibana takes no request that changes something
	return req, nil
}

// refusedImport is the error that an answer to the whole request tells of.
func refusedImport(status int, answer []byte) error {
	text := gjson.GetBytes(answer, "message").String()
	if text == "" {
		text = http.StatusText(status)
	}
	err := fmt.Errorf("import into Kibana: %d %s", status, text)
	switch status {
	case http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", err, loginFix)
	case http.StatusForbidden:
		return fmt.Errorf("%w: give the user the Kibana privilege Saved Objects Management (All)", err)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return fmt.Errorf("%w: check that the URL leads to Kibana", err)
	}
	return err
}

// imported reads what became of each object.
func imported(answer []byte) (steps []Step, err error) {
	if !gjson.ValidBytes(answer) || !gjson.GetBytes(answer, "success").Exists() {
		return nil, errors.New("import into Kibana: the answer is not Kibana's: check that the URL leads to Kibana")
	}
	for _, o := range gjson.GetBytes(answer, "successResults").Array() {
		outcome := Created
		if o.Get("overwrite").Bool() {
			outcome = Updated
		}
		steps = append(steps, Step{Outcome: outcome, What: "Kibana: " + kibanaName(o)})
	}
	stay := 0
	var failures []error
	for _, o := range gjson.GetBytes(answer, "errors").Array() {
		reason := o.Get("error.type").String()
		if reason == "conflict" {
			stay++
			continue
		}
		if message := o.Get("error.message").String(); message != "" {
			reason += ": " + message
		}
		failures = append(failures, fmt.Errorf("import into Kibana: %s: %s", kibanaName(o), reason))
	}
	if stay > 0 {
		steps = append(steps, Step{
			Outcome: Note, What: fmt.Sprintf("Kibana: %d saved objects are there already, and stay as they are", stay),
			Fix: "--kibana-replace replaces them, with all that was changed in them",
		})
	}
	return steps, errors.Join(failures...)
}

// kibanaName names a saved object for people.
func kibanaName(o gjson.Result) string {
	kind := o.Get("type").String()
	if kind == "index-pattern" {
		kind = "data view"
	}
	title := o.Get("meta.title").String()
	if title == "" {
		title = o.Get("id").String()
	}
	return kind + " " + title
}
