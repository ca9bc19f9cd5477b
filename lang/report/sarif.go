package report

import (
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/florc-lang/florc/lang/diag"
)

// The parts of SARIF 2.1.0 (OASIS) that are used.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifText         `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		RelatedLocations    []sarifLocation   `json:"relatedLocations,omitempty"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
		Fixes               []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// sarif writes a log as SARIF 2.1.0 has it, which code hosts read.
func sarif(w io.Writer, run Run) error {
	driver := sarifDriver{Name: "florc", Version: run.Version, InformationURI: "https://github.com/florc-lang/florc", Rules: []sarifRule{}}
	index := map[diag.Code]int{}
	rule := func(code diag.Code) int {
		if i, ok := index[code]; ok {
			return i
		}
		r := sarifRule{ID: string(code), ShortDescription: sarifText{Text: string(code)}, FullDescription: sarifText{Text: string(code)}}
		for _, p := range run.Pages {
			if p.Code == code {
				r.ShortDescription.Text, r.FullDescription = p.Title, sarifText{Text: p.Why}
			}
		}
		index[code] = len(driver.Rules)
		driver.Rules = append(driver.Rules, r)
		return index[code]
	}
	levels := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Info: "note"}
	results := make([]sarifResult, len(run.Findings))
	for i, f := range run.Findings {
		d := f.Diagnostic
		r := sarifResult{
			RuleID: string(d.Code), RuleIndex: rule(d.Code), Level: levels[d.Severity], Message: sarifText{Text: f.text()},
			Locations:           []sarifLocation{{Physical: physical(f.Path, f.place())}},
			PartialFingerprints: map[string]string{"florc/v1": f.Fingerprint()},
		}
		for j, x := range d.Related {
			path, at := f.related(x)
			r.RelatedLocations = append(r.RelatedLocations, sarifLocation{ID: j + 1, Physical: physical(path, at), Message: &sarifText{Text: x.Message}})
		}
		if d.Fix != nil {
			c := sarifChange{Artifact: artifact(f.Path)}
			for _, e := range d.Fix.Edits {
				c.Replacements = append(c.Replacements, sarifReplacement{region(placeOf(f.File, e.Span)), sarifText{Text: e.NewText}})
			}
			r.Fixes = []sarifFix{{sarifText{Text: d.Fix.Title}, []sarifChange{c}}}
		}
		results[i] = r
	}
	return writeJSON(w, sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: results}},
	}, "  ")
}

func physical(path string, p place) sarifPhysical {
	at := sarifPhysical{Artifact: artifact(path)}
	if p.line > 0 {
		r := region(p)
		at.Region = &r
	}
	return at
}

func region(p place) sarifRegion { return sarifRegion{p.line, p.column, p.endLine, p.endColumn} }

// artifact names a file by a URI: relative where its path is.
func artifact(path string) sarifArtifact {
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
		if !strings.HasPrefix(u.Path, "/") {
			u.Path = "/" + u.Path // a drive
		}
	}
	return sarifArtifact{u.String()}
}
