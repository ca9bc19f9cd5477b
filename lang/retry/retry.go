// Package retry reads how a node that failed is tried again: what flows give
// to the attribute retry.
package retry

import (
	"fmt"
	"math"
	"strings"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
)

// Policy says how often, when, and after which errors a node is tried again.
type Policy struct {
	Count        int64   // how often it is tried again, 1 or more
	DelaysMicros []int64 // before each further attempt; the last one holds for those that follow
	Backoff      Backoff
	MaxMicros    int64   // no delay is longer; 0 for no such bound
	Jitter       float64 // the part of a delay by which it varies, 0 to 1
	// On are strings and regular expressions, as on_error takes them; nil for
	// every error.
	On []value.Value
}

// Backoff says how a single delay grows from one attempt to the next.
type Backoff string

// The ways to grow.
const (
	Constant    Backoff = "constant"
	Linear      Backoff = "linear"
	Exponential Backoff = "exponential" // it doubles
)

// Keys are those of the long form.
var Keys = []string{"count", "delay", "backoff", "max", "jitter", "on"}

// Error tells what is wrong with a policy.
type Error struct {
	Key     string // of the member that is wrong, "" for the whole
	Message string
	Hint    string
}

func (e *Error) Error() string { return e.Message }

const (
	hint = "write retry: 3, retry: [ '1s' '10s' '1m' ], or retry: { count: 3, delay: '10s', backoff: 'exponential' }"
	// maxCount bounds how often a node is tried again. It is there to find
	// numbers that are none of attempts.
	maxCount = 1_000_000
)

// Read reads a policy: a number of attempts, a list of delays, or an object. An
// error is an *Error.
func Read(v value.Value) (Policy, error) {
	p := Policy{Backoff: Constant}
	switch v.Kind() {
	case value.KindInt:
		return p, p.count(v)
	case value.KindList:
		if err := p.delays(v); err != nil {
			return p, err
		}
		p.Count = int64(len(p.DelaysMicros))
		return p, nil
	case value.KindObject:
		return p, p.object(v.AsObject())
	}
	return p, &Error{Message: fmt.Sprintf("retry: does not know what to do with %s", value.AppendJSON(nil, v)), Hint: hint}
}

func (p *Policy) object(o *value.Object) error {
	for key, v := range o.All() {
		if err := p.member(key, v); err != nil {
			return err
		}
	}
	if _, given := o.Get("count"); !given {
		if p.Count = int64(len(p.DelaysMicros)); p.Count < 2 {
			return &Error{Message: "retry: does not say how often", Hint: "add count: 3, say"}
		}
	}
	if len(p.DelaysMicros) > 1 && p.Backoff != Constant {
		return &Error{"backoff", "a list of delays grows by itself", "leave backoff: out, or give a single delay"}
	}
	if len(p.DelaysMicros) == 0 {
		for _, key := range []string{"backoff", "max", "jitter"} {
			if _, given := o.Get(key); given {
				return &Error{key, fmt.Sprintf("%s: is about a delay, and there is none", key), "add delay: '10s', say"}
			}
		}
	}
	if p.MaxMicros > 0 && len(p.DelaysMicros) > 0 && p.MaxMicros < p.DelaysMicros[0] {
		return &Error{"max", "max: is shorter than the first delay", "give the longest delay that there may be"}
	}
	return nil
}

func (p *Policy) member(key string, v value.Value) (err error) {
	switch key {
	case "count":
		return p.count(v)
	case "delay":
		return p.delays(v)
	case "max":
		p.MaxMicros, err = delay("max", v)
		return err
	case "backoff":
		if p.Backoff = Backoff(value.ToText(v)); p.Backoff != Constant && p.Backoff != Linear && p.Backoff != Exponential {
			return &Error{key, fmt.Sprintf("%s is no backoff", value.AppendJSON(nil, v)), "write 'constant', 'linear' or 'exponential'"}
		}
	case "jitter":
		switch v.Kind() {
		case value.KindInt:
			p.Jitter = float64(v.AsInt())
		case value.KindFloat:
			p.Jitter = v.AsFloat()
		default:
			p.Jitter = -1
		}
		if !(p.Jitter >= 0 && p.Jitter <= 1) {
			return &Error{key, fmt.Sprintf("jitter: is a number from 0 to 1, not %s", value.AppendJSON(nil, v)), "0.2 varies a delay by a fifth, to either side"}
		}
	case "on":
		return p.on(v)
	default:
		return &Error{key, fmt.Sprintf("retry: has no %q", key), "it has " + strings.Join(Keys, ", ")}
	}
	return nil
}

