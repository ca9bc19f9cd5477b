package lsp

// Methods lists the methods of the requests that are answered.
func Methods() []string {
	var list []string
	for m := range requests {
		list = append(list, m)
	}
	return list
}
