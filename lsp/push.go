package lsp

import (
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// pusher gives diagnostics to an editor that does not ask for them: those of
// the document that was edited at once, those of other files when the editor
// pauses.
type pusher struct {
	s      *Server
	waking chan struct{}

	edited map[string]bool // documents that changed since; guarded by s.mu
	given  map[string]given
}

// given is what the editor has been told of a file.
type given struct {
	fingerprint string
	version     int32
}

// pause is how long the editor has to rest before files are looked at that it
// does not edit.
const pause = 200 * time.Millisecond

func newPusher(s *Server) *pusher {
	return &pusher{s: s, waking: make(chan struct{}, 1), edited: map[string]bool{}, given: map[string]given{}}
}

// publish makes a snapshot the current one, and sees to it that the editor
// learns what is wrong in it. Edited are the documents that changed.
func (s *Server) publish(n *snapshot, edited ...string) {
	s.current.Store(n)
	s.mu.Lock()
	for _, key := range edited {
		s.push.edited[key] = true
	}
	s.mu.Unlock()
	s.push.wake()
}

func (p *pusher) wake() {
	select {
	case p.waking <- struct{}{}:
	default: // it will look anyway
	}
}

// run gives diagnostics until the connection ends.
func (p *pusher) run() {
	for {
		select {
		case <-p.waking:
		case <-p.s.ctx.Done():
			return
		}
		p.round()
	}
}

// round gives what is to be given, until something new comes.
func (p *pusher) round() {
	n := p.s.current.Load()
	p.s.mu.Lock()
	var edited []string
	for key := range p.edited {
		edited = append(edited, key)
	}
	clear(p.edited)
	p.s.mu.Unlock()
	for i, key := range edited {
		switch d := n.docs[key]; {
		case d == nil:
		case !d.in(n).disk.isDone():
			p.again(edited[i : i+1]) // there will be another round
		default:
			p.give(n, d.in(n), d.path, d.file, true)
		}
		if p.isOutrun(n) {
			p.again(edited[i+1:])
			return
		}
	}
	room.keep(p.s.opts.GarbageRoom)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-p.waking:
		p.wake()
		return
	case <-p.s.ctx.Done():
		return
	case <-timer.C:
	}
	p.others(n)
	room.sweep(p.s.opts.GarbageRoom)
}

// again remembers documents that nothing was said about.
func (p *pusher) again(keys []string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, key := range keys {
		p.edited[key] = true
	}
}

func (p *pusher) isOutrun(n *snapshot) bool { return p.s.current.Load() != n || p.s.ctx.Err() != nil }

// others gives the diagnostics of all files that are not known to have the
// ones that were given, and takes back those of files that are gone.
func (p *pusher) others(n *snapshot) {
	known := map[string]bool{}
	for _, r := range n.folders() {
		if !r.disk.isDone() {
			return // there will be another round
		}
		files := r.files()
		for _, path := range r.paths() {
			key := canonical(r.uri(path))
			if n.rootOf(key) != r {
				continue // of a project within the project
			}
			p.give(n, r, path, files[path], false)
			known[key] = true
			if p.isOutrun(n) {
				p.wake()
				return
			}
		}
	}
	for key := range p.given {
		if !known[key] {
			p.s.notify(protocol.MethodTextDocumentPublishDiagnostics, &protocol.PublishDiagnosticsParams{URI: uri.URI(key), Diagnostics: []protocol.Diagnostic{}})
			delete(p.given, key)
		}
	}
}

// give tells the editor what is wrong with a file, unless that is what it was
// told before.
func (p *pusher) give(n *snapshot, r *root, path string, f *file, always bool) {
	u := r.uri(path)
	list := p.s.diagnostics(n.encoding, u, f.src, r.report(path, f))
	if p.isOutrun(n) {
		return
	}
	key, sum := canonical(u), fingerprint(list)
	before, told := p.given[key]
	params := &protocol.PublishDiagnosticsParams{URI: uri.URI(u), Diagnostics: list}
	now := given{fingerprint: sum}
	if d := r.docs[path]; d != nil {
		params.Version = protocol.NewOptional(d.version)
		now.version = d.version
	}
	p.given[key] = now
	if always || told && now != before || !told && len(list) > 0 {
		p.s.notify(protocol.MethodTextDocumentPublishDiagnostics, params)
	}
}
