package runtime

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/value"
)

// HTTPTasker is a tasker that posts each task, as JSON, to a URL. The headers
// Idempotency-Key and Webhook-Id are the task's key, the same each time that it
// is posted.
//
// An answer of status 200 gives the new payload, a JSON object, or the failure
// where it is {"error": "…"} alone; without a body, or with status 204, the
// payload stays as it is. With 202 the other side has taken charge of the task
// and returns it later, see ReturnHandler. Where it cannot be reached, or
// answers with 408, 425, 429 or from 500 on, the task is posted again after a
// while; any other status fails the task.
type HTTPTasker struct {
	// URL is where tasks are posted.
	URL string
	// Header is sent with each task.
	Header http.Header
	// Secret signs what is posted as Standard Webhooks do: the header
	// Webhook-Signature has "v1," and the HMAC-SHA256, in base64, of the id, the
	// timestamp and the body, joined by dots. A secret that begins with "whsec_"
	// is the base64 of the key. Default: nothing is signed.
	Secret string
	// Timeout bounds each attempt. Default: 30 seconds.
	Timeout time.Duration
	// Attempts bounds how often a task is posted, from the start of the runtime
	// on; then it fails. Default: 10.
	Attempts int
	// Backoff is how long the second attempt waits; each further one waits twice
	// as long, an hour at most. An answer with Retry-After says better. Default:
	// one second.
	Backoff time.Duration
	// Returns tells where tasks can be returned to: the post has their URL as
	// "return", which needs no more to be authenticated. Default: posts have none.
	Returns *ReturnHandler
	// Client makes the requests. Default: one that follows no redirects.
	Client *http.Client
}

const (
	maxBackoff     = time.Hour
	httpErrorBytes = 2000
)

var defaultHTTPClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Task posts the task.
func (h *HTTPTasker) Task(ctx context.Context, t *Task) (*Reply, error) {
	body, err := h.body(t)
	if err != nil {
		return nil, err
	}
	timeout := h.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	attempt, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(attempt, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range h.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", t.Key)
	h.sign(req, t.Key, body)
	client := h.Client
	if client == nil {
		client = defaultHTTPClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, h.again(ctx, t, fmt.Errorf("%s: %w", h.place(), unwrapURL(err)), 0)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, commandOutputBytes+1))
	switch status := resp.StatusCode; {
	case err != nil:
		return nil, h.again(ctx, t, fmt.Errorf("%s: reading its answer: %w", h.place(), err), 0)
	case status == http.StatusAccepted:
		return &Reply{Later: true}, nil
	case status == http.StatusNoContent:
		return nil, nil
	case status == http.StatusOK && len(text) > commandOutputBytes:
		return nil, fmt.Errorf("%s: its answer has more than %d bytes", h.place(), commandOutputBytes)
	case status == http.StatusOK:
		return replyOf(h.place(), bytes.TrimSpace(text))
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		after, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return nil, h.again(ctx, t, h.refused(resp, text), time.Duration(max(after, 0))*time.Second)
	}
	return nil, h.refused(resp, text)
}

// body is what is posted.
func (h *HTTPTasker) body(t *Task) ([]byte, error) {
	post := struct {
		*Task
		Return string `json:"return,omitempty"`
	}{Task: t}
	if h.Returns != nil {
		var err error
		if post.Return, err = h.Returns.URLOf(t); err != nil {
			return nil, err
		}
	}
	return json.Marshal(post)
}

// sign adds the headers of Standard Webhooks.
func (h *HTTPTasker) sign(req *http.Request, id string, body []byte) {
	at := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", at)
	if h.Secret == "" {
		return
	}
	key := []byte(h.Secret)
	if encoded, is := strings.CutPrefix(h.Secret, "whsec_"); is {
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			key = decoded
		}
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, at)
	mac.Write(body)
	req.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// again asks for another attempt, or gives up.
func (h *HTTPTasker) again(ctx context.Context, t *Task, why error, after time.Duration) error {
	attempts, backoff := h.Attempts, h.Backoff
	if attempts == 0 {
		attempts = 10
	}
	if backoff == 0 {
		backoff = time.Second
	}
	if ctx.Err() != nil {
		return ctx.Err() // it is withdrawn, or the runtime stops
	}
	if t.Attempt >= attempts {
		return fmt.Errorf("%w (attempt %d, the last one)", why, t.Attempt)
	}
	for n := 1; n < t.Attempt && backoff < maxBackoff; n++ {
		backoff *= 2
	}
	return TryAgain(why, min(max(after, backoff), maxBackoff))
}

// place is the URL as errors tell it: without what may be secret.
func (h *HTTPTasker) place() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return "the tasker's URL"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

func unwrapURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func (h *HTTPTasker) refused(resp *http.Response, text []byte) error {
	said := strings.TrimSpace(strings.ToValidUTF8(string(text[:min(len(text), httpErrorBytes)]), "\uFFFD"))
	if said != "" {
		said = ": " + firstLine(said)
	}
	return fmt.Errorf("%s answered %s%s", h.place(), resp.Status, said)
}

