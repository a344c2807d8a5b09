package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"regards/internal/mailsim"
)

const deviceSecret = "device-code-secret"

// deviceServer plays a provider: device answers the first request, and the
// questions about the code are answered one after the other, the last for ever.
type deviceServer struct {
	device  string
	answers []string // "503", or the JSON of an answer
	asked   []time.Time

	complaints []error // that the owner was told of
}

func (d *deviceServer) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/device") {
		fmt.Fprint(w, d.device)
		return
	}
	answer := d.answers[min(len(d.asked), len(d.answers)-1)]
	d.asked = append(d.asked, time.Now())
	switch {
	case answer == "503":
		w.WriteHeader(http.StatusServiceUnavailable)
		answer = "<html>"
	case strings.Contains(answer, `"error"`):
		w.WriteHeader(http.StatusBadRequest)
	}
	fmt.Fprint(w, answer)
}

const (
	deviceAnswer = `{"device_code":"` + deviceSecret + `","user_code":"BCDF-GHJK","verification_uri":"https://p.example/login","expires_in":900%s}`
	pending      = `{"error":"authorization_pending"}`
	slowDown     = `{"error":"slow_down"}`
	deviceTokens = `{"access_token":"a","token_type":"Bearer","refresh_token":"r"}`
)

// logInByDevice does so in a bubble of time, and tells how long it took.
func logInByDevice(t *testing.T, d *deviceServer, test func(took time.Duration, refresh string, shown DeviceCode, err error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var shown DeviceCode
		refresh, err := played(d.serve).LoginByDevice(t.Context(), func(c DeviceCode) { shown = c }, func(why error) { d.complaints = append(d.complaints, why) })
		test(time.Since(begun), refresh, shown, err)
	})
}

// The pauses are those that the server wants (RFC 8628 section 3.5), and a
// server that is away is asked again, more and more rarely.
func TestDevicePauses(t *testing.T) {
	for name, x := range map[string]struct {
		interval string
		answers  []string
		pauses   []int // seconds
	}{
		"at once":         {"", []string{deviceTokens}, []int{5}},
		"pending":         {`,"interval":2`, []string{pending, pending, deviceTokens}, []int{2, 2, 2}},
		"slow down":       {`,"interval":2`, []string{slowDown, pending, slowDown, deviceTokens}, []int{2, 7, 7, 12}},
		"away meanwhile":  {`,"interval":2`, []string{"503", "503", pending, deviceTokens}, []int{2, 4, 8, 8}},
		"garbled":         {`,"interval":2`, []string{"<html>", deviceTokens}, []int{2, 4}},
		"negative":        {`,"interval":-7`, []string{deviceTokens}, []int{5}},
		"zero":            {`,"interval":0`, []string{deviceTokens}, []int{5}},
		"as good as none": {`,"interval":86400`, []string{deviceTokens}, []int{60}},
	} {
		d := &deviceServer{device: fmt.Sprintf(deviceAnswer, x.interval), answers: x.answers}
		begun := time.Time{}
		logInByDevice(t, d, func(took time.Duration, refresh string, shown DeviceCode, err error) {
			begun = time.Now().Add(-took)
			if err != nil || refresh != "r" || shown != (DeviceCode{Page: "https://p.example/login", Code: "BCDF-GHJK"}) {
				t.Errorf("%s: %q, %v: %v", name, refresh, shown, err)
			}
		})
		if len(d.asked) != len(x.pauses) {
			t.Errorf("%s: asked %d times, not %d", name, len(d.asked), len(x.pauses))
			continue
		}
		for i, pause := range x.pauses {
			if d.asked[i].Sub(begun) != time.Duration(pause)*time.Second {
				t.Errorf("%s: question %d came after %v, not %d s", name, i+1, d.asked[i].Sub(begun), pause)
			}
			begun = d.asked[i]
		}
	}
}

// A server that is away is told of once, however often it is asked again.
func TestDeviceComplains(t *testing.T) {
	for _, x := range []struct {
		answers []string
		want    int
	}{{[]string{pending, deviceTokens}, 0}, {[]string{"503", "<html>", pending, "503", deviceTokens}, 1}} {
		d := &deviceServer{device: fmt.Sprintf(deviceAnswer, ""), answers: x.answers}
		logInByDevice(t, d, func(_ time.Duration, _ string, _ DeviceCode, err error) {
			if err != nil || len(d.complaints) != x.want || x.want > 0 && !errors.Is(d.complaints[0], ErrAway) {
				t.Errorf("%q: %v: %v", x.answers, err, d.complaints)
			}
		})
	}
}

