package value

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRegex(t *testing.T) {
	tests := []struct {
		source, text string
		want         []string // nil: no match
	}{
		{"/b+/", "abbc", []string{"bb"}},
		{"b+", "abbc", []string{"bb"}},
		{"/B+/", "abbc", nil},
		{"/B+/i", "abbc", []string{"bb"}},
		{"/B+/iu", "abbc", []string{"bb"}},
		{"/a.c/", "a\nc", nil},
		{"/a.c/m", "a\nc", []string{"a\nc"}},
		{"/^b$/", "a\nb\nc", []string{"b"}},
		{`/\Ab/`, "a\nb", nil},
		{`/c\z/`, "a\nc", []string{"c"}},
		{"/a b # a comment (\n [ ] c/x", "ab c", []string{"ab c"}},
		{"/a \\  b/x", "a b", []string{"a b"}},
		{`/a\/b/`, "a/b", []string{"a/b"}},
		{"/a/b/", "xa/by", []string{"a/b"}},
		{`/\h+\H/`, "xyfF09z", []string{"fF09z"}},
		{`/[\h]+[\H]/`, "xyfF09z", []string{"fF09z"}},
		{`/\s\S/`, "a\vb", []string{"\vb"}},
		{`/[\s]/`, "a\vb", []string{"\v"}},
		{`/\w+\W\d+\D/`, "ab-12c", []string{"ab-12c"}},
		{`/(?<y>\d+)-(?<m>\d+)/`, "on 2026-11", []string{"2026-11", "2026", "11"}},
		{`/(?'y'\d+)-(\d+)/`, "on 2026-11", []string{"2026-11", "2026"}},
		{`/(\d+)-(?:\d+)/`, "2026-11", []string{"2026-11", "2026"}},
		{`/a(?i)b|c/`, "aB", []string{"aB"}},
		{`/a(?i)b|c/`, "C", nil},
		{`/a(?i)b|c/`, "aC", []string{"aC"}},
		{`/(a(?i)b)c/`, "aBC", nil},
		{`/(?i-m:a)b/m`, "Ab", []string{"Ab"}},
		{`/(?x: a b )c d/`, "abc d", []string{"abc d"}},
		{`/(?x) a b /`, "ab", []string{"ab"}},
		{`/a(?#a comment)b/`, "ab", []string{"ab"}},
		{`/a{,2}b/`, "aaab", []string{"aab"}},
		{`/a{2}/`, "aaa", []string{"aa"}},
		{`/a+?/`, "aaa", []string{"a"}},
		{`/[[:alpha:]]+/`, "1é2", []string{"é"}},
		{`/[[:^space:]_]+/`, "", nil},
		{`/[^[:digit:]]+/`, "1é2", []string{"é"}},
		{`/\p{Alpha}+/`, "1é2", []string{"é"}},
		{`/\P{Alpha}+/`, "é12", []string{"12"}},
		{`/\p{^Alpha}+/`, "é12", []string{"12"}},
		{`/\p{Lu}/`, "aÉ", []string{"É"}},
		{`/[\p{Digit}x]+/`, "a1x", []string{"1x"}},
		{`/[a[bc]d]+/`, "xabcdy", []string{"abcd"}},
		{`/[]a]+/`, "x]a", []string{"]a"}},
		{`/[(+*)]+/`, "x(+", []string{"(+"}},
		{`/[\b\-\]]+/`, "x\b-]", []string{"\b-]"}},
		{`/\u00e9\u{e9}\xe9\e\0/`, "ééé\x1b\x00", []string{"ééé\x1b\x00"}},
		{`/\R/`, "a\r\n", []string{"\r\n"}},
		{`/\Q\y\é/`, "Qyé", []string{"Qyé"}},
		{`/\bfoo\b/`, "a foo.", []string{"foo"}},
		{`/$(x)/`, "x", nil},
		{`/a++/`, "", nil},
	}
	for _, tt := range tests {
		v, err := NewRegex(tt.source)
		if err != nil {
			if tt.text != "" {
				t.Errorf("%s: %v", tt.source, err)
			}
			continue
		}
		re, _ := v.AsRegex().Regexp()
		if got := re.FindStringSubmatch(tt.text); !cmp.Equal(got, tt.want) {
			t.Errorf("%s on %q: got %q, want %q (as %s)", tt.source, tt.text, got, tt.want, re)
		}
	}
}

func TestRegexErrors(t *testing.T) {
	tests := []struct{ source, want string }{
		{"/a(?=b)/", "look-ahead, (?=…), is not supported (at character 2)"},
		{"/a(?!b)/", "look-ahead"},
		{"/é(?<=b)/", "look-behind, (?<=…), is not supported (at character 2)"},
		{"/(?<!b)/", "look-behind"},
		{"/(?>b)/", "an atomic group"},
		{"/(?~b)/", "an absence operator"},
		{"/(a)(?(1)b)/", "a condition"},
		{`/(a)\1/`, `back-references and calls, \1, are not supported`},
		{`/(?<x>a)\k<x>/`, `\k`},
		{`/\g<x>/`, `\g`},
		{"/a++/", "possessive quantifiers are not supported (at character 3)"},
		{"/a*+/", "possessive"},
		{"/a?+/", "possessive"},
		{"/a+ +/x", "possessive"},
		{`/a\Z/`, `\z stands for the end of the text`},
		{`/\X/`, `\X is not supported`},
		{`/\K/`, `\K is not supported`},
		{"/[a&&b]/", "&& within"},
		{"/[a[^b]]/", "[^ within"},
		{"/[a/", "a bracket is not closed (at character 1)"},
		{"/(a/", "a parenthesis is not closed"},
		{"/a)/", "a closing parenthesis has no opening one"},
		{"/(?<x/", "a group's name is not closed"},
		{"/(?#x/", "a comment is not closed"},
		{"/(?P<x>a)/", "this kind of group is not supported"},
		{`/a\`, "nothing follows the last backslash"},
		{`/\p{Nonsense}/`, "invalid character class range"},
		{`/[\P{Alpha}]/`, "invalid character class range"},
		{"/[[:^alpha:]]/", "[:^alpha:] is not supported"},
		{"/a**/", "invalid nested repetition operator"},
		{"/*a/", "missing argument to repetition operator"},
		{"/a{1000}{1000}/", "invalid"},
		{"/\xff/", "invalid UTF-8"},
		{"/\\\xff/", "not valid UTF-8"},
	}
	for _, tt := range tests {
		if _, err := NewRegex(tt.source); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.source, err, tt.want)
		}
	}
}

func FuzzRegex(f *testing.F) {
	for _, s := range []string{`/(?<y>\d+)[[:alpha:]x]\h/ix`, `/a(?i)b|c(?-i:d)/`, `/[a[b]]\p{^Alpha}/`, `/a+ #b` + "\n/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		_, _ = NewRegex(source)
	})
}