func (p *Policy) count(v value.Value) error {
	if v.Kind() != value.KindInt || v.AsInt() < 1 || v.AsInt() > maxCount {
		return &Error{"count", fmt.Sprintf("a node cannot be tried again %s times", value.AppendJSON(nil, v)), "give a number from 1 on; to switch retries off, leave them out"}
	}
	p.Count = v.AsInt()
	return nil
}

func (p *Policy) delays(v value.Value) error {
	vs := []value.Value{v}
	if v.IsList() {
		vs = v.AsList().Slice()
	}
	if len(vs) == 0 {
		return &Error{"delay", "a list of delays has one or more", hint}
	}
	for _, v := range vs {
		d, err := delay("delay", v)
		if err != nil {
			return err
		}
		p.DelaysMicros = append(p.DelaysMicros, d)
	}
	return nil
}

func (p *Policy) on(v value.Value) error {
	vs := []value.Value{v}
	if v.IsList() {
		vs = v.AsList().Slice()
	}
	for _, v := range vs {
		switch v.Kind() {
		case value.KindString:
		case value.KindRegex:
			if _, err := v.AsRegex().Regexp(); err != nil {
				return &Error{"on", err.Error(), "florc uses Go's regular expressions: no look-around, no back-references"}
			}
		default:
			return &Error{"on", fmt.Sprintf("%s says nothing about errors", value.AppendJSON(nil, v)), "give messages, kinds or codes as strings, or regular expressions: on: [ 'tasker-failed' r/busy/ ]"}
		}
	}
	p.On = vs
	return nil
}

func delay(key string, v value.Value) (int64, error) {
	d, err := Micros(v)
	if err != nil {
		return 0, &Error{key, err.Error(), "write durations like '10s', '1h30m' or '2d'"}
	}
	return d, nil
}

// Delay returns how long to wait before the n-th further attempt, from 1 on,
// in microseconds. Random is drawn from where the policy has a jitter.
func (p *Policy) Delay(n int64, random func() uint64) int64 {
	if len(p.DelaysMicros) == 0 {
		return 0
	}
	d := float64(p.DelaysMicros[min(n, int64(len(p.DelaysMicros)))-1])
	switch p.Backoff {
	case Linear:
		d = float64(d * float64(n))
	case Exponential:
		d = float64(d * math.Ldexp(1, int(min(n-1, 1000))))
	}
	limit := float64(maxMicros)
	if p.MaxMicros > 0 {
		limit = float64(p.MaxMicros)
	}
	d = min(d, limit)
	if p.Jitter > 0 {
		unit := float64(random()>>11) / (1 << 53) // 0 to 1
		d += float64(float64(d*p.Jitter) * (2*unit - 1))
	}
	return int64(min(d, limit))
}

const maxMicros = 1000 * 366 * 24 * 3600 * 1e6 // a thousand years

// Micros reads a duration as flows give it: a number of seconds, or a string
// such as '2d1h'. A negative one is none.
func Micros(v value.Value) (int64, error) {
	var micros float64
	switch v.Kind() {
	case value.KindInt:
		micros = float64(v.AsInt()) * 1e6
	case value.KindFloat:
		micros = v.AsFloat() * 1e6
	case value.KindString:
		d, err := when.ParseDuration(v.AsString())
		if err != nil {
			return 0, err
		}
		micros = d.Seconds() * 1e6
	default:
		return 0, fmt.Errorf("%s is not a duration", value.AppendJSON(nil, v))
	}
	if !(micros <= maxMicros) {
		return 0, fmt.Errorf("%s is longer than a thousand years", value.AppendJSON(nil, v))
	}
	return int64(max(micros, 0)), nil
}
