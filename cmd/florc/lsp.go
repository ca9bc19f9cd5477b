package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lsp"
	"github.com/florc-lang/florc/stdlib"
)

var lspCommand = command{
	name:    "lsp",
	usage:   "[flags]",
	summary: "is the language server that editors talk to",
	long: `Is the language server that editors talk to: it speaks the Language Server
Protocol 3.17 on standard input and output. docs/lsp.md says what it does, and
how to tell an editor of it.

With --listen it serves editors that live in a browser, over WebSockets: it
prints one line of JSON with the address to connect to, {"url": "ws://…"}, and
runs until it gets SIGTERM or the process that started it ends. The address
holds a secret; it is of this machine alone.

Exit status: 0 where the editor shut it down, 1 where it left otherwise.`,
	example: `florc lsp
florc lsp --listen 127.0.0.1:0`,
	setup: func(fs *pflag.FlagSet) action {
		listen := fs.String("listen", "", "serve WebSockets on an `ADDRESS` of this machine, such as 127.0.0.1:0 for a free port")
		verbose := fs.Bool("verbose", false, "log more")
		fs.Bool("stdio", true, "speak on standard input and output, which is the default; some editors say it")
		return func(ctx context.Context, s *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			level := slog.LevelInfo
			if *verbose {
				level = slog.LevelDebug
			}
			opts := lsp.Options{
				Schema: stdlib.All().Schema(), Version: version().Version, CodeLink: codeLink, GarbageRoom: garbageRoom,
				Log: slog.New(slog.NewTextHandler(s.stderr, &slog.HandlerOptions{Level: level})),
			}
			if *listen == "" {
				return lsp.Serve(ctx, lsp.Stream(s.stdin, s.stdout), opts)
			}
			return listenForEditors(ctx, s, *listen, opts)
		}
	},
}

// garbageRoom is the garbage, in bytes, that may pile up in the language server.
const garbageRoom = 192 << 20

// listenForEditors serves WebSockets until ctx is done or the parent of the
// process ends.
func listenForEditors(ctx context.Context, s *streams, address string, opts lsp.Options) error {
	l, err := lsp.Listen(address, opts)
	if err != nil {
		return badUsage("as in --listen 127.0.0.1:0", "--listen: %s", err)
	}
	if err := json.NewEncoder(s.stdout).Encode(map[string]string{"url": l.URL()}); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go lsp.WatchProcess(ctx, os.Getppid(), stop)
	return l.Serve(ctx)
}

// codeLink returns the address of the page about a code.
func codeLink(code diag.Code) string {
	p, err := findPage(string(code))
	if err != nil {
		return ""
	}
	// the anchor that a heading of docs/errors.md gets
	anchor := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, fmt.Sprintf("%s: %s", p.Code, p.Title))
	return "https://github.com/florc-lang/florc/blob/main/docs/errors.md#" + anchor
}
