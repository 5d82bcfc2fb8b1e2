package corpus

// Lint returns what a person should look at in a plan, in the order of the
// text.
func Lint(p *Plan) []Finding { return p.Findings }
