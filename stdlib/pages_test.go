package stdlib

import (
	"fmt"
	"testing"

	"github.com/florc-lang/florc/vm"
)

// TestErrorPages runs what the page of each runtime error shows: the
// definition that meets the error, and the one that does not.
func TestErrorPages(t *testing.T) {
	lib := All()
	for i, p := range vm.Pages() {
		if want := fmt.Sprintf("FLO%04d", 201+i); string(p.Code) != want {
			t.Errorf("page %d is that of %s, want %s", i, p.Code, want)
		}
		if p.Title == "" || p.Why == "" {
			t.Errorf("%s: a part of its page is missing", p.Code)
		}
		if p.Bad == "" {
			continue // a tasker that fails is no text's doing
		}
		if o := run(t, lib, p.Bad, "", "", false); o.point != "failed" || o.err.Code != p.Code {
			t.Errorf("%s: %s %v\n%s", p.Code, o.point, o.err, p.Bad)
		}
		if o := run(t, lib, p.Good, "", "", false); o.point != "terminated" {
			t.Errorf("%s: %s %v\n%s", p.Code, o.point, o.err, p.Good)
		}
	}
}
