package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// Baseline holds findings that are known and put up with, so that only new
// ones are reported. A finding is known by its Fingerprint, and as often as it
// was there when the baseline was written.
type Baseline struct {
	Findings map[string]int `json:"findings"`
}

// NewBaseline returns the baseline of findings.
func NewBaseline(findings []Finding) Baseline {
	b := Baseline{map[string]int{}}
	for _, f := range findings {
		b.Findings[f.Fingerprint()]++
	}
	return b
}

// ReadBaseline reads what Write wrote.
func ReadBaseline(data []byte) (Baseline, error) {
	var b Baseline
	if err := json.Unmarshal(data, &b); err != nil {
		return b, fmt.Errorf("it is no baseline: %w", err)
	}
	if b.Findings == nil {
		return b, fmt.Errorf("it is no baseline: it has no findings")
	}
	return b, nil
}

// Write writes the baseline as JSON, ordered, so that it can be kept in a
// repository.
func (b Baseline) Write(w io.Writer) error { return writeJSON(w, b, "  ") }

// New returns the findings that are not in the baseline, and how many of the
// baseline are no more.
func (b Baseline) New(findings []Finding) (list []Finding, gone int) {
	left := map[string]int{}
	for print, n := range b.Findings {
		left[print] = n
		gone += n
	}
	for _, f := range findings {
		if print := f.Fingerprint(); left[print] > 0 {
			left[print]--
			gone--
			continue
		}
		list = append(list, f)
	}
	return list, gone
}
