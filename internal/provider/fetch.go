package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const maxRedirects = 5

// autoconfig asks the domain's own hosts for its file, both places at once; the
// first place that has a usable one holds.
func (f *Finder) autoconfig(ctx context.Context, a address) (Found, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	client := f.client(ctx, a)
	type result struct {
		found Found
		err   error
	}
	var results []chan result
	for _, place := range places(a) {
		c := make(chan result, 1)
		results = append(results, c)
		go func() {
			found, err := fetch(ctx, client, place, a)
			c <- result{found, err}
		}()
	}
	var all error
	for _, c := range results {
		r := <-c
		if r.err == nil {
			return r.found, nil
		}
		all = errors.Join(all, r.err)
	}
	return Found{}, all
}

// places are those of the draft-ietf-mailmaint-autoconfig that lie in the
// domain itself.
func places(a address) []string {
	const path = "/mail/config-v1.1.xml"
	query := "?" + url.Values{"emailaddress": {a.String()}}.Encode()
	return []string{"https://autoconfig." + a.domain + path + query, "https://" + a.domain + "/.well-known/autoconfig" + path}
}

func fetch(ctx context.Context, client *http.Client, place string, a address) (Found, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
	if err != nil {
		return Found{}, err
	}
	response, err := client.Do(request)
	if err != nil {
		return Found{}, fmt.Errorf("%s could not be asked: %w", request.URL.Host, bare(err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return Found{}, fmt.Errorf("%s has no autoconfig file (HTTP status %d)", request.URL.Host, response.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxConfig+1))
	if err != nil {
		return Found{}, fmt.Errorf("the autoconfig file of %s: %w", request.URL.Host, err)
	}
	if len(data) > maxConfig {
		return Found{}, fmt.Errorf("the autoconfig file of %s is larger than %d KiB", request.URL.Host, maxConfig>>10)
	}
	return parseAutoconfig(data, a)
}

// bare takes the URL off an error of net/http, since the address is in it.
func bare(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// client is the one of Finder, with redirects as autoconfig wants them and no
// cookies. A connection that is still being made ends with ctx: left to itself
// net/http would keep on, for the sake of later requests.
func (f *Finder) client(ctx context.Context, a address) *http.Client {
	client := &http.Client{}
	if f.HTTP != nil {
		*client = *f.HTTP
	} else {
		client.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			DialContext: func(_ context.Context, network, address string) (net.Conn, error) {
				return f.dial(ctx, network, address)
			},
			TLSClientConfig:   &tls.Config{RootCAs: f.Roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true,
			DisableKeepAlives: true,
		}
	}
	client.Jar = nil
	client.CheckRedirect = func(request *http.Request, via []*http.Request) error {
		return redirect(request, len(via), a)
	}
	return client
}

// redirect keeps to HTTPS and to hosts of the internet, and keeps the address from hosts outside the domain:
// neither the query nor the Referer takes it there.
func redirect(request *http.Request, hops int, a address) error {
	request.Header.Del("Referer")
	if request.URL.Scheme != "https" {
		return errors.New("it leads on to a place without HTTPS")
	}
	if hops > maxRedirects {
		return errors.New("it leads on and on")
	}
	host, public := hostname(request.URL.Hostname())
	if !public {
		return errors.New("it leads on to a place that is not in the internet")
	}
	if within(host, a.domain) {
		return nil
	}
	query := request.URL.Query()
	query.Del("emailaddress")
	request.URL.RawQuery = query.Encode()
	text, err := url.QueryUnescape(request.URL.String())
	if err != nil || strings.Contains(strings.ToLower(text), strings.ToLower(a.local)+"@") {
		return errors.New("it leads on to another domain, with the address")
	}
	return nil
}
