package report

import (
	"fmt"
	"io"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// JSON is a finding as programs read it. Lines and columns count from 1,
// columns in characters; they are left out where the place is not known.
type JSON struct {
	Code     diag.Code     `json:"code"`
	Severity diag.Severity `json:"severity"`
	Message  string        `json:"message"`
	Hint     string        `json:"hint,omitempty"`
	File     string        `json:"file"`
	placeJSON
	Related []relatedJSON `json:"related,omitempty"`
	Fix     *fixJSON      `json:"fix,omitempty"`
}

type placeJSON struct {
	Line      int `json:"line,omitempty"`
	Column    int `json:"column,omitempty"`
	EndLine   int `json:"endLine,omitempty"`
	EndColumn int `json:"endColumn,omitempty"`
}

func (p place) json() placeJSON { return placeJSON{p.line, p.column, p.endLine, p.endColumn} }

type relatedJSON struct {
	File    string `json:"file"`
	Message string `json:"message"`
	placeJSON
}

type fixJSON struct {
	Title string     `json:"title"`
	Edits []editJSON `json:"edits"`
}

type editJSON struct {
	placeJSON
	Text string `json:"text"`
}

// ToJSON returns a finding as programs read it.
func (f Finding) ToJSON() JSON {
	d := f.Diagnostic
	j := JSON{Code: d.Code, Severity: d.Severity, Message: d.Message, Hint: d.Hint, File: f.Path, placeJSON: f.place().json()}
	for _, r := range d.Related {
		path, at := f.related(r)
		j.Related = append(j.Related, relatedJSON{path, r.Message, at.json()})
	}
	if d.Fix != nil {
		j.Fix = &fixJSON{Title: d.Fix.Title}
		for _, e := range d.Fix.Edits {
			j.Fix.Edits = append(j.Fix.Edits, editJSON{placeOf(f.File, e.Span).json(), e.NewText})
		}
	}
	return j
}

// related returns where a related place is. The text of another file is not
// at hand: its columns count bytes.
func (f Finding) related(r diag.Related) (path string, at place) {
	if r.Path == "" {
		return f.Path, placeOf(f.File, r.Span)
	}
	return r.Path, bytePlace(r.Span)
}

func bytePlace(s source.Span) place {
	return place{int(s.Start.Line), int(s.Start.Column), int(s.End.Line), int(s.End.Column)}
}

func asJSON(w io.Writer, run Run) error {
	all := make([]JSON, len(run.Findings))
	for i, f := range run.Findings {
		all[i] = f.ToJSON()
	}
	return writeJSON(w, all, "")
}

// jsonLines writes an object on a line of its own for each finding.
func jsonLines(w io.Writer, run Run) error {
	for _, f := range run.Findings {
		if err := writeJSON(w, f.ToJSON(), ""); err != nil {
			return err
		}
	}
	return nil
}

// gitlab writes a Code Quality report of GitLab, which follows Code Climate.
func gitlab(w io.Writer, run Run) error {
	type lines struct {
		Begin int `json:"begin"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		CheckName   string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	severities := map[diag.Severity]string{diag.Error: "major", diag.Warning: "minor", diag.Info: "info"}
	seen := map[string]int{}
	all := make([]issue, len(run.Findings))
	for i, f := range run.Findings {
		print := f.Fingerprint()
		if seen[print]++; seen[print] > 1 { // each has to be unique in the report
			print = fmt.Sprintf("%s-%d", print, seen[print])
		}
		all[i] = issue{f.text(), string(f.Diagnostic.Code), print, severities[f.Diagnostic.Severity],
			location{f.Path, lines{max(1, f.place().line)}}}
	}
	return writeJSON(w, all, "  ")
}
