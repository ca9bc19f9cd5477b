package stdlib

import (
	"slices"
	"time"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
	"github.com/florc-lang/florc/vm"
)

// Slots of schedule.
const (
	schFunction = iota
	schKind
	schText
	schDue // in microseconds
)

var scheduleAttrs = []sig.Attr{
	{Names: []string{"cron"}, Type: sig.Cron, Doc: "A cron expression, `'0 8 * * mon-fri Europe/Paris'`, or the same in words, `'every weekday at eight'`."},
	{Names: []string{"every"}, Type: sig.Cron, Doc: "A duration, `'10m'`, a number of seconds, or a time in words: `'day at five'`, `'monday and friday at 16:30 in Asia/Tokyo'`, `'1st of the month at noon'`."},
	{Names: []string{"at"}, Type: sig.String, Doc: "A point in time: `'2026-12-24 18:00'`, with a time zone or not."},
	{Names: []string{"in"}, Type: sig.Duration, Doc: "A duration."},
}

const scheduleDoc = "The flow goes on beside it, until the node around it ends. What it has started goes on after that.\n\n" +
	"What fell due while nothing worked the execution is done once. Times without a zone are in that of the execution."

var schedule = scheduling(sig.Proc{
	Names: []string{"schedule"},
	Doc:   "Calls a function at certain times: again and again (`cron:`, `every:`), or once (`at:`, `in:`). The function gets the message as `msg`. " + scheduleDoc,
	Attrs: scheduleAttrs,
	Args: []sig.Arg{{Name: "when", Type: sig.Any, Optional: true, Doc: "When, where no attribute says: a duration is once, what repeats by the calendar is repeated."},
		{Name: "function", Type: sig.Function, Doc: "What to call."}},
	Examples: []sig.Example{
		{Title: "Every hour", Source: "set l []\nschedule every: '1h'\n  def msg \\ push l 'again'\nsleep '150m'\nl", Ret: `["again","again"]`},
		{Title: "On the first of January", Source: "set l []\nschedule cron: '0 0 1 jan *'\n  def msg \\ push l 'a new year'\nsleep '800d'\nl", Ret: `["a new year","a new year"]`},
		{Title: "Once", Source: "set l []\nschedule in: '1h'\n  def msg \\ push l 'done'\nsleep '3h'\nl", Ret: `["done"]`},
	},
	SeeAlso: []string{"every", "cron", "in", "at", "sleep"},
}, when.AnyKind, false)

var everyProc = scheduling(sig.Proc{
	Names: []string{"every"},
	Doc:   "Runs its children again and again, `every 'day at five'` or `every '10m'`. " + scheduleDoc,
	Args:  []sig.Arg{{Name: "when", Type: sig.Cron, Doc: "As for `every:` of `schedule`."}},
	Examples: []sig.Example{
		{Title: "Every ten minutes", Source: "set l []\nevery '10m'\n  push l 'again'\nsleep '25m'\nl", Ret: `["again","again"]`},
		{Title: "Every day at five", Source: "set l []\nevery 'day at five'\n  push l 'tea'\nsleep '2d'\nl", Ret: `["tea","tea"]`},
	},
	SeeAlso: []string{"schedule", "cron", "sleep"},
}, when.EverySo, true)

var cronProc = scheduling(sig.Proc{
	Names: []string{"cron"},
	Doc:   "Runs its children again and again, by a cron expression. " + scheduleDoc,
	Args:  []sig.Arg{{Name: "when", Type: sig.Cron, Doc: "As for `cron:` of `schedule`."}},
	Examples: []sig.Example{
		{Title: "Every full hour", Source: "set l []\ncron '0 * * * *'\n  push l 'again'\nsleep '150m'\nl", Ret: `["again","again"]`},
		{Title: "Not a cron expression", Source: "cron 'nonsense'\n  1", Error: `"nonsense" is not a schedule`},
	},
	SeeAlso: []string{"schedule", "every"},
}, when.CronLike, true)

var atProc = scheduling(sig.Proc{
	Names: []string{"at"},
	Doc:   "Runs its children once, at a point in time. " + scheduleDoc,
	Args:  []sig.Arg{{Name: "when", Type: sig.String, Doc: "As for `at:` of `schedule`."}},
	Examples: []sig.Example{
		{Title: "On Christmas Eve", Source: "set l []\nat '2026-12-24 18:00 Europe/Paris'\n  push l 'presents'\nsleep '100y'\nl", Ret: `["presents"]`},
		{Title: "Not a point in time", Source: "at 'tomorrow'\n  1", Error: `"tomorrow" is not a point in time`},
	},
	SeeAlso: []string{"schedule", "in"},
}, when.AtOnce, true)

