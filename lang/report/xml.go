package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/florc-lang/florc/lang/diag"
)

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// byFile gathers findings by file; every file that was checked has an entry.
func (run Run) byFile() (paths []string, findings map[string][]Finding) {
	findings = map[string][]Finding{}
	for _, path := range run.Files {
		if _, seen := findings[path]; !seen {
			paths = append(paths, path)
			findings[path] = nil
		}
	}
	for _, f := range run.Findings {
		if _, seen := findings[f.Path]; !seen {
			paths = append(paths, f.Path)
		}
		findings[f.Path] = append(findings[f.Path], f)
	}
	return paths, findings
}

// junit writes test results as JUnit has them: a suite a file, a failed case a
// finding, and one that passed for a file without any.
func junit(w io.Writer, run Run) error {
	type failure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testcase struct {
		Name      string   `xml:"name,attr"`
		ClassName string   `xml:"classname,attr"`
		File      string   `xml:"file,attr"`
		Line      int      `xml:"line,attr,omitempty"`
		Failure   *failure `xml:"failure"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	type suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	all := suites{Name: "florc check"}
	paths, findings := run.byFile()
	for _, path := range paths {
		s := suite{Name: path}
		for _, f := range findings[path] {
			p := f.place()
			s.Failures++
			s.Cases = append(s.Cases, testcase{fmt.Sprintf("%s at %d:%d", f.Diagnostic.Code, p.line, p.column), path, path, p.line,
				&failure{string(f.Diagnostic.Severity), f.Diagnostic.Message, f.text()}})
		}
		if len(s.Cases) == 0 {
			s.Cases = []testcase{{Name: "no findings", ClassName: path, File: path}}
		}
		s.Tests = len(s.Cases)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Suites = append(all.Suites, s)
	}
	return writeXML(w, all)
}

// checkstyle writes a report as Checkstyle does.
func checkstyle(w io.Writer, run Run) error {
	type item struct {
		Line     int           `xml:"line,attr,omitempty"`
		Column   int           `xml:"column,attr,omitempty"`
		Severity diag.Severity `xml:"severity,attr"`
		Message  string        `xml:"message,attr"`
		Source   string        `xml:"source,attr"`
	}
	type file struct {
		Name  string `xml:"name,attr"`
		Items []item `xml:"error"`
	}
	type report struct {
		XMLName xml.Name `xml:"checkstyle"`
		Version string   `xml:"version,attr"`
		Files   []file   `xml:"file"`
	}
	all := report{Version: "4.3"}
	paths, findings := run.byFile()
	for _, path := range paths {
		f := file{Name: path}
		for _, x := range findings[path] {
			p := x.place()
			f.Items = append(f.Items, item{p.line, p.column, x.Diagnostic.Severity, x.text(), "florc." + string(x.Diagnostic.Code)})
		}
		all.Files = append(all.Files, f)
	}
	return writeXML(w, all)
}
