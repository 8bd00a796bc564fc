package elasticsearch

import "net/http"

// roundTripper is a function that is an http.RoundTripper.
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Authorized adds the credentials of c, as they are at the time of each request.
func Authorized(next http.RoundTripper, c *Config) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context()) // a RoundTripper may not change what it is given
		if err := c.authorize(r); err != nil {
			return nil, err
		}
		return next.RoundTrip(r)
	})
}

func (c *Config) authorize(r *http.Request) error {
	switch {
	case c.APIKey.Set():
		key, err := c.APIKey.ReadAs("elasticsearch_api_key")
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "ApiKey "+encodedKey(key))
	case c.Token.Set():
		token, err := c.Token.ReadAs("elasticsearch_token")
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
	case c.Username.Set():
		username, err := c.Username.ReadAs("elasticsearch_username")
		if err != nil {
			return err
		}
		password, err := c.Password.ReadAs("elasticsearch_password")
		if err != nil {
			return err
		}
		r.SetBasicAuth(username, password)
	}
	return nil
}

// flavored has OpenSearch say what the client library refuses to work without.
func flavored(next http.RoundTripper, flavor string) http.RoundTripper {
	if flavor != "opensearch" {
		return next
	}
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err == nil {
			res.Header.Set("X-Elastic-Product", "Elasticsearch")
		}
		return res, err
	})
}
