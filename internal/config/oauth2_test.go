package config

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestProblemsOfOAuth2(t *testing.T) {
	const custom = "[account.oauth2]\nclient_id = \"x\"\n"
	at := func(provider, table string) (old, new string) {
		return secretLine, "oauth2 = \"" + provider + "\"\n" + table
	}
	var all []problem
	for _, x := range []struct{ name, provider, table, want string }{
		{"no client", "google", "", "line 5: account.oauth2.client_id: is missing; write [account.oauth2] with the client_id under which google knows this program; docs/providers.md says how to come by it"},
		{"tenant", "google", custom + `tenant = "uni.example"`, "line 12: account.oauth2.tenant: is for microsoft only; remove it"},
		{"tenant with a path", "microsoft", custom + `tenant = "a/b"`, `line 12: account.oauth2.tenant: is no name of a tenant; write its domain or its id, such as "uni.example"`},
		{"endpoint", "google", custom + `token_url = "https://x.example/"`, "line 12: account.oauth2.token_url: is for custom only; remove it"},
		{"scopes", "microsoft", custom + `scopes = ["a"]`, "line 12: account.oauth2.scopes: is for custom only; remove it"},
		{"plain http", "custom", custom + "authorize_url = \"https://x.example/\"\nscopes = [\"a\"]\ntoken_url = \"http://x.example/\"",
			`line 14: account.oauth2.token_url: is no address of a page that could be trusted with a token; write one that begins with "https://"`},
		{"no endpoints", "custom", custom + "scopes = [\"a\"]", "line 10: account.oauth2.authorize_url: is missing; write authorize_url = \"https://login.example.org/authorize\"\n" +
			"line 10: account.oauth2.token_url: is missing; write token_url = \"https://login.example.org/token\""},
		{"no scopes", "custom", custom + "device_url = \"https://x.example/\"\ntoken_url = \"https://x.example/\"",
			`line 10: account.oauth2.scopes: is missing; write what to ask for, such as scopes = ["email", "offline_access"]`},
	} {
		old, new := at(x.provider, x.table)
		all = append(all, problem{x.name, old, new, x.want})
	}
	all = append(all,
		problem{"not used", secretLine, secretLine + "\n" + custom, `line 10: account.oauth2: is not used; write oauth2 = "google", "microsoft" or "custom" in [account.imap], or remove it`},
		problem{"two providers", secretLine, "oauth2 = \"google\"\n[account.smtp]\nhost = \"x.example\"\noauth2 = \"microsoft\"",
			"line 5: account.oauth2: is for one provider, and the servers name two; write the same oauth2 for both"})
	checkProblems(t, all)
	load(t, strings.Replace(base, secretLine, "oauth2 = \"custom\"\n"+custom+
		"authorize_url = \"http://127.0.0.1:1/a\"\ntoken_url = \"http://localhost:1/t\"\nscopes = [\"mail\"]", 1))
}

// Accounts of different names have files of different names, which any system takes.
func TestSecretName(t *testing.T) {
	for account, want := range map[string]string{"Personal": "token-personal", "uni.example": "token-uni.example", "../x": "token-..%2Fx",
		"a:b": "token-a%3Ab", "a.": "token-a%2E", "İ": "token-%C4%B0", "ñ": "token-%C3%B1", `a\b`: "token-a%5Cb"} {
		if got := SecretName("token", account); got != want {
			t.Errorf("%q: got %q, want %q", account, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.OneOf(rapid.StringN(1, 6, -1), rapid.StringOfN(rapid.RuneFrom([]rune("iIİıKkKsSſ.:/aAé\u0301")), 1, 3, -1),
			rapid.Map(rapid.StringN(0, 2, -1), func(end string) string { return strings.Repeat("长", 100) + end }))
		a, b := names.Draw(t, "a"), names.Draw(t, "b")
		one, other := SecretName("token", a), SecretName("token", b)
		if !strings.EqualFold(a, b) && strings.EqualFold(one, other) {
			t.Errorf("%q and %q have the file %q", a, b, one)
		}
		if len(one) > 200 || strings.ContainsAny(one, `/\:*?"<>|`) || strings.HasSuffix(one, ".") {
			t.Errorf("%q has the file %q", a, one)
		}
	})
}
