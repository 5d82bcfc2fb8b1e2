package llm

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name    string
		opt     Options
		field   string
		problem Problem
		plain   bool
	}{
		{"defaults", Options{Model: "m"}, "", "", false},
		{"all of it", Options{Model: "deepseek-ai/DeepSeek-V3:latest", BaseURL: "https://api.example.org:8443/compatible-mode/v1/", Key: testKey}, "", "", false},
		{"localhost", Options{Model: "m", BaseURL: "http://localhost:11434/v1"}, "", "", true},
		{"loopback", Options{Model: "m", BaseURL: "http://127.0.0.1:11434/v1"}, "", "", true},
		{"loopback 6", Options{Model: "m", BaseURL: "http://[::1]:11434"}, "", "", true},
		{"private", Options{Model: "m", BaseURL: "http://192.168.1.5:8000/v1"}, "", "", true},
		{"private 6", Options{Model: "m", BaseURL: "http://[fd00::5]/v1"}, "", "", true},
		{"a container", Options{Model: "m", BaseURL: "http://ollama:11434/v1"}, "", "", true},
		{"a host of this network", Options{Model: "m", BaseURL: "http://gpu.lan:8000"}, "", "", true},
		{"no model", Options{}, "Model", Missing, false},
		{"blank model", Options{Model: " "}, "Model", Missing, false},
		{"model with a line end", Options{Model: "m\n"}, "Model", Unprintable, false},
		{"key with a line end", Options{Model: "m", Key: testKey + "\n"}, "Key", NotKey, false},
		{"key in Chinese", Options{Model: "m", Key: testKey + "密"}, "Key", NotKey, false},
		{"not an address", Options{Model: "m", BaseURL: "api.example.org/v1"}, "BaseURL", NotAddress, false},
		{"no host", Options{Model: "m", BaseURL: "https:///v1"}, "BaseURL", NotAddress, false},
		{"port only", Options{Model: "m", BaseURL: "https://:443/v1"}, "BaseURL", NotAddress, false},
		{"opaque", Options{Model: "m", BaseURL: "https:api.example.org"}, "BaseURL", NotAddress, false},
		{"broken escape", Options{Model: "m", BaseURL: "https://a%zz/" + testKey}, "BaseURL", NotAddress, false},
		{"line end", Options{Model: "m", BaseURL: "https://a/v1\n"}, "BaseURL", Unprintable, false},
		{"FTP", Options{Model: "m", BaseURL: "ftp://a/v1"}, "BaseURL", NotHTTPS, false},
		{"public", Options{Model: "m", BaseURL: "http://api.example.org/v1"}, "BaseURL", NotHTTPS, false},
		{"public address", Options{Model: "m", BaseURL: "http://8.8.8.8/v1"}, "BaseURL", NotHTTPS, false},
		{"public address 6", Options{Model: "m", BaseURL: "http://[2001:db8::1]/v1"}, "BaseURL", NotHTTPS, false},
		{"metadata", Options{Model: "m", BaseURL: "http://169.254.169.254/v1"}, "BaseURL", NotHTTPS, false},
		{"any address", Options{Model: "m", BaseURL: "http://0.0.0.0:80"}, "BaseURL", NotHTTPS, false},
		{"an address as a number", Options{Model: "m", BaseURL: "http://134744072/v1"}, "BaseURL", NotHTTPS, false},
		{"looks local", Options{Model: "m", BaseURL: "http://localhost.example.org"}, "BaseURL", NotHTTPS, false},
		{"user", Options{Model: "m", BaseURL: "https://u:" + testKey + "@a/v1"}, "BaseURL", HasUser, false},
		{"query", Options{Model: "m", BaseURL: "https://a/v1?key=" + testKey}, "BaseURL", HasQuery, false},
		{"empty query", Options{Model: "m", BaseURL: "https://a/v1?"}, "BaseURL", HasQuery, false},
		{"fragment", Options{Model: "m", BaseURL: "https://a/v1#" + testKey}, "BaseURL", HasFragment, false},
		{"empty fragment", Options{Model: "m", BaseURL: "https://a/v1#"}, "BaseURL", HasFragment, false},
		{"no time", Options{Model: "m", Timeout: -1}, "Timeout", Negative, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, err := New(c.opt)
			if c.problem == "" {
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				if client.Plaintext() != c.plain || client.Model() != c.opt.Model {
					t.Errorf("plaintext %v, model %q", client.Plaintext(), client.Model())
				}
				return
			}
			e, ok := errors.AsType[*OptionError](err)
			if !ok || e.Field != c.field || e.Problem != c.problem {
				t.Fatalf("%v, want %s %s", err, c.field, c.problem)
			}
			if s := err.Error(); strings.Contains(s, testKey) || !strings.Contains(s, c.field) {
				t.Errorf("the error says %q", s)
			}
		})
	}
}

// Options never print their key.
func TestOptionsHideKey(t *testing.T) {
	o := Options{Model: "m", BaseURL: "https://a/v1", Key: testKey}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("start", "options", o, "pointer", &o, "any", []any{o})
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t"} {
		for _, v := range []any{o, &o, []Options{o}, map[string]Options{"": o}, struct{ O Options }{o}} {
			s := fmt.Sprintf(verb, v)
			log.WriteString(s)
			if strings.Contains(s, fmt.Sprintf("%x", testKey)) || strings.Contains(s, fmt.Sprintf("%X", testKey)) {
				t.Errorf("%s of %T holds the key", verb, v)
			}
		}
	}
	if strings.Contains(log.String(), testKey) {
		t.Errorf("the key is in %s", log.String())
	}
	if !strings.Contains(log.String(), "https://a/v1") {
		t.Error("the address is not shown")
	}
}

// A name of a private network that leads out of it is not dialled unencrypted.
func TestPlaintextStaysNear(t *testing.T) {
	for address, ok := range map[string]bool{
		"127.0.0.1:80": true, "[::1]:80": true, "10.1.2.3:80": true, "[::ffff:192.168.0.1]:80": true, "172.16.0.1:80": true,
		"8.8.8.8:80": false, "[2001:db8::1]:80": false, "169.254.169.254:80": false, "0.0.0.0:80": false, "[fe80::1%eth0]:80": false, "172.32.0.1:80": false, "x": false,
	} {
		if err := onlyNear(t.Context(), "tcp", address, nil); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://192.0.2.1/", nil) // an address of no machine
	if err != nil {
		t.Fatal(err)
	}
	if _, err = newWire(testKey, true).Do(req); err == nil || !strings.Contains(err.Error(), errFar.Error()) {
		t.Errorf("got %v", err)
	}
}
