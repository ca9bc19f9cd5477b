package main

import (
	"net/http"
	"slices"
)

// person is somebody who uses the application. In yours, people come from a
// directory, and prove who they are.
type person struct {
	ID, Name string
	Roles    []string // the taskers of flows that the person stands for
}

var people = []person{
	{"ada", "Ada Lovelace", nil},
	{"bob", "Bob Noyce", []string{"manager"}},
	{"dan", "Dan Ingalls", []string{"manager", "director"}},
	{"eve", "Eve Babbage", []string{"finance"}},
	{"fay", "Fay Hopper", []string{"buyer"}},
}

const personCookie = "person"

// signedIn returns who sends a request, nil for nobody.
func signedIn(req *http.Request) *person {
	c, err := req.Cookie(personCookie)
	if err != nil {
		return nil
	}
	return findPerson(c.Value)
}

func findPerson(id string) *person {
	if i := slices.IndexFunc(people, func(p person) bool { return p.ID == id }); i >= 0 {
		return &people[i]
	}
	return nil
}