func TestDeviceRefused(t *testing.T) {
	for answer, want := range map[string]struct {
		class error
		words string
	}{
		`{"error":"access_denied"}`: {ErrGrant, "allow what is asked for"},
		`{"error":"expired_token"}`: {ErrGrant, "not used in time"},
		`{"error":"invalid_grant","error_description":"of ` + deviceSecret + `"}`: {ErrGrant, "of …"},
		`{"error":"invalid_client","error_description":"AADSTS7000218: x"}`:       {ErrRegistration, "public client flows"},
		pending: {ErrGrant, "not used in time"}, // until the code expires
		"503":   {ErrGrant, "not used in time"},
		`{"access_token":"a","token_type":"Bearer"}`: {ErrRegistration, "no refresh token"},
	} {
		d := &deviceServer{device: fmt.Sprintf(deviceAnswer, ""), answers: []string{answer}}
		logInByDevice(t, d, func(took time.Duration, _ string, _ DeviceCode, err error) {
			wantErr(t, err, want.class, want.words, deviceSecret)
			if took > 15*time.Minute {
				t.Errorf("%s: it took %v", answer, took)
			}
		})
	}
}

// What a server says is shown to the owner only if it can be.
func TestDeviceAnswers(t *testing.T) {
	const code = `"device_code":"` + deviceSecret + `","user_code":"A-B","verification_uri":"https://p.example/login"`
	for answer, want := range map[string]struct {
		words string // of the error
		shown DeviceCode
		limit time.Duration
	}{
		`{` + code + `,"expires_in":60}`: {shown: DeviceCode{Page: "https://p.example/login", Code: "A-B"}, limit: time.Minute},
		`{` + code + `,"expires_in":60,"verification_uri_complete":"https://p.example/login?c=A-B"}`: {
			shown: DeviceCode{"https://p.example/login", "A-B", "https://p.example/login?c=A-B"}, limit: time.Minute},
		`{` + code + `,"verification_uri_complete":"http://evil.example/"}`: {
			shown: DeviceCode{Page: "https://p.example/login", Code: "A-B"}, limit: longestDevice},
		`{` + code + `,"expires_in":-60}`:                       {shown: DeviceCode{Page: "https://p.example/login", Code: "A-B"}, limit: longestDevice},
		`{` + code + `,"expires_in":9999999}`:                   {shown: DeviceCode{Page: "https://p.example/login", Code: "A-B"}, limit: longestDevice},
		`{` + code + `,"expires_in":"60"}`:                      {words: "cannot be understood"},
		`{"device_code":"d","user_code":"A-B","expires_in":60}`: {words: "cannot be understood"},
		strings.Replace(`{`+code+`}`, "A-B", `A\u001b[2J`, 1):   {words: "cannot be understood"},
		strings.Replace(`{`+code+`}`, "https://", "http://", 1): {words: "cannot be understood"},
		strings.Replace(`{`+code+`}`, deviceSecret, "", 1):      {words: "cannot be understood"},
		"<html>": {words: "cannot be understood"},
		`{"device_code":"` + strings.Repeat("x", mostAnswer) + `"`: {words: "too long"},
	} {
		d := &deviceServer{device: answer, answers: []string{pending}}
		logInByDevice(t, d, func(took time.Duration, _ string, shown DeviceCode, err error) {
			if shown != want.shown || took != want.limit {
				t.Errorf("%.60s: %+v after %v", answer, shown, took)
			}
			if want.words != "" {
				wantErr(t, err, ErrAway, want.words, deviceSecret)
			}
		})
	}
}

func TestDeviceInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deviceServer{device: fmt.Sprintf(deviceAnswer, ""), answers: []string{pending}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		if _, err := played(d.serve).LoginByDevice(ctx, func(DeviceCode) {}, func(error) {}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestNoDevice(t *testing.T) {
	_, err := Client{Provider: Google, ID: "id"}.LoginByDevice(t.Context(), nil, nil)
	wantErr(t, err, ErrRegistration, "log in with a browser")
}

func TestDeviceWithServer(t *testing.T) {
	t.Parallel()
	server, client := tokenServer(t)
	server.Rule(func(r *mailsim.TokenRules) { r.Pending = 1 })
	var shown DeviceCode
	refresh, err := client.LoginByDevice(within(t), func(c DeviceCode) { shown = c }, func(error) {})
	must(t, err)
	if shown.Complete == "" || shown.Code != "BCDF-GHJK" {
		t.Errorf("it showed %+v", shown)
	}
	token(t, NewSource(client, &memory{refresh: refresh}, time.Now))
}
