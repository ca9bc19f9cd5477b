package stdlib

import "testing"

// TestGraft imports flows of the harness's library.
func TestGraft(t *testing.T) {
	for _, tt := range []struct{ src, ret, err string }{
		{src: "set n 0\nimport 'counting'\nimport 'counting.flo'\nn", ret: "2"},
		{src: "set n 0\nwhile n < 3\n  graft tree: 'counting'\nn", ret: "3"},
		{src: "set n 0\nset f (sequence \\ import 'counting')\nset n 7\nf _", ret: "7"},
		{src: "set l []\nconcurrence\n  import 'adding'\n  import 'adding'\n  import 'adding'\nl", ret: "[1,1,1]"},
		{src: "set n 0\nimport 'itself'\nn", ret: "5"},
		{src: "import 'literal'", ret: "7"},
		{src: "[ (import 'literal') (import 'literal') ]", ret: "[7,7]"},
		{src: "set l []\nimport 'greetings' tag: 'x' on_error: (def \\ 1)\nsequence tag: 'y'\n  greet \"$(t.x)\"", ret: `"Hello, !"`},
		{src: "import 'damaged'", err: `the subtree "damaged" can't be read: line 1`},
		{src: "import 'nada' on_error: (def err \\ err.msg)", ret: `"no subtree \"nada\" found (domain \"\")"`},
		{src: "sequence on_error: (def err \\ [ err.file, err.lin ])\n  import 'failing'\n  break 1\n", ret: `["failing.flo",2]`},
		{src: "sequence on_error: (def err \\ err.file)\n  import 'failing'\n  fail 'here'\n", ret: "null"},
		{src: "import 7", err: "7 is no name of a flow"},
	} {
		for _, watched := range []bool{false, true} {
			o := run(t, All(), tt.src, "", "", watched)
			if tt.err != "" {
				if o.err == nil || len(o.err.Message) < len(tt.err) || o.err.Message[:len(tt.err)] != tt.err {
					t.Errorf("%s\nwant the error %q, got %s %v", tt.src, tt.err, o.point, o.err)
				}
				continue
			}
			if o.point != "terminated" {
				t.Errorf("%s\n%s: %v", tt.src, o.point, o.err)
				continue
			}
			if ret, _ := o.payload.AsObject().Get("ret"); plain(ret).String() != tt.ret {
				t.Errorf("%s\nwant %s, got %s", tt.src, tt.ret, plain(ret))
			}
		}
	}
}
