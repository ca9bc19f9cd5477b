package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var graft = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"graft", "import"},
		Group: sig.Control,
		Doc: "Becomes another flow, by name: its lines run as if they stood here, with the variables and fields that are here, and what they define stays.\n\n" +
			"The flow is looked for when the line is reached, and then kept: a change to it does not matter to an execution that has it. `florc run` looks beside the file that it runs, for the name with or without `.flo`.",
		Attrs:      []sig.Attr{{Names: []string{"tree", "subtree", "flow", "subflow", "twig"}, Type: sig.FilePath, Doc: "The name of the flow."}},
		Args:       []sig.Arg{{Name: "name", Type: sig.FilePath, Optional: true, Doc: "The name, where no attribute gives it."}},
		Body:       sig.NoBody,
		Result:     "What the flow gives.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Functions from elsewhere", Source: "import 'greetings' # define greet name \\ \"Hello, $(name)!\"\ngreet 'Ada'", Ret: `"Hello, Ada!"`},
			{Title: "There is none", Source: "graft 'nada'", Error: `no subtree "nada" found`},
		},
		SeeAlso: []string{"define", "sequence"},
	},
	Done: func(n *vm.Node) error {
		name, _ := n.Frame().Att("tree", "subtree", "flow", "subflow", "twig", "")
		if !name.IsString() {
			return vm.BadArgument("write import 'name'", "%s is no name of a flow", value.AppendJSON(nil, name))
		}
		return n.Graft(name.AsString())
	},
}
