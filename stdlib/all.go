// Package stdlib holds the procedures of the language, a file each.
package stdlib

import "github.com/florc-lang/florc/vm"

// All returns the library of every procedure, in the order of the
// documentation. It is made anew at each call and may be shared freely.
func All() *vm.Library {
	return vm.NewLibrary(append([]*vm.Procedure{
		sequence, ifElse, cond, caseOf, match, logic, until, loop, cursor, breakOut, move,
		define, apply, returnFrom, doReturn, fail, stall, cancel, abort, graft, noret, noeval, skip,
		set, push, del, twig, echo, trace,
		onError, onCancel, onTimeout, onReceive, on, trap, doTrap, signal,
		mapProc, collect, forEach, each, filter, filterOut, selectBy, reject, find, detect, anyOf, allOf, reduce, inject,
		concurrence, cmapProc, ccollect, cForEach, ceach, partProc, mutex, saga, undo, task, launchFlow, sleep, schedule, everyProc, cronProc, atProc, inProc,
		arrayLiteral, objectLiteral, stringTemplate, regexLiteral, alternatives, muted, reference,
		patternArray, patternObject, patternOr, patternGuard, patternRegex,
		sort, sortBy,
	}, functions()...)...)
}
