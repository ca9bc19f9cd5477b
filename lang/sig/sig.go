// Package sig says what a procedure is, as data: its names, what it takes,
// what it gives, its documentation and its examples. The machine, the
// checker, the language server and the documentation all read these values;
// there is no second table of procedures.
package sig

// Group gathers procedures that belong together in the documentation.
type Group string

// The groups, in the order in which documentation lists them.
const (
	Control     Group = "control"     // sequence, if, case, loops, functions
	Data        Group = "data"        // set, push, literals and references
	Arithmetic  Group = "arithmetic"  // + - * / % and comparisons
	Collections Group = "collections" // map, filter, reduce, sort, …
	Strings     Group = "strings"     // upcase, split, matchr, …
	Concurrency Group = "concurrency" // concurrence and the concurrent iterators
	People      Group = "people"      // task
	Time        Group = "time"        // sleep, timestamps
	Handlers    Group = "handlers"    // on_error, on_cancel, on_receive, on
	Internal    Group = "internal"    // heads the compiler makes, and test aids
)

// Groups lists every group in documentation order.
func Groups() []Group {
	return []Group{Control, Data, Arithmetic, Collections, Strings, Concurrency, People, Time, Handlers, Internal}
}

// Type is the type of an attribute, an argument or a result.
type Type string

// The types.
const (
	Any        Type = "any"
	Null       Type = "null"
	Boolean    Type = "boolean"
	Number     Type = "number"
	Integer    Type = "integer"
	String     Type = "string"
	Array      Type = "array"
	Object     Type = "object"
	Collection Type = "collection" // an array or an object
	Function   Type = "function"
	Regex      Type = "regex"
	Duration   Type = "duration" // a number of seconds or a string such as '2d1h'
	Tag        Type = "tag"      // a tag name, or an array of them
	Nid        Type = "nid"      // a node id, or an array of them
	Path       Type = "path"     // a reference to a variable or a field, not its value
	Symbol     Type = "symbol"   // a name that stands for itself
	SignalName Type = "signal"   // the name of a signal, an array of them, or a regular expression for them
	TaskerName Type = "tasker"   // the name of a tasker
	FilePath   Type = "file"     // the path of a definition, from the file that names it or from the project
	FlowName   Type = "flow"     // the name of a flow that is launched
	Cron       Type = "cron"     // a schedule such as '0 8 * * mon-fri' or 'every day at five'
	Timezone   Type = "timezone" // a time zone of the IANA database, 'Europe/Paris'
)

// After says what a node of a procedure does to what comes after it.
type After string

// What may come after a node.
const (
	GoesOn        After = ""         // the next node runs
	EndsRound     After = "round"    // the round of the loop around it is over: break, continue, move
	EndsFunction  After = "function" // the function around it is over: return
	EndsExecution After = "execution"
	Fails         After = "failure" // it fails: only a handler goes on
	NeverEnds     After = "never"   // it waits for ever: stall
)

// Proc describes a procedure.
type Proc struct {
	Names []string `json:"names"` // every name it answers to, the preferred one first
	Group Group    `json:"group,omitempty"`
	// Doc is one or more paragraphs of Markdown; its first sentence stands
	// alone where there is little room.
	Doc string `json:"doc,omitempty"`
	// Attrs lists the attributes of its own; the common attributes (tag,
	// vars, on_error, …) are in Common.
	Attrs []Attr `json:"attrs,omitempty"`
	// Args describes the unkeyed arguments: unkeyed attributes and, where
	// Body is Arguments, the children.
	Args []Arg `json:"args,omitempty"`
	Body Body  `json:"body,omitempty"`
	// Result says what the node leaves in f.ret, and its type.
	Result     string `json:"result,omitempty"`
	ResultType Type   `json:"resultType,omitempty"`
	// After says what comes after a node of it.
	After After `json:"after,omitempty"`
	// Waits tells that a node of it may wait for the world: for time, for a
	// task, for a signal.
	Waits    bool      `json:"waits,omitempty"`
	Examples []Example `json:"examples,omitempty"`
	SeeAlso  []string  `json:"seeAlso,omitempty"`
}

// Attr is a keyed attribute.
type Attr struct {
	Names   []string `json:"names"` // the preferred name first
	Type    Type     `json:"type,omitempty"`
	Doc     string   `json:"doc,omitempty"`
	Default string   `json:"default,omitempty"` // as source text; empty where there is none
	// Values lists, as source text, what is most often given, where that is
	// one of a few words.
	Values []string `json:"values,omitempty"`
}

// Arg is an unkeyed argument.
type Arg struct {
	Name     string   `json:"name"`
	Type     Type     `json:"type,omitempty"`
	Doc      string   `json:"doc,omitempty"`
	Optional bool     `json:"optional,omitempty"` // may be left out; often f.ret is taken instead
	Repeated bool     `json:"repeated,omitempty"` // any number of them
	Values   []string `json:"values,omitempty"`   // as in Attr
}

// Body says what the children of a node are to its procedure.
type Body string

// The bodies.
const (
	NoBody    Body = "none"      // children make no sense
	Arguments Body = "arguments" // children are further arguments
	Sequence  Body = "sequence"  // children are run in order
	Branches  Body = "branches"  // children are run concurrently
	Block     Body = "block"     // children are the body of a function
	Cases     Body = "cases"     // children are conditions and consequences in turn
	Raw       Body = "raw"       // children are taken as trees, not evaluated
)

// Example is a runnable example. A test runs Source with Payload and Vars
// and compares what it gives.
type Example struct {
	Title   string `json:"title"`
	Source  string `json:"source"`
	Payload string `json:"payload,omitempty"` // JSON object, "" for {}
	Vars    string `json:"vars,omitempty"`    // JSON object, "" for {}
	// Exactly one of these is set, but for an example that only waits.
	Ret   string `json:"ret,omitempty"`   // JSON of f.ret at the end
	Want  string `json:"want,omitempty"`  // JSON of the whole payload at the end
	Error string `json:"error,omitempty"` // text that the error message contains
	Waits bool   `json:"waits,omitempty"` // the example ends up waiting, for a task or a timer
}

// Name returns the preferred name.
func (p *Proc) Name() string { return p.Names[0] }

// Attr returns the attribute of that name, or nil.
func (p *Proc) Attr(name string) *Attr {
	for i := range p.Attrs {
		for _, n := range p.Attrs[i].Names {
			if n == name {
				return &p.Attrs[i]
			}
		}
	}
	return nil
}
