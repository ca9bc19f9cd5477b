package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/diag"
)

// Level says how the findings of a rule are reported.
type Level string

// The levels; all but Off are severities.
const (
	Off     Level = "off"
	Info    Level = Level(diag.Info)
	Warning Level = Level(diag.Warning)
	Error   Level = Level(diag.Error)
)

// ParseLevel reads a level.
func ParseLevel(text string) (Level, error) {
	switch l := Level(text); l {
	case Off, Info, Warning, Error:
		return l, nil
	}
	return "", fmt.Errorf("a level is \"off\", \"info\", \"warning\" or \"error\", not %q", text)
}

// rulePages holds the pages of the rules by code.
var rulePages = func() map[diag.Code]diag.Page {
	pages := map[diag.Code]diag.Page{}
	for _, p := range Pages() {
		pages[p.Code] = p
	}
	return pages
}()

// IsRule tells whether a code is that of a rule, which a configuration and
// comments may set aside. What the parser reports is none.
func IsRule(code diag.Code) bool { return rulePages[code].Code != "" }

// isOff tells whether findings of a code are not reported.
func (c *Checker) isOff(code diag.Code) bool {
	level, set := c.opts.Levels[code]
	if !set {
		return rulePages[code].OptIn
	}
	return level == Off
}

// level gives findings the severities that were asked for, and leaves out
// those that are off.
func (c *Checker) level(found []diag.Diagnostic) []diag.Diagnostic {
	kept := found[:0]
	for _, d := range found {
		if c.isOff(d.Code) {
			continue
		}
		if level, set := c.opts.Levels[d.Code]; set {
			d.Severity = diag.Severity(level)
		}
		kept = append(kept, d)
	}
	return kept
}
