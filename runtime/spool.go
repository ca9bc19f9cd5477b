package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// The folders of a spool: what is being taken in, and what cannot be.
const (
	spoolTaken    = "taken"
	spoolRejected = "rejected"
	spoolEvery    = time.Second
	maxSpoolBytes = 64 << 20
)

// Spool takes in the messages that are put into a folder as files NAME.json,
// until the context ends. Each counts once, also over crashes: it is moved
// aside under an id of its own, and that is stored with what it does. One that
// cannot be taken in goes to the folder rejected, with the reason beside it in
// NAME.txt. There must be one Spool at a time for a folder, and the runtime has
// to be active.
//
// A message is an object: its point is launch (with flow, the name of a flow,
// or text; and name, domain, payload, vars), signal (exid, name, payload),
// return (exid, nid, payload or error), cancel or kill (exid, nid).
func (r *Runtime) Spool(ctx context.Context, dir string) error {
	for _, sub := range []string{spoolTaken, spoolRejected} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	for first := true; ; first = false {
		err := r.spoolOnce(ctx, dir, first)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		c, stop := r.c.Clock.After(spoolEvery)
		select {
		case <-c:
		case <-ctx.Done():
		}
		stop()
	}
}

// spoolOnce takes in what is there, at first what was being taken in before.
func (r *Runtime) spoolOnce(ctx context.Context, dir string, first bool) error {
	if first {
		left, err := jsonFiles(filepath.Join(dir, spoolTaken))
		for _, name := range left {
			if err == nil && ctx.Err() == nil {
				err = r.spoolTaken(ctx, dir, name, true)
			}
		}
		if err != nil {
			return err
		}
	}
	names, err := jsonFiles(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if ctx.Err() != nil {
			return nil
		}
		taken := r.c.NewID("spool", r.c.Unit, r.c.Clock.Now()) + "~" + name
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, spoolTaken, taken)); errors.Is(err, fs.ErrNotExist) {
			continue // whoever put it there has taken it back
		} else if err != nil {
			return err
		}
		// It must not come back under its old name once it is taken in.
		for _, d := range []string{filepath.Join(dir, spoolTaken), dir} {
			if err := syncFolder(d); err != nil {
				return err
			}
		}
		if err := r.spoolTaken(ctx, dir, taken, false); err != nil {
			return err
		}
	}
	return nil
}

// jsonFiles lists the messages in a folder, by name.
func jsonFiles(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if name := e.Name(); e.Type().IsRegular() && strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	return names, err
}

// syncFolder has the names in a folder stay as they are, where the system can.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // not every system can
	return d.Close()
}

