package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"
)

var versionCommand = command{
	name:    "version",
	usage:   "[flags]",
	summary: "prints the version",
	long:    "Prints the version of florc, of the Go it was built with, and the platform.",
	example: "florc version --json",
	setup: func(fs *pflag.FlagSet) action {
		asJSON := fs.Bool("json", false, "print a JSON object")
		return func(_ context.Context, s *streams, args []string) error {
			if len(args) > 0 {
				return badUsage("", "one argument too many: %q", args[0])
			}
			v := version()
			if *asJSON {
				return printJSON(s.stdout, v)
			}
			revision := ""
			if v.Revision != "" {
				revision = " (" + v.Revision + ")"
			}
			_, err := fmt.Fprintf(s.stdout, "florc %s%s, %s, %s\n", v.Version, revision, v.Go, v.Platform)
			return err
		}
	},
}

type versionInfo struct {
	Version  string `json:"version"` // of the module, "(devel)" for a build of a checkout
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func version() versionInfo {
	v := versionInfo{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			v.Revision = setting.Value[:min(12, len(setting.Value))]
		}
	}
	return v
}
