package project

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
)

// Layout is what the folders of a project hold for its domains:
//
//	lib/flows/acme.sales/billing.flo    the flow billing of the domain acme.sales
//	lib/taskers/acme.sales/stock.conf   its tasker stock
//	lib/hooks/acme.sales.conf           its hooks
//	etc/variables/acme.sales.conf       its variables
//
// A domain may be written with dots or as folders, and what is for all domains
// stands without one; the file dot.conf is about the folder that it is in.
// Below usr/acme.sales/ there may be the same folders once more, for that
// domain and those below it. What a domain has is also for those below it,
// unless they have their own of that name.
type Layout struct {
	Taskers   []Tasker
	Hooks     []Hook
	Variables []Variables
	Flows     []sig.Flow // by all the names that they are found under
	// Faults are what is wrong with the files. What is wrong counts as not
	// there.
	Faults []Fault
}

// Tasker is a tasker of a project.
type Tasker struct {
	Domain, Name string // "" for the domain of all
	File         string // that says so
	Dir          string // where that is
	// Run is a command line that does its tasks, URL is where they are posted;
	// Worklist tells that they wait for whoever lists them. One of them is set.
	Run, URL string
	Worklist bool
	// Secret is the name of the environment variable whose value signs what is
	// posted; "" for nothing. Headers are those that each post has, with the
	// names of the environment variables that have their values.
	Secret  string
	Headers map[string]string
	At      source.Span   // of what it says of its secret or headers
	Timeout time.Duration // 0 for none
	AtOnce  int           // 0 for no bound
}

// Hook is a hook of a project, a program that sees messages.
type Hook struct {
	Domain string // "" for all
	Dir    string // where its file is
	Run    string // a command line
	// Points, Tags, Heaps and Taskers say which messages it sees; none for all.
	Points, Tags, Heaps, Taskers []string
}

// Variables are those that the executions of a domain start with.
type Variables struct {
	Domain string // "" for all
	Values value.Value
}

// Fault is something that is wrong with a file.
type Fault struct {
	File *source.File
	diag.Diagnostic
}

// confEnding is how the names of configuration files end.
const confEnding = ".conf"

// ReadLayout reads the folders of the project in a folder. The error is about
// files that cannot be read.
func ReadLayout(root string) (Layout, error) {
	var l Layout
	err := l.readUnder(root, "")
	if err != nil {
		return l, err
	}
	dir := filepath.Join(root, "usr")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	for _, e := range entries {
		if err == nil && e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			err = l.readUnder(filepath.Join(dir, e.Name()), e.Name())
		}
	}
	return l, err
}

