// Package archtest holds the tests that guard the layers of the project: which
// package may import which, who alone touches each outside module, and what
// only the commands do. It has no code of its own.
//
// # Why
//
// A quote is only as good as the distance between the plan's text and whoever
// shows it. Arrows that point one way keep that distance short, and a rule that
// no test holds is gone within a year.
package archtest
