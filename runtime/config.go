// Package runtime is the world around the machine of package vm: it takes
// messages to executions, commits what comes of them to a Store, fires timers
// and has tasks done.
//
// A Runtime that was started is an active unit: it works executions. One that
// was not is a passive unit: it launches, returns, cancels and reads, and
// leaves the work to the next that is started on that store. Nobody tells a
// Runtime of what another one does: there is one at a time on a store. Others
// are Clients of it, in other processes through package runtime/socket.
package runtime

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Config says what a Runtime works with. Store and Library are required; the
// zero value of every other field is a good one.
type Config struct {
	// Store keeps the executions. The runtime does not close it.
	Store Store
	// Library holds the procedures.
	Library *vm.Library
	// Taskers do the tasks, by the names under which flows know them. Default:
	// none.
	Taskers map[string]Tasker
	// Registrations are taskers of which there is more to say: expressions for
	// names, domains, timeouts, limits. Default: none.
	Registrations []Registration
	// Fallback does the tasks for which no tasker is registered. Default: such
	// a task fails.
	Fallback Tasker

	// Loader finds the flows that others import. Default: there are none.
	Loader Loader
	// Vars gives the variables that executions of a domain start with, an
	// object, beside those given at launch, which go first. Default: none.
	Vars func(domain string) (value.Value, error)

	// Hooks see messages before they are worked. Default: none.
	Hooks []Hook
	// Committed is told of each commit of an execution that is worked here, once
	// it is stored, in the order of the execution's commits. The execution
	// waits for it, so it should not take long. Default: nobody is.
	Committed func(Change)

	// Unit names this process in the ids of the executions it launches.
	// Default: "u0".
	Unit string
	// Domain is that of executions launched without one. Default: "main".
	Domain string
	// Zone is the time zone of executions launched without one, "" for UTC.
	Zone string
	// Limits bound each execution launched here. Its RunSteps is also how many
	// messages an execution may work before others have their turn. Default:
	// those of vm.Limits, and 10,000 for RunSteps.
	Limits vm.Limits

	// Workers is how many executions are worked, or have their commits waited
	// for, at the same time. Commits of many share one sync of the disk, so it
	// is well above the number of processors. Default: 256.
	Workers int
	// TaskWorkers is how many tasks are done at the same time. Default: 64.
	TaskWorkers int
	// CacheNodes is how many nodes of idle executions are kept in memory,
	// altogether; negative for none. Default: 25,000, some 80 MB.
	CacheNodes int
	// CacheFor is how long an idle execution is kept in memory, give or take a
	// minute. Default: one minute.
	CacheFor time.Duration
	// StoredBytes bounds what is stored of one execution's state; one that
	// grows beyond it fails. Default: 1 GiB.
	StoredBytes int64
	// CheckpointEvery is after how many commits an execution's state is stored
	// as a checkpoint, from which a replay can start; negative for never.
	// Default: 1,000.
	CheckpointEvery int
	// IndexAfter is how long an execution is left alone, once it has changed,
	// before the index is told of it by which it is found; until then those that
	// have changed are looked through. Default: one second.
	IndexAfter time.Duration
	// Retention says for how long executions are kept that have terminated.
	// Default: for ever.
	Retention Retention
	// TaskGrace is how long Stop lets tasks finish before it cancels their
	// contexts. Default: none; they are done again at the next start.
	TaskGrace time.Duration

	// Output gets what flows print with echo, a line at a time. Default:
	// io.Discard.
	Output io.Writer
	// Logger gets what operators should know. Default: discards it.
	Logger *slog.Logger
	// Clock tells the time. Default: the system's.
	Clock Clock
	// NewID makes the id of an execution: unique, and without '/'. Default:
	// domain, unit, time and some letters, as in
	// "main-u0-20261121.1844.bakidofunami".
	NewID func(domain, unit string, now time.Time) string
	// Seed gives the seed of an execution's random numbers. Default:
	// rand.Uint64 of math/rand/v2.
	Seed func() uint64
}

// Clock tells the time and waits for it.
type Clock interface {
	Now() time.Time
	// After returns a channel that gets a value once d has passed, and a
	// function that ends the wait.
	After(d time.Duration) (<-chan time.Time, func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

func (c Config) withDefaults() Config {
	set := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	set(&c.Workers, 256)
	set(&c.TaskWorkers, 64)
	set(&c.CacheNodes, 25_000)
	set(&c.Limits.RunSteps, 10_000)
	set(&c.CheckpointEvery, 1000)
	if c.StoredBytes == 0 {
		c.StoredBytes = 1 << 30
	}
	if c.CacheFor == 0 {
		c.CacheFor = time.Minute
	}
	if c.IndexAfter <= 0 {
		c.IndexAfter = indexAfter
	}
	if c.Retention.Every <= 0 {
		c.Retention.Every = retentionEvery
	}
	if c.Unit == "" {
		c.Unit = "u0"
	}
	if c.Domain == "" {
		c.Domain = "main"
	}
	if c.Output == nil {
		c.Output = io.Discard
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.NewID == nil {
		c.NewID = (&idSource{}).next
	}
	if c.Seed == nil {
		c.Seed = rand.Uint64
	}
	return c
}
