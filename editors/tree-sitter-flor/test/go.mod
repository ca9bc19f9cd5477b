module github.com/florc-lang/florc/editors/tree-sitter-flor/test

go 1.26.0

replace github.com/florc-lang/florc => ../../../

require (
	github.com/BurntSushi/toml v1.6.0
	github.com/florc-lang/florc v0.0.0-00010101000000-000000000000
	github.com/google/go-cmp v0.7.0
	github.com/odvcencio/gotreesitter v0.49.0
	github.com/rogpeppe/go-internal v1.16.0
)

require (
	github.com/alecthomas/participle/v2 v2.1.4 // indirect
	golang.org/x/tools v0.45.0 // indirect
)