func (l *Layout) readUnder(root, domain string) error {
	if err := l.flows(filepath.Join(root, "lib", "flows"), domain); err != nil {
		return err
	}
	for _, part := range []struct {
		folder string
		read   func(*layoutFile)
	}{
		{"lib/taskers", l.tasker}, {"lib/hooks", l.hooks}, {"etc/variables", l.variables},
	} {
		top := filepath.Join(root, filepath.FromSlash(part.folder))
		err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && path == top:
				return fs.SkipDir
			case err != nil:
				return err
			case strings.HasPrefix(e.Name(), "."):
				if e.IsDir() {
					return fs.SkipDir
				}
				return nil
			case e.IsDir() || filepath.Ext(path) != confEnding:
				return nil
			}
			rel, err := filepath.Rel(top, strings.TrimSuffix(path, confEnding))
			if err != nil {
				return err
			}
			name := strings.ReplaceAll(filepath.ToSlash(rel), "/", ".")
			if name == "dot" {
				name = ""
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			f := &layoutFile{l: l, dir: filepath.Dir(path), file: source.NewFile(path, string(data)),
				path: join(domain, strings.TrimSuffix(name, ".dot"))}
			if root, ok := f.parse(); ok {
				f.root = root
				part.read(f)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// flows notes the flows of a folder lib/flows: a folder in it may be a domain
// or a part of the name.
func (l *Layout) flows(top, domain string) error {
	return filepath.WalkDir(top, func(file string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && file == top:
			return fs.SkipDir
		case err != nil:
			return err
		case e.IsDir() && strings.HasPrefix(e.Name(), ".") && file != top:
			return fs.SkipDir
		case e.IsDir() || filepath.Ext(file) != Ending:
			return nil
		}
		rel, err := filepath.Rel(top, strings.TrimSuffix(file, Ending))
		if err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(rel), "/")
		for i := range parts {
			l.Flows = append(l.Flows, sig.Flow{Name: strings.Join(parts[i:], "/"), Domain: join(domain, strings.Join(parts[:i], "."))})
		}
		return nil
	})
}

func join(domain, name string) string { return strings.Trim(domain+"."+name, ".") }

// layoutFile is a file of the layout that is being read.
type layoutFile struct {
	l    *Layout
	file *source.File
	dir  string
	path string // the domain, and the name where it has one, joined by dots
	root *tree.Node
	bad  bool
}

func (f *layoutFile) fault(span source.Span, message, hint string) {
	f.bad = true
	c := Config{File: f.file}
	c.fault(span, message, hint)
	f.l.Faults = append(f.l.Faults, Fault{f.file, c.Diagnostics[0]})
}

// parse returns the object, or the array, that the file holds.
func (f *layoutFile) parse() (*tree.Node, bool) {
	syntax, ds := parser.Parse(f.file, parser.Options{})
	for _, d := range ds {
		f.bad = f.bad || d.Severity == diag.Error
		f.l.Faults = append(f.l.Faults, Fault{f.file, d})
	}
	root, _ := tree.Lower(syntax)
	switch {
	case f.bad:
		return nil, false
	case len(root.Children) != 1:
		f.fault(root.Span, "this is no configuration", "it is one object, as in { run: 'python3 stock.py' }, or one array")
		return nil, false
	}
	return root.Children[0], true
}

func (f *layoutFile) object(n *tree.Node, visit func(key string, at source.Span, v *tree.Node)) {
	c := Config{File: f.file}
	c.object(n, visit)
	for _, d := range c.Diagnostics {
		f.bad = true
		f.l.Faults = append(f.l.Faults, Fault{f.file, d})
	}
}

// text returns the string that a node is.
func (f *layoutFile) text(n *tree.Node) string {
	s, ok := n.Value.(string)
	if !n.Literal || !ok || s == "" {
		f.fault(n.Span, "a text in quotes is expected here", "")
	}
	return s
}

// texts returns the string that a node is, or those of an array.
func (f *layoutFile) texts(n *tree.Node) (list []string) {
	if n.Literal || n.Head != "_arr" {
		return []string{f.text(n)}
	}
	for _, item := range n.Children {
		list = append(list, f.text(item))
	}
	return list
}

func (f *layoutFile) domain(domain string) string {
	for part := range strings.SplitSeq(domain, ".") {
		if domain != "" && (part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "") {
			f.fault(f.root.Span, "the path of this file names no domain", "domains are names joined by dots, such as acme.sales")
			break
		}
	}
	return domain
}

func (l *Layout) tasker(f *layoutFile) {
	i := strings.LastIndexByte(f.path, '.')
	t := Tasker{Domain: f.domain(f.path[:max(i, 0)]), Name: f.path[i+1:], File: f.file.Name, Dir: f.dir}
	if t.Name == "" {
		f.fault(f.root.Span, "this tasker has no name", "the file of the tasker alice is lib/taskers/alice.conf, or lib/taskers/alice/dot.conf")
	}
	f.object(f.root, func(key string, at source.Span, v *tree.Node) {
		switch key {
		case "run":
			t.Run = f.text(v)
		case "url":
			t.URL = f.url(v)
		case "secret_env":
			t.Secret, t.At = f.variable(v), v.Span
		case "header_env":
			t.Headers, t.At = f.headers(v), v.Span
		case "worklist":
			worklist, ok := v.Value.(bool)
			if t.Worklist = worklist; !ok {
				f.fault(v.Span, "worklist is true or false", "")
			}
		case "timeout":
			d, err := when.ParseDuration(f.text(v))
			if t.Timeout = d; err != nil || d <= 0 {
				f.fault(v.Span, "this is no duration", "as in '2h30m'")
			}
		case "at_once":
			n, ok := integer(v)
			if t.AtOnce = n; !ok || n < 1 {
				f.fault(v.Span, "at_once is a number from 1 on", "")
			}
		case "description":
			f.text(v)
		default:
			f.fault(at, "a tasker has no \""+key+"\"", "there are run, url, secret_env, header_env, worklist, timeout, at_once and description")
		}
	})
	if ways := []bool{t.Run != "", t.URL != "", t.Worklist}; len(slices.DeleteFunc(ways, func(is bool) bool { return !is })) != 1 && !f.bad {
		f.fault(f.root.Span, "a tasker has one of run, url and worklist",
			"as in { run: 'python3 stock.py' }, { url: 'https://stock.example.com/tasks' }, or { worklist: true }")
	}
	if t.URL == "" && (t.Secret != "" || len(t.Headers) > 0) && !f.bad {
		f.fault(t.At, "a secret and headers are for a tasker with a url", "")
	}
	if !f.bad {
		l.Taskers = append(l.Taskers, t)
	}
}

// url returns the address that a node is: where tasks are posted.
func (f *layoutFile) url(n *tree.Node) string {
	s := f.text(n)
	if f.bad {
		return s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		f.fault(n.Span, "this is no address that tasks can be posted to", "as in 'https://stock.example.com/tasks'")
	case u.User != nil:
		f.fault(n.Span, "an address has no name and password in this file", "sign what is posted with secret_env: 'NAME', or send header_env: { Authorization: 'NAME' }, with an environment variable of that name")
	}
	return s
}

// variable returns the name of an environment variable that a node is.
func (f *layoutFile) variable(n *tree.Node) string {
	s := f.text(n)
	if strings.ContainsAny(s, "= \t\x00$") {
		f.fault(n.Span, "this is no name of an environment variable", "the secret itself stands in the environment, as in secret_env: 'STOCK_SECRET'")
	}
	return s
}

// headers returns the headers that a node gives, an object.
func (f *layoutFile) headers(n *tree.Node) map[string]string {
	if n.Literal || n.Head != "_obj" {
		f.fault(n.Span, "headers are an object", "as in { Authorization: 'STOCK_AUTHORIZATION' }, with the name of an environment variable")
		return nil
	}
	headers := make(map[string]string)
	f.object(n, func(key string, at source.Span, v *tree.Node) {
		if strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" || key == "" {
			f.fault(at, "this is no name of a header", "")
		}
		headers[key] = f.variable(v)
	})
	return headers
}

