package when

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	tests := []struct {
		in   string
		want time.Duration
	}{
		{"2d1h30m", 2*day + 90*time.Minute},
		{"1y2M3w4d5h6m7s", year + 2*month + 3*week + 4*day + 5*time.Hour + 6*time.Minute + 7*time.Second},
		{"1.5h", 90 * time.Minute},
		{".5h", 30 * time.Minute},
		{"5.h", 5 * time.Hour},
		{"10", 10 * time.Second},
		{" 1.5 ", 1500 * time.Millisecond},
		{"0", 0},
		{"-10", -10 * time.Second},
		{"10 s", 10 * time.Second},
		{"1h 10", time.Hour + 10*time.Second},
		{"1h10", time.Hour + 10*time.Second},
		{"1M", month},
		{"1m", time.Minute},
		{"1 month", month},
		{"1 Months", month},
		{"2 minutes", 2 * time.Minute},
		{"1 sec 2 secs 1 second 3 seconds", 7 * time.Second},
		{"1 day and 2 hours", day + 2*time.Hour},
		{"1 Day, 2 HOURS and 3 min", day + 2*time.Hour + 3*time.Minute},
		{"1dand2h", day + 2*time.Hour},
		{"-1d2h", -day - 2*time.Hour},
		{"-1d 2h", -day + 2*time.Hour},
		{"1d -2h", day - 2*time.Hour},
		{"1d+2h", day + 2*time.Hour},
		{"P1DT2H", day + 2*time.Hour},
		{"p1dt2h", day + 2*time.Hour},
		{"P1Y2M3W4DT5H6M7S", year + 2*month + 3*week + 4*day + 5*time.Hour + 6*time.Minute + 7*time.Second},
		{"PT-5M", -5 * time.Minute},
		{"PT.5S", 500 * time.Millisecond},
		{"0.0000000015s", 2},
		{"-0.0000000015s", -2},
		{"9223372036.854775807s", math.MaxInt64},
	}
	for _, tt := range tests {
		got, err := ParseDuration(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", tt.in, got, err, tt.want)
		}
	}
}

func TestParseDurationErrors(t *testing.T) {
	for _, in := range []string{
		"", " ", "abc", "1hr", "- 1d", "and 1d", "10 1h", "12:30", "1e3", "P", "PT", "P1.5D", "-P1D", "1d2x", "d",
		"300y", "9223372036.854775808s", strings.Repeat("1", 1000), "1\x00d", "١d",
	} {
		if got, err := ParseDuration(in); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", in, got)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	tests := []struct {
		in   time.Duration
		want string
	}{
		{0, "0s"},
		{time.Second, "1s"},
		{90 * time.Minute, "1h30m"},
		{-90 * time.Minute, "-1h30m"},
		{9*day + 1500*time.Millisecond, "1w2d1.5s"},
		{1, "0.000000001s"},
		{year, "52w1d"},
		{math.MinInt64, "-15250w1d23h47m16.854775808s"},
	}
	for _, tt := range tests {
		got := FormatDuration(tt.in)
		if got != tt.want {
			t.Errorf("FormatDuration(%d) = %q, want %q", tt.in, got, tt.want)
		}
		if back, err := ParseDuration(got); back != tt.in || err != nil {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", got, back, err, tt.in)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"1y2M3w4d5h6m7s", "P1DT2H", "1 day and 2 hours", "-1.5h", "10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		if back, err := ParseDuration(FormatDuration(d)); back != d || err != nil {
			t.Fatalf("%q is %d, formatted %q, read back %d, %v", s, d, FormatDuration(d), back, err)
		}
	})
}
