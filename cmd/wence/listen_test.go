package main

import (
	"io"
	"net"
	"strings"
	"testing"
)

// TestListen finds another address only where nobody counts on the one that is
// taken.
func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	for _, test := range []struct {
		name string
		cfg  config
		ok   bool
	}{
		{"the default address", config{addr: addr}, true},
		{"an address that was set", config{addr: addr, addrSet: true}, false},
		{"Telegram posts here", config{addr: addr, webhookURL: "https://wence.example.org/hook"}, false},
	} {
		var said strings.Builder
		s := &service{call: &call{system: &system{stdout: &said, stderr: io.Discard}}, cfg: &test.cfg}
		l, err := s.listen()
		if l != nil {
			l.Close()
		}
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if err != nil {
			said.WriteString(err.Error())
		}
		if !strings.Contains(said.String(), addr) || !strings.Contains(said.String(), "WENCE_ADDR") {
			t.Errorf("%s: says %q", test.name, said.String())
		}
	}
}
