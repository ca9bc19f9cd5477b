package when

import "testing"

func TestWords(t *testing.T) {
	for expression, want := range map[string]string{
		"0 8 * * mon-fri":          "at 08:00, Monday to Friday",
		"30 8,17 * * *":            "at 08:30 and 17:30",
		"*/5 * * * *":              "every 5 minutes",
		"* * * * *":                "every minute",
		"15 * * * *":               "every hour at minute 15",
		"0 */6 * * *":              "every 6 hours at minute 0",
		"0 0 1 1,7 *":              "at 00:00, on day 1 of the month, in January and July",
		"0 12 L * *":               "at 12:00, on the last day of the month",
		"0 9 * * mon#2":            "at 09:00, on the second Monday of the month",
		"0 9 * * mon,wed":          "at 09:00, on Monday and Wednesday",
		"0 9 * * mon Europe/Paris": "at 09:00, on Monday, Europe/Paris",
		"1-20 8 * * *":             "",
		"0 9 1 * mon":              "",
		"10 0 9 * * mon":           "",
		"0 9 * * mon%2":            "",
		"*/7 * * * *":              "",
	} {
		c, err := ParseCron(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := c.Words(); got != want {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
}