var inProc = scheduling(sig.Proc{
	Names: []string{"in"},
	Doc:   "Runs its children once, after a while. " + scheduleDoc,
	Args:  []sig.Arg{{Name: "when", Type: sig.Duration, Doc: "A duration."}},
	Examples: []sig.Example{
		{Title: "A reminder", Source: "set l []\nin '1h'\n  push l 'remember'\npush l 'work'\nsleep '2h'\nl", Ret: `["work","remember"]`},
		{Title: "How long?", Source: "in 'a while'\n  1", Error: `"a while" is not a duration`},
	},
	SeeAlso: []string{"schedule", "at", "sleep"},
}, when.AfterIn, true)

// scheduling makes schedule and what is short for it: block has the children
// as the body of the function.
func scheduling(s sig.Proc, kind when.Kind, block bool) *vm.Procedure {
	s.Group, s.Body = sig.Time, sig.Arguments
	s.Result, s.ResultType = "The function.", sig.Function
	p := &vm.Procedure{Detached: true, Trigger: scheduleDue}
	if block {
		s.Body, p.Params = sig.Block, msgParam
	}
	p.Sig = s
	p.Next = func(n *vm.Node, from int) error {
		f := n.Frame()
		if block {
			n.Pass(1) // it stands for a schedule
			if kind != when.EverySo {
				n.Pass(2) // with a key
			}
			blockFunction(n)
		} else if from < 0 && n.ArgCount() > 0 {
			return n.Run(0)
		}
		if !n.Ret().IsFunc() {
			return vm.BadArgument("write it below: def msg \\ …", "missing a function to call when the scheduler triggers")
		}
		kind := kind
		i := slices.IndexFunc(f.Atts, func(a vm.Arg) bool { return a.Key != "" && s.Attr(a.Key) != nil })
		if i >= 0 {
			kind = when.Kind(f.Atts[i].Key)
		} else {
			i = slices.IndexFunc(f.Atts, func(a vm.Arg) bool { return a.Key == "" && !a.Value.IsFunc() })
		}
		if i < 0 {
			return vm.BadArgument("write every 'day at five', or in '10m'", "missing a schedule")
		}
		text := value.ToText(f.Atts[i].Value)
		f.SetSlot(schFunction, n.Ret())
		f.SetSlot(schKind, value.String(string(kind)))
		f.SetSlot(schText, value.String(text))
		return startSchedule(n, kind, text)
	}
	// A schedule that is done ends with what it has called last.
	p.Other = func(n *vm.Node) error {
		if len(n.Frame().Timers) == 0 && !n.Frame().HasChildren() {
			return n.Reply()
		}
		return n.Wait()
	}
	return p
}

func startSchedule(n *vm.Node, kind when.Kind, text string) error {
	now, err := zoned(n, n.Execution().Counters().NowMicros)
	if err != nil {
		return err
	}
	s, err := when.ParseSchedule(kind, text, now)
	if err != nil {
		return vm.BadArgument("write '10m', 'day at five', '0 8 * * mon-fri' or '2026-12-24 18:00'", "%s", err)
	}
	due, ok := s.First(now)
	if !ok {
		return vm.BadArgument("look at the days and months", "%q never comes", text)
	}
	scheduleAt(n, due)
	n.Flank(value.Null, false)
	return n.Wait()
}

func scheduleAt(n *vm.Node, due time.Time) {
	n.Frame().SetSlot(schDue, value.Int(due.UnixMicro()))
	n.ScheduleAt(due.UnixMicro())
}

// scheduleDue calls the function, and sets the next timer.
func scheduleDue(n *vm.Node) error {
	f := n.Frame()
	if _, err := n.Call(f.Slot(schFunction), vm.Arg{Key: "msg", Value: n.ShowMessage()}); err != nil {
		return err
	}
	due, err := zoned(n, f.Slot(schDue).AsInt())
	if err != nil {
		return err
	}
	now, _ := zoned(n, n.Execution().Counters().NowMicros)
	s, err := when.ParseSchedule(when.Kind(f.Slot(schKind).AsString()), f.Slot(schText).AsString(), due)
	if err != nil {
		return vm.BadArgument("", "%s", err)
	}
	if next, ok := s.Next(due, now); ok {
		scheduleAt(n, next)
	}
	return nil
}

// zoned is a time in the execution's time zone.
func zoned(n *vm.Node, micros int64) (time.Time, error) {
	zone, err := time.LoadLocation(n.Execution().Counters().Zone)
	if err != nil {
		return time.Time{}, vm.BadArgument("launch it with a zone such as Europe/Paris", "%s", err)
	}
	return time.UnixMicro(micros).In(zone), nil
}
