package lsp

import (
	"context"
	"log/slog"
	"strings"

	"go.lsp.dev/protocol"
)

// logHandler gives records to the editor too.
type logHandler struct {
	slog.Handler
	server *Server
}

var messageTypes = map[slog.Level]protocol.MessageType{
	slog.LevelError: protocol.MessageTypeError,
	slog.LevelWarn:  protocol.MessageTypeWarning,
	slog.LevelInfo:  protocol.MessageTypeInfo,
	slog.LevelDebug: protocol.MessageTypeDebug,
}

func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	if h.server.state.Load() == stateUp {
		var b strings.Builder
		b.WriteString(r.Message)
		r.Attrs(func(a slog.Attr) bool {
			b.WriteString("; " + a.Key + ": " + a.Value.String())
			return true
		})
		h.server.notify(protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: messageTypes[r.Level], Message: b.String()})
	}
	return h.Handler.Handle(ctx, r)
}
