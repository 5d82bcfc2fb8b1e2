package corpus

// findPlaces returns the named places in s.
func findPlaces(text string, s Span) []Place {
	var out []Place
	for _, m := range places().Find(s.In(text)) {
		at := s.Start + m.Start
		out = append(out, Place{Name: m.Name, At: Span{at, at + len(m.Name)}})
	}
	return out
}
