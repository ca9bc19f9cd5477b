module github.com/florc-lang/florc/bench

go 1.26.0

replace github.com/florc-lang/florc => ../

require (
	github.com/d5/tengo/v2 v2.17.0
	github.com/florc-lang/florc v0.0.0-00010101000000-000000000000
	go.starlark.net v0.0.0-20260908191801-89a6a09411d5
)

require (
	github.com/alecthomas/participle/v2 v2.1.4 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
