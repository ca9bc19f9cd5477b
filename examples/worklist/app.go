package main

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// app is the web application: its pages, and what they do with executions.
type app struct {
	client   runtime.Client
	purchase runtime.Definition
	pages    *template.Template
}

func newApp(client runtime.Client) (*app, error) {
	text, err := files.ReadFile("flows/purchase.flo")
	if err != nil {
		return nil, err
	}
	a := &app{client: client}
	if a.purchase, err = runtime.Parse("purchase.flo", string(text)); err != nil {
		return nil, err
	}
	a.pages, err = template.New("").Funcs(template.FuncMap{"field": field, "label": label}).ParseFS(files, "templates/*.html")
	return a, err
}

// handler routes requests. Forms of other sites are turned away.
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sign-in", a.signIn)
	for pattern, do := range map[string]func(http.ResponseWriter, *http.Request, *person) error{
		"GET /{$}":                        a.worklist,
		"POST /purchases":                 a.ask,
		"GET /purchases/{exid}":           a.show,
		"GET /tasks/{exid}/{task}":        a.task,
		"POST /tasks/{exid}/{task}/{act}": a.move,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
			p := signedIn(req)
			if p == nil {
				a.render(w, http.StatusOK, "sign-in.html", page{People: people})
				return
			}
			if err := do(w, req, p); err != nil {
				a.fail(w, p, err)
			}
		})
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// page is what a template gets.
type page struct {
	Person    *person
	People    []person
	Mine      []*runtime.ListedTask // that the person has
	Offered   []*runtime.ListedTask // that the person may claim
	Purchases []purchase
	Purchase  *purchase
	Task      *runtime.ListedTask
	Asked     []question
	Error     string
}

// purchase is an execution of the flow.
type purchase struct {
	Exid, What, By, Price, Status string
	Waiting                       []*runtime.ListedTask
	Answer                        string // once it is over
}

// question is a field that a task asks for.
type question struct {
	Field   string
	Choices []string // none for any text
}

