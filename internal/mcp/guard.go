package mcp

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// guard lets through what a browser may not have been tricked into sending.
//
// A browser names the site that a request comes from: another site than this
// one is turned away. A site that has pointed its own name at our address (DNS
// rebinding) comes from "the same host"; so the name must be one that is known
// to be ours: the public one, a loopback one, or an address. Programs send no
// Origin, and may use any name, except on loopback, where only this machine and
// a proxy that knows the public name are expected.
func guard(next http.Handler, public string) http.Handler {
	ours, err := url.Parse(public)
	if err != nil {
		ours = &url.URL{}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		switch known := knownHost(r.Host, ours); {
		case origin != "" && (!known || !sameHost(origin, r.Host, ours)):
			http.Error(w, "不接受来自其他网站的请求。", http.StatusForbidden)
		case !known && onLoopback(r):
			http.Error(w, "不认识这个主机名。请用 127.0.0.1 访问,或设置 WENCE_PUBLIC_URL。", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// sameHost reports whether an Origin is that of a request to host, or ours.
func sameHost(origin, host string, ours *url.URL) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false // "null", for one
	}
	return strings.EqualFold(u.Host, host) || strings.EqualFold(u.Host, ours.Host)
}

// knownHost reports whether a Host header names us beyond doubt.
func knownHost(host string, ours *url.URL) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil || strings.EqualFold(name, "localhost") || name != "" && strings.EqualFold(name, ours.Hostname())
}

// onLoopback reports whether a request came in on a loopback address.
func onLoopback(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	ap, err := netip.ParseAddrPort(addr.String())
	return err == nil && ap.Addr().IsLoopback()
}
