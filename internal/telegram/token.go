package telegram

// ValidToken reports whether a text looks like a bot token.
func ValidToken(s string) bool { return tokenForm.MatchString(s) }
