package answer

// foreign returns a region that the question names and that no plan in scope
// covers or mentions.
func (c *composer) foreign() (string, bool) { return "", false }