// replyOf reads what a tasker wrote: a payload, a failure, or nothing.
func replyOf(who string, text []byte) (*Reply, error) {
	if len(text) == 0 {
		return nil, nil
	}
	payload, err := value.ParseJSON(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: what it wrote is not JSON: %w", who, err)
	case !payload.IsObject():
		return nil, fmt.Errorf("%s: it wrote a %s, the new payload has to be an object", who, payload.TypeName())
	}
	if e, failed := payload.AsObject().Get("error"); failed && payload.AsObject().Len() == 1 {
		return nil, errors.New(value.ToText(e))
	}
	return &Reply{Payload: payload}, nil
}

// ReturnHandler is an http.Handler that takes returns of tasks, from whoever
// has the token of the task: the HMAC-SHA256 of its key under the Secret. It
// answers POST requests to "EXID/TASK" below where it is mounted (see
// http.StripPrefix), with the token as "?token=" or in the header
// Authorization, as "Bearer TOKEN". The body is the new payload, or
// {"error": "…"} alone to fail the task, or empty to leave the payload as it is.
//
// The status is 204 once the return is stored; 410 where the task is not out
// anymore, as it was returned already, and nothing is changed; 401 where the
// token is not that of the task; 400 or 413 where the body cannot be taken; 503
// where it is to be tried again later.
type ReturnHandler struct {
	// Client takes the returns.
	Client Client
	// Secret is what tokens are made of, 16 bytes at least. All processes that
	// make tokens and take returns need the same; with another one the tokens
	// that are out are worth nothing.
	Secret []byte
	// URL is where the handler is reached, for the URLs that URLOf makes.
	URL string
	// MaxBytes bounds a body. Default: 64 MiB.
	MaxBytes int64
}

const minSecretBytes = 16

// Token returns the token of a task. It panics for a Secret that is too short.
func (h *ReturnHandler) Token(exid, task string) string {
	if len(h.Secret) < minSecretBytes {
		panic(fmt.Sprintf("runtime: the Secret of a ReturnHandler has to have %d bytes, it has %d", minSecretBytes, len(h.Secret)))
	}
	mac := hmac.New(sha256.New, h.Secret)
	mac.Write([]byte("florc return " + exid + "/" + task))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// URLOf returns the URL that a task is returned to, with its token.
func (h *ReturnHandler) URLOf(t *Task) (string, error) {
	if len(h.Secret) < minSecretBytes {
		return "", fmt.Errorf("the secret for the returns of tasks has %d bytes, it needs %d", len(h.Secret), minSecretBytes)
	}
	at, err := url.JoinPath(h.URL, url.PathEscape(t.Exid), url.PathEscape(t.ID))
	if err != nil {
		return "", err
	}
	return at + "?token=" + h.Token(t.Exid, t.ID), nil
}

// ServeHTTP takes a return.
func (h *ReturnHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, format string, args ...any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": fmt.Sprintf(format, args...)})
	}
	exid, task, ok := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(http.StatusMethodNotAllowed, "a task is returned by POST")
		return
	case !ok || exid == "" || task == "" || strings.Contains(task, "/"):
		refuse(http.StatusNotFound, "a task is returned to EXID/TASK")
		return
	case len(h.Secret) < minSecretBytes:
		refuse(http.StatusInternalServerError, "this service has no secret for the returns of tasks")
		return
	}
	token := r.URL.Query().Get("token")
	if bearer, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); is {
		token = bearer
	}
	if !hmac.Equal([]byte(token), []byte(h.Token(exid, task))) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		refuse(http.StatusUnauthorized, "the token is not that of the task")
		return
	}
	limit := h.MaxBytes
	if limit == 0 {
		limit = commandOutputBytes
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(http.StatusRequestEntityTooLarge, "the body may have %d bytes", limit)
		return
	case err != nil:
		refuse(http.StatusBadRequest, "the body cannot be read")
		return
	}
	payload, failure := value.Null, error(nil)
	if text = bytes.TrimSpace(text); len(text) > 0 {
		v, err := value.ParseJSON(text)
		if err != nil || !v.IsObject() {
			refuse(http.StatusBadRequest, "the body has to be a JSON object: the new payload, or {\"error\": \"…\"}")
			return
		}
		payload = v
		if e, failed := v.AsObject().Get("error"); failed && v.AsObject().Len() == 1 {
			payload, failure = value.Null, errors.New(value.ToText(e))
		}
	}
	switch err := h.Client.Return(r.Context(), exid, task, payload, failure); {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrEnded):
		refuse(http.StatusGone, "the task is not out: it was returned already, or withdrawn")
	default:
		w.Header().Set("Retry-After", "5")
		refuse(http.StatusServiceUnavailable, "the return cannot be stored now")
	}
}