// spoolTaken does what a message says that was moved aside. Again tells that it
// may have been done before.
func (r *Runtime) spoolTaken(ctx context.Context, dir, taken string, again bool) error {
	path := filepath.Join(dir, spoolTaken, taken)
	id, name, _ := strings.Cut(taken, "~")
	// What is begun is ended: what is on its way to an execution would not be
	// known by a Spool that follows.
	why := r.spoolFile(context.WithoutCancel(ctx), path, id, again)
	switch {
	case why == nil:
		return os.Remove(path)
	case errors.Is(why, ErrStopped), errors.Is(why, ErrFull), r.Err() != nil:
		return why // it stays, and is taken up again
	}
	r.c.Logger.Warn("a message of the spool is rejected", "file", name, "error", why)
	to := filepath.Join(dir, spoolRejected, name)
	if err := os.WriteFile(strings.TrimSuffix(to, ".json")+".txt", []byte(why.Error()+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(path, to)
}

// spoolFields are those that messages have, by point.
var spoolFields = map[string][]string{
	"launch": {"flow", "text", "name", "domain", "payload", "vars"},
	"signal": {"exid", "name", "payload"},
	"return": {"exid", "nid", "payload", "error"},
	"cancel": {"exid", "nid"},
	"kill":   {"exid", "nid"},
}

func (r *Runtime) spoolFile(ctx context.Context, path, id string, again bool) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxSpoolBytes {
		err = fmt.Errorf("it is larger than %d bytes", maxSpoolBytes)
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return err
	}
	v, err := value.ParseJSON(data)
	if err != nil {
		return fmt.Errorf("it is not JSON: %w", err)
	}
	if !v.IsObject() {
		return fmt.Errorf("it is a %s, a message is an object", v.TypeName())
	}
	m := spoolMessage{v.AsObject()}
	point := m.text("point")
	fields, known := spoolFields[point]
	if !known {
		return fmt.Errorf("its point is %q: there are launch, signal, return, cancel and kill", point)
	}
	for k, v := range m.All() {
		switch {
		case k != "point" && !slices.Contains(fields, k):
			return fmt.Errorf("%s has no %q: there are %q", point, k, fields)
		case k == "payload" || k == "vars":
		case !v.IsString():
			return fmt.Errorf("%q has to be a text, it is a %s", k, v.TypeName())
		}
	}
	if point == "launch" {
		return r.spoolLaunch(ctx, &m, id)
	}
	exid, nid := m.text("exid"), m.text("nid")
	if again {
		if done, err := r.took(ctx, exid, id); done || err != nil {
			return err
		}
	}
	payload, _ := m.Get("payload")
	switch point {
	case "signal":
		return r.signal(ctx, exid, m.text("name"), payload, id)
	case "return":
		var failure error
		if text := m.text("error"); text != "" {
			failure = errors.New(text)
		}
		return r.giveTask(ctx, exid, nid, payload, failure, id)
	case "cancel":
		return r.cancel(ctx, exid, nid, vm.Plain, id)
	}
	return r.cancel(ctx, exid, nid, vm.Kill, id)
}

type spoolMessage struct{ *value.Object }

func (m *spoolMessage) text(key string) string {
	v, _ := m.Get(key)
	if !v.IsString() {
		return ""
	}
	return v.AsString()
}

// spoolLaunch launches an execution whose id is that of the message: a second
// time there is one.
func (r *Runtime) spoolLaunch(ctx context.Context, m *spoolMessage, id string) error {
	o := LaunchOptions{Domain: m.text("domain"), Exid: id}
	o.Payload, _ = m.Get("payload")
	o.Vars, _ = m.Get("vars")
	name, text := m.text("flow"), m.text("text")
	var def Definition
	var err error
	switch {
	case (name == "") == (text == ""):
		return errors.New("launch has one of flow, the name of a flow, and text")
	case text != "":
		def, err = Parse(firstOf(m.text("name"), "spool")+".flo", text)
	case r.c.Loader == nil:
		err = ErrNotFound
	default:
		def, err = r.c.Loader(Wanted{Name: name, Domain: firstOf(o.Domain, r.c.Domain)})
	}
	if err != nil {
		return fmt.Errorf("the flow %s: %w", name, err)
	}
	if _, err = r.Launch(ctx, def, o); errors.Is(err, ErrConflict) {
		return nil // it was launched
	}
	return err
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// took tells whether an execution took, or is about to take, a message of that
// key; also where it has ended, as then it was taken or comes too late.
func (r *Runtime) took(ctx context.Context, exid, key string) (bool, error) {
	rec, err := r.store.Record(ctx, exid)
	if err != nil {
		return false, fmt.Errorf("execution %s: %w", exid, err)
	}
	if rec.Status == Terminated {
		return true, nil
	}
	x, err := r.blank(ctx, rec)
	if err != nil {
		return false, err
	}
	isIt := func(data []byte) bool {
		m, err := x.DecodeMessage(data, r.programsOf(ctx, rec.Origin))
		return err == nil && m.Key == key
	}
	letters, err := r.store.Inbox(ctx, exid, math.MaxInt)
	if err != nil {
		return false, err
	}
	for _, l := range letters {
		if isIt(l.Data) {
			return true, nil
		}
	}
	for e, err := range r.store.Journal(ctx, exid, 0) {
		var je journalEntry
		if err == nil {
			err = Unmarshal(e.Data, &je)
		}
		if err != nil {
			return false, err
		}
		for _, data := range je.Messages {
			if len(data) > 0 && isIt(data) {
				return true, nil
			}
		}
	}
	return false, nil
}
