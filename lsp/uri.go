package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// canonical returns the one form of a URI: editors differ in what they escape,
// and in the case of a drive's letter.
func canonical(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return raw
	}
	if u.Scheme == "file" && len(u.Path) > 2 && u.Path[2] == ':' {
		u.Path = "/" + strings.ToUpper(u.Path[1:2]) + u.Path[2:]
	}
	c := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawQuery: u.RawQuery, Fragment: u.Fragment}
	text := c.String()
	if c.Scheme == "file" && c.Host == "" && !strings.HasPrefix(text, "file:///") {
		text = "file://" + strings.TrimPrefix(text, "file:")
	}
	return text
}

// filePath returns the path of the file that a canonical URI names, "" where
// it names none.
func filePath(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return ""
	}
	path := u.Path
	switch {
	case u.Host != "" && u.Host != "localhost":
		path = "//" + u.Host + path
	case runtime.GOOS == "windows" && len(path) > 2 && path[2] == ':':
		path = path[1:]
	}
	return filepath.FromSlash(path)
}

// fileURI returns the canonical URI of a file.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive
		path = "/" + path
	}
	return canonical((&url.URL{Scheme: "file", Path: path}).String())
}

// folderURI returns the canonical URI of a folder, with a slash at its end.
func folderURI(raw string) string {
	return strings.TrimSuffix(canonical(raw), "/") + "/"
}

// relative returns the path of a document below a folder, with slashes; false
// where it is not below it.
func relative(folder, uri string) (string, bool) {
	rest, ok := strings.CutPrefix(uri, folder)
	if !ok {
		return "", false
	}
	path, err := url.PathUnescape(rest)
	return path, err == nil
}

// below returns the URI of a path below a folder.
func below(folder, path string) string { return folder + (&url.URL{Path: path}).EscapedPath() }

// folderOf returns the folder that a document is in.
func folderOf(uri string) string { return uri[:strings.LastIndexByte(uri, '/')+1] }
