// Package test runs real editors, headless, on flows. Its tests need Vim,
// Neovim and Emacs and are built with the tag "editors" only: scripts/editors
// installs what is missing and runs them.
package test
