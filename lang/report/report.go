// Package report writes findings for programs to read: editors, pipelines,
// and the services that show them beside the code.
package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// Finding is a diagnostic with the file that it is about.
type Finding struct {
	Path       string // as people know the file
	File       *source.File
	Diagnostic diag.Diagnostic
}

// Run is what a check found.
type Run struct {
	Files    []string // the paths of all files that were checked
	Findings []Finding
	Pages    []diag.Page // what the codes mean
	Version  string      // of florc
}

// writers has a writer for each format.
var writers = []struct {
	name  string
	write func(io.Writer, Run) error
}{
	{"concise", concise}, {"json", asJSON}, {"jsonl", jsonLines}, {"sarif", sarif}, {"github", github},
	{"gitlab", gitlab}, {"junit", junit}, {"checkstyle", checkstyle},
}

// Formats lists the names of the formats.
func Formats() []string {
	var names []string
	for _, w := range writers {
		names = append(names, w.name)
	}
	return names
}

// Write writes what a check found, in one of the Formats.
func Write(w io.Writer, format string, run Run) error {
	for _, x := range writers {
		if x.name == format {
			return x.write(w, run)
		}
	}
	return fmt.Errorf("there is no format %q; there are %s", format, strings.Join(Formats(), ", "))
}

// place is where a finding is, as people count: columns in characters, all
// from 1, 0 where it is not known.
type place struct{ line, column, endLine, endColumn int }

func placeOf(file *source.File, s source.Span) place {
	if !s.IsValid() {
		return place{}
	}
	return place{int(s.Start.Line), file.RuneColumn(s.Start), int(s.End.Line), file.RuneColumn(s.End)}
}

func (f Finding) place() place { return placeOf(f.File, f.Diagnostic.Span) }

// Fingerprint tells a finding from others, also after lines above it have
// changed: it is about the file, the code and the text of the line.
func (f Finding) Fingerprint() string {
	line := ""
	if s := f.Diagnostic.Span; s.IsValid() {
		line = strings.Join(strings.Fields(f.File.Line(int(s.Start.Line))), " ")
	}
	sum := sha256.Sum256([]byte(f.Path + "\x00" + string(f.Diagnostic.Code) + "\x00" + line))
	return hex.EncodeToString(sum[:12])
}

// text is what a finding says, with its hint.
func (f Finding) text() string {
	if f.Diagnostic.Hint == "" {
		return f.Diagnostic.Message
	}
	return f.Diagnostic.Message + " (" + f.Diagnostic.Hint + ")"
}

// concise writes a line for each finding: file:line:column: severity[CODE]:
// message.
func concise(w io.Writer, run Run) error {
	for _, f := range run.Findings {
		at := f.Path
		if p := f.place(); p.line > 0 {
			at = fmt.Sprintf("%s:%d:%d", f.Path, p.line, p.column)
		}
		message := strings.ReplaceAll(f.text(), "\n", " ")
		if _, err := fmt.Fprintf(w, "%s: %s[%s]: %s\n", at, f.Diagnostic.Severity, f.Diagnostic.Code, message); err != nil {
			return err
		}
	}
	return nil
}

// github writes workflow commands of GitHub Actions, which shows them beside
// the lines of a pull request.
func github(w io.Writer, run Run) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	kinds := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Info: "notice"}
	for _, f := range run.Findings {
		at := "file=" + property.Replace(f.Path)
		if p := f.place(); p.line > 0 {
			at += fmt.Sprintf(",line=%d,col=%d,endLine=%d,endColumn=%d", p.line, p.column, p.endLine, p.endColumn)
		}
		_, err := fmt.Fprintf(w, "::%s %s,title=%s::%s\n", kinds[f.Diagnostic.Severity], at, f.Diagnostic.Code, data.Replace(f.text()))
		if err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes a value as JSON, indented, if indent says so.
func writeJSON(w io.Writer, v any, indent string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}