func (a *app) signIn(w http.ResponseWriter, req *http.Request) {
	p := findPerson(req.FormValue("person"))
	if p == nil { // nobody: signed out
		p = &person{}
	}
	http.SetCookie(w, &http.Cookie{Name: personCookie, Value: p.ID, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, req, "/", http.StatusSeeOther)
}

// worklist shows what a person has to do, may do, and has asked for.
func (a *app) worklist(w http.ResponseWriter, req *http.Request, p *person) error {
	tasks, err := a.client.FindTasks(req.Context(), runtime.TaskQuery{Person: p.ID, Groups: p.Roles})
	if err != nil {
		return err
	}
	view := page{Person: p}
	for _, t := range tasks {
		if t.Person == p.ID {
			view.Mine = append(view.Mine, t)
		} else {
			view.Offered = append(view.Offered, t)
		}
	}
	list, err := a.client.Executions(req.Context(), runtime.ListOptions{Limit: 20, Brief: true})
	if err != nil {
		return err
	}
	for _, s := range list {
		v, err := a.view(req, s.Exid)
		if err != nil {
			return err
		}
		view.Purchases = append(view.Purchases, *v)
	}
	a.render(w, http.StatusOK, "worklist.html", view)
	return nil
}

// ask launches an execution for a purchase.
func (a *app) ask(w http.ResponseWriter, req *http.Request, p *person) error {
	what := strings.TrimSpace(req.FormValue("what"))
	price, err := strconv.ParseInt(req.FormValue("price"), 10, 64)
	if err != nil || price < 0 || what == "" || len(what) > 200 {
		return badRequest("say what to buy, and its price as a whole number")
	}
	payload := value.NewObject(
		value.Member{Key: "what", Value: value.String(what)},
		value.Member{Key: "price", Value: value.Int(price)},
		value.Member{Key: "by", Value: value.String(p.ID)})
	if _, err := a.client.Launch(req.Context(), a.purchase, runtime.LaunchOptions{Payload: payload}); err != nil {
		return err
	}
	http.Redirect(w, req, "/", http.StatusSeeOther)
	return nil
}

// show shows how a purchase stands.
func (a *app) show(w http.ResponseWriter, req *http.Request, p *person) error {
	v, err := a.view(req, req.PathValue("exid"))
	if err != nil {
		return err
	}
	a.render(w, http.StatusOK, "purchase.html", page{Person: p, Purchase: v})
	return nil
}

func (a *app) view(req *http.Request, exid string) (*purchase, error) {
	v, err := a.client.Execution(req.Context(), exid, 0)
	if err != nil {
		return nil, err
	}
	s := &purchase{Exid: exid, What: field(v.Payload, "what"), By: field(v.Payload, "by"), Price: field(v.Payload, "price"), Status: "under way"}
	if v.Status == runtime.Terminated {
		s.Status, s.Answer = "refused", field(v.Payload, "comment")
		if field(v.Payload, "approved") == "true" {
			s.Status, s.Answer = "bought", field(v.Payload, "order_number")
		}
	}
	if len(v.Errors) > 0 {
		s.Status = "stuck: " + v.Errors[0].Message
	}
	s.Waiting, err = a.client.FindTasks(req.Context(), runtime.TaskQuery{Exid: exid})
	return s, err
}

// task shows a task, with a form for what it asks.
func (a *app) task(w http.ResponseWriter, req *http.Request, p *person) error {
	t, err := a.client.Task(req.Context(), req.PathValue("exid"), req.PathValue("task"))
	if err != nil {
		return err
	}
	a.render(w, http.StatusOK, "task.html", page{Person: p, Task: t, Asked: questions(&t.Task)})
	return nil
}

// move claims, releases or completes a task. Of two people who claim a task at
// once one gets it; the other is told.
func (a *app) move(w http.ResponseWriter, req *http.Request, p *person) error {
	exid, id := req.PathValue("exid"), req.PathValue("task")
	m := runtime.TaskMove{Act: runtime.TaskAct(req.PathValue("act")), By: p.ID, Groups: append([]string{p.ID}, p.Roles...)}
	back := "/tasks/" + exid + "/" + id
	switch m.Act {
	case runtime.ClaimTask:
	case runtime.ReleaseTask:
		back = "/"
	case runtime.CompleteTask:
		t, err := a.client.Task(req.Context(), exid, id)
		if err != nil {
			return err
		}
		if m.Payload, err = answered(&t.Task, req); err != nil {
			return err
		}
		back = "/"
	default:
		return badRequest("a task is claimed, released or completed")
	}
	if _, err := a.client.MoveTask(req.Context(), exid, id, m); err != nil {
		return err
	}
	http.Redirect(w, req, back, http.StatusSeeOther)
	return nil
}

// questions reads what a task asks for from its parameter "ask".
func questions(t *runtime.Task) (qs []question) {
	asked, _ := t.Params.AsObject().Get("ask")
	if !asked.IsObject() {
		return nil
	}
	for name, answers := range asked.AsObject().All() {
		q := question{Field: name}
		if answers.IsList() {
			for _, c := range answers.AsList().All() {
				q.Choices = append(q.Choices, value.ToText(c))
			}
		}
		qs = append(qs, q)
	}
	return qs
}

// answered puts the answers of a form into the payload of a task.
func answered(t *runtime.Task, req *http.Request) (value.Value, error) {
	payload := t.Payload.AsObject()
	for _, q := range questions(t) {
		answer := strings.TrimSpace(req.FormValue(q.Field))
		if len(answer) > 2000 || len(q.Choices) > 0 && !slices.Contains(q.Choices, answer) {
			return value.Null, badRequest("answer the question " + q.Field)
		}
		payload = payload.Set(q.Field, value.String(answer))
	}
	return value.FromObject(payload), nil
}

// field returns a member of a payload as a text, "" where there is none.
func field(payload value.Value, name string) string {
	if !payload.IsObject() {
		return ""
	}
	v, _ := payload.AsObject().Get(name)
	if v.IsNull() {
		return ""
	}
	return value.ToText(v)
}

// label is a field's name as people read it.
func label(field string) string {
	field = strings.ReplaceAll(field, "_", " ")
	return strings.ToUpper(field[:1]) + field[1:]
}

type badRequest string

func (e badRequest) Error() string { return string(e) }

// fail shows what went wrong to whom it happened.
func (a *app) fail(w http.ResponseWriter, p *person, err error) {
	status, text := http.StatusInternalServerError, "Something went wrong here."
	var bad badRequest
	switch {
	case errors.As(err, &bad):
		status, text = http.StatusBadRequest, "Please "+bad.Error()+"."
	case errors.Is(err, runtime.ErrTaken), errors.Is(err, runtime.ErrState):
		status, text = http.StatusConflict, "Somebody else has this task."
	case errors.Is(err, runtime.ErrNotFound):
		status, text = http.StatusNotFound, "There is no such thing: it may be done already."
	default:
		slog.Error("a request failed", "person", p.ID, "error", err)
	}
	a.render(w, status, "error.html", page{Person: p, Error: text})
}

func (a *app) render(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := a.pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		slog.Error("a page could not be made", "page", name, "error", err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, b.String())
}