func integer(n *tree.Node) (int, bool) {
	v := value.FromLiteral(n.Value)
	if !n.Literal || v.Kind() != value.KindInt {
		return 0, false
	}
	return int(v.AsInt()), true
}

func (l *Layout) hooks(f *layoutFile) {
	domain := f.domain(strings.TrimPrefix(strings.TrimSuffix("."+f.path, ".hooks"), "."))
	if f.root.Literal || f.root.Head != "_arr" {
		f.fault(f.root.Span, "hooks are an array", "as in [ { point: 'execute', run: 'python3 audit.py' } ]")
		return
	}
	for _, item := range f.root.Children {
		h := Hook{Domain: domain, Dir: f.dir}
		f.object(item, func(key string, at source.Span, v *tree.Node) {
			switch key {
			case "run":
				h.Run = f.text(v)
			case "point":
				h.Points = f.texts(v)
			case "tag":
				h.Tags = f.texts(v)
			case "heap":
				h.Heaps = f.texts(v)
			case "tasker":
				h.Taskers = f.texts(v)
			case "description":
				f.text(v)
			default:
				f.fault(at, "a hook has no \""+key+"\"", "there are run, point, tag, heap, tasker and description")
			}
		})
		if h.Run == "" && !f.bad {
			f.fault(item.Span, "a hook has to say what to run", "as in { point: 'execute', run: 'python3 audit.py' }")
		}
		if !f.bad {
			l.Hooks = append(l.Hooks, h)
		}
	}
}

func (l *Layout) variables(f *layoutFile) {
	domain := f.domain(f.path)
	v, ok := f.data(f.root)
	if ok && !v.IsObject() {
		f.fault(f.root.Span, "variables are an object", "as in { region: 'eu' }")
	}
	if !f.bad {
		l.Variables = append(l.Variables, Variables{domain, v})
	}
}

// data returns the value that a node is written as.
func (f *layoutFile) data(n *tree.Node) (value.Value, bool) {
	switch {
	case n.Literal:
		return value.FromLiteral(n.Value), true
	case n.Head == "_arr" && len(n.Attrs) == 0:
		list := make([]value.Value, len(n.Children))
		for i, item := range n.Children {
			list[i], _ = f.data(item)
		}
		return value.NewList(list...), !f.bad
	case n.Head == "_obj" && len(n.Attrs) == 0:
		o := value.NewObject().AsObject()
		f.object(n, func(key string, _ source.Span, v *tree.Node) {
			item, _ := f.data(v)
			o = o.Set(key, item)
		})
		return value.FromObject(o), !f.bad
	}
	f.fault(n.Span, "this is no data", "what is configured is written out: texts, numbers, true, false, null, arrays and objects")
	return value.Null, false
}

// VariablesOf returns the variables that an execution of a domain starts with,
// an object.
func (l *Layout) VariablesOf(domain string) value.Value {
	o := value.NewObject().AsObject()
	above := analysis.DomainAndAbove(domain)
	slices.Reverse(above)
	for _, d := range above {
		for _, v := range l.Variables {
			if v.Domain == d {
				o = o.Merge(v.Values.AsObject())
			}
		}
	}
	return value.FromObject(o)
}

// schema is what definitions may rely on.
func (l *Layout) schema() (s sig.Schema) {
	for _, t := range l.Taskers {
		s.Taskers = append(s.Taskers, sig.Tasker{Name: t.Name})
	}
	s.Flows = l.Flows
	for _, v := range l.Variables {
		for name := range v.Values.AsObject().All() {
			s.Vars = append(s.Vars, sig.Var{Name: name})
		}
	}
	return s
}

// FindFlow returns the path, from the root of a project on and with slashes, of
// the flow of that name that a domain has, or that is beside the file from, ""
// for none.
func FindFlow(root, domain, from, name string) string {
	for _, c := range analysis.FlowCandidates(domain, from, name) {
		if !fs.ValidPath(c) || path.Ext(c) != Ending {
			continue
		}
		if info, err := os.Stat(filepath.Join(root, filepath.FromSlash(c))); err == nil && info.Mode().IsRegular() {
			return c
		}
	}
	return ""
}
