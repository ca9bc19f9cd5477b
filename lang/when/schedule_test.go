package when

import (
	"testing"
	"time"
)

// The expectations were given by fugit 1.12, from this time on.
var cronStart = time.Date(2026, 11, 28, 13, 47, 10, 0, time.UTC)

// nexts are the times that follow, "" for an expression that is refused.
type nexts struct{ expr, first, second string }

func (n nexts) check(t *testing.T, c *Cron, err error) {
	t.Helper()
	if n.first == "" {
		if err == nil {
			t.Errorf("%q was taken", n.expr)
		}
		return
	}
	if err != nil {
		t.Errorf("%q: %s", n.expr, err)
		return
	}
	at := cronStart
	for _, want := range []string{n.first, n.second} {
		next, ok := c.Next(at)
		if got := next.UTC().Format(time.DateTime); !ok || got != want {
			t.Errorf("%q: after %s comes %s, want %s", n.expr, at, got, want)
			return
		}
		at = next
	}
}

func TestCron(t *testing.T) {
	for _, n := range []nexts{
		{"* * * * *", "2026-11-28 13:48:00", "2026-11-28 13:49:00"},
		{"*/5 * * * *", "2026-11-28 13:50:00", "2026-11-28 13:55:00"},
		{"0 0 1 jan *", "2027-01-01 00:00:00", "2028-01-01 00:00:00"},
		{"0 0 1 1 *", "2027-01-01 00:00:00", "2028-01-01 00:00:00"},
		{"5 4 * * sun", "2026-11-29 04:05:00", "2026-12-06 04:05:00"},
		{"5 4 * * 7", "2026-11-29 04:05:00", "2026-12-06 04:05:00"},
		{"0 22 * * 1-5", "2026-11-30 22:00:00", "2026-12-01 22:00:00"},
		{"23 0-20/2 * * *", "2026-11-28 14:23:00", "2026-11-28 16:23:00"},
		{"0 0 L * *", "2026-11-30 00:00:00", "2026-12-31 00:00:00"},
		{"0 0 -1 * *", "2026-11-30 00:00:00", "2026-12-31 00:00:00"},
		{"0 0 last * *", "2026-11-30 00:00:00", "2026-12-31 00:00:00"},
		{"0 0 -2 * *", "2026-11-29 00:00:00", "2026-12-30 00:00:00"},
		{"0 0 -3--1 * *", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"0 9 * * mon#2", "2026-12-14 09:00:00", "2027-01-11 09:00:00"},
		{"0 9 * * mon#-1", "2026-11-30 09:00:00", "2026-12-28 09:00:00"},
		{"0 9 * * fri#L", "2026-12-25 09:00:00", "2027-01-29 09:00:00"},
		{"0 9 * * mon#1,mon#3", "2026-12-07 09:00:00", "2026-12-21 09:00:00"},
		{"0 9 * * mon%2", "2026-12-07 09:00:00", "2026-12-21 09:00:00"},
		{"0 9 * * mon%2+1", "2026-11-30 09:00:00", "2026-12-14 09:00:00"},
		{"0 9 * * tue%4+3", "2026-12-15 09:00:00", "2027-01-12 09:00:00"},
		{"0 9 1-7& * mon", "2026-12-07 09:00:00", "2027-01-04 09:00:00"},
		{"0 9 13 * fri", "2026-12-04 09:00:00", "2026-12-11 09:00:00"},
		{"0 9 13 * fri&", "2027-08-13 09:00:00", "2028-10-13 09:00:00"},
		{"0 9 13& * fri", "2027-08-13 09:00:00", "2028-10-13 09:00:00"},
		{"30 22-2 * * *", "2026-11-28 22:30:00", "2026-11-28 23:30:00"},
		{"0 0 29 2 *", "2028-02-29 00:00:00", "2032-02-29 00:00:00"},
		{expr: "0 0 30 2 *"},
		{expr: "0 0 31 4 *"},
		{"0 0 31 4,5 *", "2027-05-31 00:00:00", "2028-05-31 00:00:00"},
		{"* * * * * *", "2026-11-28 13:47:11", "2026-11-28 13:47:12"},
		{"*/10 * * * * *", "2026-11-28 13:47:20", "2026-11-28 13:47:30"},
		{"15 30 8 * * mon", "2026-11-30 08:30:15", "2026-12-07 08:30:15"},
		{"0 8 * * * Europe/Paris", "2026-11-29 07:00:00", "2026-11-30 07:00:00"},
		{"0 8 * * * Asia/Tokyo", "2026-11-28 23:00:00", "2026-11-29 23:00:00"},
		{"0 8 * * * +09:00", "2026-11-28 23:00:00", "2026-11-29 23:00:00"},
		{"0 8 * * * -0330", "2026-11-29 11:30:00", "2026-11-30 11:30:00"},
		{"0 0 8 * * * America/New_York", "2026-11-29 13:00:00", "2026-11-30 13:00:00"},
		{"@daily", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"@hourly", "2026-11-28 14:00:00", "2026-11-28 15:00:00"},
		{"@yearly", "2027-01-01 00:00:00", "2028-01-01 00:00:00"},
		{"@daily Asia/Tokyo", "2026-11-28 15:00:00", "2026-11-29 15:00:00"},
		{"@noon", "2026-11-29 12:00:00", "2026-11-30 12:00:00"},
		{expr: "@reboot"},
		{"0 24 * * *", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{expr: "60 * * * *"},
		{expr: "* 25 * * *"},
		{expr: "* * 0 * *"},
		{expr: "* * 32 * *"},
		{expr: "* * * 13 *"},
		{expr: "* * * * 8"},
		{expr: "a b c d e"},
		{"1,2,3 4,5 * * *", "2026-11-29 04:01:00", "2026-11-29 04:02:00"},
		{"0 0 * jan-mar,dec mon-fri", "2026-12-01 00:00:00", "2026-12-02 00:00:00"},
		{"0 0 * nov-feb *", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"/10 * * * *", "2026-11-28 13:50:00", "2026-11-28 14:00:00"},
		{"10/20 * * * *", "2026-11-28 13:50:00", "2026-11-28 14:10:00"},
		{"0 0 1/10 * *", "2026-12-01 00:00:00", "2026-12-11 00:00:00"},
		{"0 0 * * fri-mon", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"0 0 * * */2", "2026-11-29 00:00:00", "2026-12-01 00:00:00"},
		{"0 0 25-5 * *", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"0-59 * * * *", "2026-11-28 13:48:00", "2026-11-28 13:49:00"},
		{",1,2, * * * *", "2026-11-28 14:01:00", "2026-11-28 14:02:00"},
		{"0 0/17 * * *", "2026-11-28 17:00:00", "2026-11-29 00:00:00"},
		{expr: "*/0 * * * *"},
		{"* * * * MON", "2026-11-30 00:00:00", "2026-11-30 00:01:00"},
		{expr: "* * * * monday"},
		{"30 2 * * * Europe/Paris", "2026-11-29 01:30:00", "2026-11-30 01:30:00"},
		{"0 3 29 mar * Europe/Paris", "2027-03-29 01:00:00", "2028-03-29 01:00:00"},
		{"30 1 * * * America/New_York", "2026-11-29 06:30:00", "2026-11-30 06:30:00"},
	} {
		c, err := ParseCron(n.expr)
		n.check(t, c, err)
	}
}

func TestNatural(t *testing.T) {
	for _, n := range []nexts{
		{"every day at five", "2026-11-29 05:00:00", "2026-11-30 05:00:00"},
		{"every weekday at five", "2026-11-30 05:00:00", "2026-12-01 05:00:00"},
		{"every day at 5 pm", "2026-11-28 17:00:00", "2026-11-29 17:00:00"},
		{"every tuesday at 5 pm", "2026-12-01 17:00:00", "2026-12-08 17:00:00"},
		{"every wed at 5 pm", "2026-12-02 17:00:00", "2026-12-09 17:00:00"},
		{"every day at 16:30", "2026-11-28 16:30:00", "2026-11-29 16:30:00"},
		{"every day at noon", "2026-11-29 12:00:00", "2026-11-30 12:00:00"},
		{"every day at midnight", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"every tuesday and monday at 5pm", "2026-11-30 17:00:00", "2026-12-01 17:00:00"},
		{"every wed or Monday at 5pm and 11", "2026-11-30 11:00:00", "2026-11-30 17:00:00"},
		{"day at five", "2026-11-29 05:00:00", "2026-11-30 05:00:00"},
		{"weekday at 16:30", "2026-11-30 16:30:00", "2026-12-01 16:30:00"},
		{"every day", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"every hour", "2026-11-28 14:00:00", "2026-11-28 15:00:00"},
		{"every minute", "2026-11-28 13:48:00", "2026-11-28 13:49:00"},
		{"every 5 minutes", "2026-11-28 13:50:00", "2026-11-28 13:55:00"},
		{"every 15 minutes from 9 to 17", "2026-11-28 14:00:00", "2026-11-28 14:15:00"},
		{"every 2 hours", "2026-11-28 14:00:00", "2026-11-28 16:00:00"},
		{"every month", "2026-12-01 00:00:00", "2027-01-01 00:00:00"},
		{"every year", "2027-01-01 00:00:00", "2028-01-01 00:00:00"},
		{"every week", "2026-11-29 00:00:00", "2026-12-06 00:00:00"},
		{"every week on monday 18:23", "2026-11-30 18:23:00", "2026-12-07 18:23:00"},
		{"every month on the 1st", "2026-12-01 00:00:00", "2027-01-01 00:00:00"},
		{"every month on day 2 at 10:00", "2026-12-02 10:00:00", "2027-01-02 10:00:00"},
		{"every month on days 1,15 at 10:00", "2026-12-01 10:00:00", "2026-12-15 10:00:00"},
		{"every 1st of the month at midnight", "2026-12-01 00:00:00", "2027-01-01 00:00:00"},
		{"every 2nd of the month", "2026-12-02 00:00:00", "2027-01-02 00:00:00"},
		{"every second of the month", "2026-12-02 00:00:00", "2027-01-02 00:00:00"},
		{"every monday to friday at 8", "2026-11-30 08:00:00", "2026-12-01 08:00:00"},
		{"every Fri-Sun at 23:15", "2026-11-28 23:15:00", "2026-11-29 23:15:00"},
		{"every day at five and 16:30", "2026-11-29 05:00:00", "2026-11-30 05:00:00"},
		{"every day at 5, 10 and 15", "2026-11-28 15:00:00", "2026-11-29 05:00:00"},
		{"every 10 seconds", "2026-11-28 13:47:20", "2026-11-28 13:47:30"},
		{"every 30s", "2026-11-28 13:47:30", "2026-11-28 13:48:00"},
		{"every 5m", "2026-11-28 13:50:00", "2026-11-28 13:55:00"},
		{"every 2h", "2026-11-28 14:00:00", "2026-11-28 16:00:00"},
		{"every 3 days", "2026-12-01 00:00:00", "2026-12-04 00:00:00"},
		{"every 2 months", "2027-01-01 00:00:00", "2027-03-01 00:00:00"},
		{"every day at 18:00 UTC", "2026-11-28 18:00:00", "2026-11-29 18:00:00"},
		{"every day at five in Asia/Tokyo", "2026-11-28 20:00:00", "2026-11-29 20:00:00"},
		{"every day at 5:30 in Europe/Paris", "2026-11-29 04:30:00", "2026-11-30 04:30:00"},
		{"every day at 7 in +09:00", "2026-11-28 22:00:00", "2026-11-29 22:00:00"},
		{"every minute starting at minute 10", "2026-11-28 13:48:00", "2026-11-28 13:49:00"},
		{"every hour at minute 20", "2026-11-28 14:20:00", "2026-11-28 15:20:00"},
		{"every hour on minute 5", "2026-11-28 14:05:00", "2026-11-28 15:05:00"},
		{"every day at five o'clock", "2026-11-29 05:00:00", "2026-11-30 05:00:00"},
		{"every day at oh dark thirty", "2026-11-29 00:30:00", "2026-11-30 00:30:00"},
		{"every day at twelve fifteen am", "2026-11-29 00:15:00", "2026-11-30 00:15:00"},
		{"every day from 9am to 5pm", "2026-11-28 14:00:00", "2026-11-28 15:00:00"},
		{"every last of the month", "2026-11-30 00:00:00", "2026-12-31 00:00:00"},
		{"every monday", "2026-11-30 00:00:00", "2026-12-07 00:00:00"},
		{"from monday to friday at 9", "2026-11-30 09:00:00", "2026-12-01 09:00:00"},
		{expr: "every 4 hours on mon-fri"},
		{"every weekday 8 to 17", "2026-11-30 08:00:00", "2026-11-30 09:00:00"},
		{"every 1st of the month at 6:30", "2026-12-01 06:30:00", "2027-01-01 06:30:00"},
		{"every day on the hour", "2026-11-29 00:00:00", "2026-11-29 00:01:00"},
		{"every day at 12 midnight", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{"every day at noon and midnight", "2026-11-29 00:00:00", "2026-11-29 12:00:00"},
		{"5 minutes", "2026-11-28 13:50:00", "2026-11-28 13:55:00"},
		{"1d", "2026-11-29 00:00:00", "2026-11-30 00:00:00"},
		{expr: "nada"},
		{expr: "every nada"},
		{expr: "every day at 25"},
		{"every 17 hours", "2026-11-28 17:00:00", "2026-11-29 00:00:00"},
		{"at five", "2026-11-29 05:00:00", "2026-11-30 05:00:00"},
		{"noon", "2026-11-29 12:00:00", "2026-11-30 12:00:00"},
		{expr: "0 0 1 jan *"},
		{"every sunday at 8am and 6pm", "2026-11-29 08:00:00", "2026-11-29 18:00:00"},
		{"every 1 hour", "2026-11-28 14:00:00", "2026-11-28 15:00:00"},
		{"every second", "2026-11-28 13:47:11", "2026-11-28 13:47:12"},
		{"every day at 1:00 PM", "2026-11-29 13:00:00", "2026-11-30 13:00:00"},
		{expr: "every other day"},
		{expr: "* * * * mon#2"},
		{"every month from the 1st to the 5th", "2026-12-01 00:00:00", "2026-12-02 00:00:00"},
		{"every minute from 8:00 to 10:00", "2026-11-29 08:00:00", "2026-11-29 08:01:00"},
		{"every 15th and 20th of the month", "2026-12-15 00:00:00", "2026-12-20 00:00:00"}, // fugit forgets the 20th
	} {
		c, err := ParseNatural(n.expr)
		n.check(t, c, err)
	}
}

// TestClockChange looks at hours that are skipped, and at those that come
// twice.
func TestClockChange(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ expr, from, want string }{
		{"30 2 * * *", "2026-03-28T03:00:00+01:00", "2026-03-30T02:30:00+02:00"},
		{"30 3 * * *", "2026-03-28T04:00:00+01:00", "2026-03-29T03:30:00+02:00"},
		{"30 2 * * *", "2026-10-24T03:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		{"0 * * * *", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00"},
		{"0 8 * * * Asia/Tokyo", "2026-01-01T00:00:00+01:00", "2026-01-02T00:00:00+01:00"},
	} {
		c, err := ParseCron(tt.expr)
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.Parse(time.RFC3339, tt.from)
		if err != nil {
			t.Fatal(err)
		}
		next, ok := c.Next(from.In(paris))
		if got := next.Format(time.RFC3339); !ok || got != tt.want {
			t.Errorf("%q after %s: want %s, got %s", tt.expr, tt.from, tt.want, got)
		}
	}
	never, err := ParseCron("0 0 29 2& mon#1")
	if err == nil {
		if next, ok := never.Next(cronStart); ok {
			t.Errorf("the 29th was the first Monday on %s", next)
		}
	}
}

func TestSchedule(t *testing.T) {
	hour := time.Hour
	for _, tt := range []struct {
		kind   Kind
		text   string
		first  time.Duration // after now
		second time.Duration // 0 for never
	}{
		{AnyKind, "1h", hour, 0},
		{EverySo, "1h", hour, 2 * hour},
		{EverySo, "day at 14:47", time.Hour - 10*time.Second, 25*hour - 10*time.Second},
		{AnyKind, "day at 14:47", time.Hour - 10*time.Second, 25*hour - 10*time.Second},
		{CronLike, "47 14 * * *", time.Hour - 10*time.Second, 25*hour - 10*time.Second},
		{AfterIn, "1 hour and 10 seconds", time.Hour + 10*time.Second, 0},
		{AtOnce, "2026-11-28 14:47:10", hour, 0},
		{AtOnce, "2026-11-28 14:47:10 UTC", hour, 0},
		{AtOnce, "2026-11-28 15:47:10 Europe/Paris", hour, 0},
		{AtOnce, "2026-11-28T14:47:10Z", hour, 0},
		{AnyKind, "2026-11-28T15:47:10+01:00", hour, 0},
		{AtOnce, "now", 0, 0},
	} {
		s, err := ParseSchedule(tt.kind, tt.text, cronStart)
		if err != nil {
			t.Error(err)
			continue
		}
		first, ok := s.First(cronStart)
		if !ok || first.Sub(cronStart) != tt.first {
			t.Errorf("%s %q: first %s", tt.kind, tt.text, first)
		}
		second, ok := s.Next(first, first)
		if ok != (tt.second != 0) || ok && second.Sub(cronStart) != tt.second {
			t.Errorf("%s %q: second %s", tt.kind, tt.text, second)
		}
	}
	s, err := ParseSchedule(EverySo, "1h", cronStart)
	if err != nil {
		t.Fatal(err)
	}
	if next, _ := s.Next(cronStart, cronStart.Add(150*time.Minute)); next.Sub(cronStart) != 3*hour {
		t.Errorf("what was missed is not left out: %s", next)
	}
	for _, tt := range []struct {
		kind Kind
		text string
	}{{EverySo, "0s"}, {EverySo, "nonsense"}, {AfterIn, "day at five"}, {AtOnce, "day at five"}, {AnyKind, ""}, {CronLike, "0 0 31 4 *"}} {
		if _, err := ParseSchedule(tt.kind, tt.text, cronStart); err == nil {
			t.Errorf("%s %q was taken", tt.kind, tt.text)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	for _, s := range []string{"0 0 L * mon#2 Asia/Tokyo", "every 15 minutes from 9 to 17", "*/5 22-2 1-5& jan *", "2026-12-24 18:00 Europe/Paris", "mon%3+1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []Kind{AnyKind, EverySo, CronLike, AtOnce, AfterIn} {
			s, err := ParseSchedule(kind, text, cronStart)
			if err != nil {
				continue
			}
			at := cronStart
			for range 3 {
				next, ok := s.Next(at, at)
				if !ok {
					break
				}
				if !next.After(at) {
					t.Fatalf("%q: after %s comes %s", text, at, next)
				}
				at = next
			}
		}
	})
}
