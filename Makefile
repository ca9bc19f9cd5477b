# Shortcuts; none of them is needed. README.md has the two commands that
# matter, and .ci/run is what has to pass before anything lands.

.PHONY: build test ci lint cross fuzz bench crash simulate generate

build:      ## the binary, ./florc
	go build -o florc ./cmd/florc

test:
	go test ./...

ci:         ## everything that has to pass
	bash .ci/run

lint:
	bash scripts/lint

cross:      ## builds for every platform that is promised
	bash scripts/cross

fuzz:       ## ten minutes on the parser, unless FUZZTIME says otherwise
	go test ./lang/parser -run xxx -fuzz FuzzParse -fuzztime $${FUZZTIME:-10m}

crash:      ## 2,000 killed processes and 200 power cuts
	cd crash && go test -timeout 60m -v -run 'Kill|PowerCut' -kills 2000 -cuts 200 .

simulate:   ## 10,000 simulated worlds, from SEED on
	go test ./runtime -run TestSimulation -timeout 60m -sim.seeds 10000 -sim.seed $${SEED:-1000000}

bench:      ## measures; docs/benchmarks.md explains
	cd bench && go test -run xxx -bench . -benchtime 5x .

generate:   ## the reference pages in docs/
	go generate ./...
