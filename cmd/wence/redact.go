package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// minSecret is how long a text must be to be taken out wherever it occurs.
const minSecret = 6

// redacted stands in place of a secret.
const redacted = "[隐去]"

// A redactor is a slog handler that takes known secrets out of everything it
// passes on: messages, values, errors, and whatever else is printed.
type redactor struct {
	next slog.Handler
	out  *strings.Replacer
}

func newRedactor(next slog.Handler, secrets []string) *redactor {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= minSecret {
			pairs = append(pairs, s, redacted)
		}
		// The secret half of a bot token is as good as the whole.
		if _, half, ok := strings.Cut(s, ":"); ok && len(half) >= minSecret {
			pairs = append(pairs, half, redacted)
		}
	}
	return &redactor{next, strings.NewReplacer(pairs...)}
}

func (r *redactor) Enabled(ctx context.Context, l slog.Level) bool { return r.next.Enabled(ctx, l) }

func (r *redactor) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, r.out.Replace(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(r.attr(a))
		return true
	})
	return r.next.Handle(ctx, clean)
}

func (r *redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = r.attr(a)
	}
	return &redactor{r.next.WithAttrs(clean), r.out}
}

func (r *redactor) WithGroup(name string) slog.Handler {
	return &redactor{r.next.WithGroup(r.out.Replace(name)), r.out}
}

func (r *redactor) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		v = slog.StringValue(r.out.Replace(v.String()))
	case slog.KindAny:
		// Whatever it is, it is printed: structs may hold secrets deep inside.
		text := fmt.Sprintf("%+v", v.Any())
		if b, ok := v.Any().([]byte); ok {
			text = string(b)
		}
		v = slog.StringValue(r.out.Replace(text))
	case slog.KindGroup:
		var group []slog.Attr
		for _, x := range v.Group() {
			group = append(group, r.attr(x))
		}
		v = slog.GroupValue(group...)
	}
	return slog.Attr{Key: r.out.Replace(a.Key), Value: v}
}
