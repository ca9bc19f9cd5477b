package value

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Regex is a regular expression, as written in the language: "/pattern/opts".
// A source without the slashes is a pattern without options. It is safe for
// concurrent use and not to be copied.
//
// The options are i (ignore case), m (a dot matches line ends too) and x
// (white space and #-comments in the pattern are ignored); o, u, e, s and n
// are read and without effect, as text is always UTF-8. What Go's regexp lacks
// against Ruby's syntax (look-around, back-references, possessive quantifiers)
// is an error; \b sees word characters in ASCII only.
type Regex struct {
	Source string
	Line   int // where it was written; -1 where there is no line

	once sync.Once
	re   *regexp.Regexp
	err  error
}

// NewRegex returns the regular expression written as source, or the error that
// is in it.
func NewRegex(source string) (Value, error) {
	r := &Regex{Source: source, Line: -1}
	if _, err := r.Regexp(); err != nil {
		return Null, err
	}
	return FromRegex(r), nil
}

// Regexp returns the compiled form. It is compiled once, at the first call.
func (r *Regex) Regexp() (*regexp.Regexp, error) {
	r.once.Do(func() { r.re, r.err = compileRegex(r.Source) })
	return r.re, r.err
}

// splitRegex takes "/pattern/opts" apart.
func splitRegex(source string) (pattern, options string) {
	end := strings.LastIndexByte(source, '/')
	if end < 1 || source[0] != '/' || strings.Trim(source[end+1:], "imxouesn") != "" {
		return source, ""
	}
	return source[1:end], source[end+1:]
}

func compileRegex(source string) (*regexp.Regexp, error) {
	pattern, options := splitRegex(source)
	t := rubyRegex{src: pattern, extended: strings.Contains(options, "x")}
	out, err := t.translate()
	if err == nil && t.named && t.plain {
		t = rubyRegex{src: pattern, extended: strings.Contains(options, "x"), noPlain: true}
		out, err = t.translate()
	}
	if err != nil {
		return nil, fmt.Errorf("regular expression %s: %w", source, err)
	}
	flags := "(?m"
	if strings.Contains(options, "i") {
		flags += "i"
	}
	if strings.Contains(options, "m") {
		flags += "s"
	}
	re, err := regexp.Compile(flags + ")" + out)
	if err != nil {
		msg := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return nil, fmt.Errorf("regular expression %s: %s", source, msg)
	}
	return re, nil
}
