package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// spoolOf is the folder of messages beside a store.
func spoolOf(store string) string { return filepath.Join(filepath.Dir(store), "spool") }

// spoolFor is how long one Spool lasts; another one follows.
const spoolFor = 30 * time.Millisecond

// startSpool has messages taken in until it is stopped.
func (w *worker) startSpool() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			one, cancel := context.WithTimeout(ctx, spoolFor)
			err := w.r.Spool(one, w.spool)
			if err != nil && !errors.Is(err, runtime.ErrStopped) && w.r.Err() == nil {
				w.failed("taking in", w.spool, err)
			}
			<-one.Done()
			cancel()
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// put puts a message into the spool. Once it has returned it is there.
func (w *worker) put(name string, message map[string]any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	part := filepath.Join(w.spool, "."+name)
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(w.spool, name+".json")); err != nil {
		return err
	}
	return syncDir(w.spool)
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// putLaunch has the spool launch the flow of a seed.
func (w *worker) putLaunch(seed uint64) {
	domain := exidOf(seed)
	if err := w.put(domain, map[string]any{"point": "launch", "text": newFlow(seed), "domain": domain}); err != nil {
		w.failed("putting", domain, err)
		return
	}
	w.say("put", domain)
}

// mail answers a task by the spool, after a signal: once in the life of a
// process, so it may come to several.
func (w *worker) mail(t *runtime.Task) {
	if _, was := w.mailed.LoadOrStore(t.Key, true); was {
		return
	}
	nonce := fmt.Sprint(rand.Uint32())
	if err := w.put("a"+nonce, map[string]any{"point": "signal", "exid": t.Exid, "name": "mail", "payload": map[string]any{"nonce": nonce}}); err != nil {
		w.failed("putting", t.Key, err)
		return
	}
	w.say("mailed", t.Exid, nonce)
	w.say("posting", t.Exid)
	k, n := markOf(t)
	payload := marked(t).AsObject().Set(fmt.Sprint(answerField, k, "-", n), value.String(nonce))
	if err := w.put("b"+nonce, map[string]any{"point": "return", "exid": t.Exid, "nid": t.Nid, "payload": value.FromObject(payload)}); err != nil {
		w.failed("putting", t.Key, err)
	}
}

// messages lists the messages of a spool that are not taken in: by their names,
// those that are being taken in, too.
func messages(spool string) (names []string, err error) {
	for _, dir := range []string{spool, filepath.Join(spool, "taken")} {
		files, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			name := strings.TrimSuffix(filepath.Base(f), ".json")
			if _, own, taken := strings.Cut(name, "~"); taken {
				name = own
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// --- what the ledger knows of the spool ---

// hearSpool takes down what a worker says of it.
func (l *ledger) hearSpool(what, of, nonce string) (known bool) {
	switch what {
	case "put":
		l.put[of] = true
	case "mailed":
		if !l.posted[of] { // else it may come after the end
			l.mailed[nonce] = of
		}
	case "posting":
		l.posted[of] = true
	default:
		return false
	}
	return true
}

// checkMail notes signals that were lost, or came more than once.
func (l *ledger) checkMail(results map[string]result) {
	came := make(map[string]int)
	for exid, res := range results {
		for _, t := range res.Trace {
			if nonce, is := strings.CutPrefix(t.Text, mailTrace); is {
				if came[nonce]++; came[nonce] > 1 {
					l.problem("the signal %s of the spool came to %s more than once", nonce, exid)
				}
			}
		}
	}
	for nonce, exid := range l.mailed {
		if came[nonce] == 0 {
			l.problem("the signal %s of the spool is lost: it was for %s", nonce, exid)
		}
	}
}

// inspectSpool notes messages that were put into a spool, and of which there is
// neither the file nor what it launches.
func (l *ledger) inspectSpool(ctx context.Context, spool string, store runtime.Store) error {
	names, err := messages(spool)
	if err != nil {
		return err
	}
	there := make(map[string]bool)
	for _, name := range names {
		there[name] = true
	}
	for rec, err := range store.Records(ctx) {
		if err != nil {
			return err
		}
		there[rec.Origin.Domain] = true
	}
	for domain := range l.put {
		if !there[domain] {
			l.problem("the message that launches %s is lost", domain)
		}
	}
	return nil
}

// checkSpool notes launches that were rejected.
func (l *ledger) checkSpool(spool string) error {
	files, err := filepath.Glob(filepath.Join(spool, "rejected", "x*.txt"))
	for _, f := range files {
		why, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		l.problem("the spool rejected %s: %s", filepath.Base(f), why)
	}
	return err
}
