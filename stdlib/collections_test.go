package stdlib

import "testing"

func TestCollections(t *testing.T) {
	testCalls(t, []call{
		{name: "empty?", args: `[[]]`, want: `true`},
		{name: "empty?", args: `[""]`, ret: `"a"`, want: `true`},
		{name: "empty?", want: `true`},
		{name: "empty?", ret: `{"a": 1}`, want: `false`},
		{name: "empty?", args: `[0]`, err: "argument is not an array, an object, a string or null"},

		{name: "length", args: `[[1, 2]]`, want: `2`},
		{name: "size", ret: `{"a": 1}`, want: `1`},
		{name: "length", args: `["héé"]`, want: `3`},
		{name: "length", args: `[""]`, want: `0`},
		{name: "length", err: "found no argument that has a length"},
		{name: "length", args: `[[1], 2]`, err: "found no argument that has a length, only a number"},

		{name: "keys", args: `[{"b": 1, "a": 2}]`, want: `["b","a"]`},
		{name: "values", args: `[{"b": 1, "a": 2}]`, want: `[1,2]`},
		{name: "keys", ret: `[7, 8]`, want: `[0,1]`},
		{name: "values", args: `[[7, 8]]`, want: `[7,8]`},
		{name: "keys", args: `[[]]`, want: `[]`},
		{name: "keys", err: "no argument given"},
		{name: "values", args: `["x"]`, err: "received a string, no values"},

		{name: "flatten", args: `[[1, [2, [3, [4]]], {"a": [1]}]]`, want: `[1,2,3,4,{"a":[1]}]`},
		{name: "flatten", args: `[[1, [2, [3]]], 1]`, want: `[1,2,[3]]`},
		{name: "flatten", args: `[0]`, ret: `[1, [2]]`, want: `[1,[2]]`},
		{name: "flatten", args: `[[[], [[]]], null]`, want: `[]`},
		{name: "flatten", args: `[1]`, err: "missing collection"},

		{name: "includes?", args: `[[[0]], [0]]`, want: `true`},
		{name: "includes?", args: `[1.0, [1]]`, want: `true`},
		{name: "includes?", args: `[[null], null]`, want: `true`},
		{name: "includes?", args: `[[], []]`, want: `false`},
		{name: "includes?", args: `[{"a": "A"}, "a"]`, want: `true`},
		{name: "includes?", args: `[{"1": "A"}, 1]`, want: `false`},
		{name: "includes?", args: `[1]`, ret: `[0, 1]`, want: `true`},
		{name: "includes?", args: `[[]]`, err: "missing element"},
		{name: "includes?", args: `["abc", "a"]`, err: "missing collection"},

		{name: "reverse", args: `[[1, 2, 3]]`, want: `[3,2,1]`},
		{name: "reverse", args: `["crème"]`, want: `"emèrc"`},
		{name: "reverse", ret: `[]`, want: `[]`},
		{name: "reverse", args: `[{}]`, err: "found no argument that could be reversed"},

		{name: "to-array", args: `[123]`, want: `[123]`},
		{name: "to-array", args: `[{"a": "A", "b": 1}]`, want: `[["a","A"],["b",1]]`},
		{name: "to-array", ret: `[1]`, want: `[1]`},
		{name: "to-array", want: `[]`},
		{name: "to-object", args: `[["a", "A", 1, true]]`, want: `{"a":"A","1":true}`},
		{name: "to-object", args: `[[["a", 1]]]`, want: `{"a":1}`},
		{name: "to-object", args: `[[["a", 1], ["b", 2], ["a", 3]]]`, want: `{"a":3,"b":2}`},
		{name: "to-object", args: `[{"a": 1}]`, want: `{"a":1}`},
		{name: "to-object", args: `[[]]`, want: `{}`},
		{name: "to-object", args: `[1]`, err: "to-object wants an array (or an object)"},
		{name: "to-object", args: `[["a"]]`, err: "even length"},
		{name: "to-object", args: `[[["a"], ["b"]]]`, err: "can't take an array for a key"},
		{name: "to-object", args: `[[null, 1]]`, err: "can't take null for a key"},
	})
}

func TestExtremes(t *testing.T) {
	testCalls(t, []call{
		{name: "max", args: `[[1, 3, 2]]`, want: `3`},
		{name: "min", ret: `[1, 2.5, -1]`, want: `-1`},
		{name: "max", args: `[{"a": "x", "b": "y"}]`, want: `"y"`},
		{name: "max", args: `[[1, 1.0]]`, want: `1`},
		{name: "min", args: `[[1.0, 1]]`, want: `1.0`},
		{name: "max", args: `[[]]`, want: `null`},
		{name: "max", args: `[[true]]`, want: `true`},
		{name: "max", args: `[[null, null]]`, want: `null`},
		{name: "max", args: `[[[1, 2], [1, 3]]]`, want: `[1,3]`},
		{name: "max", args: `[[1, 3, "two"]]`, keyed: `{"lax": true}`, want: `3`},
		{name: "min", args: `[[1, 3, "two"]]`, keyed: `{"loose": true}`, want: `"two"`},
		{name: "max", args: `[[10, 9]]`, keyed: `{"lax": true}`, want: `10`},
		{name: "max", args: `[["z", 1, [1], false, null, true, {}]]`, keyed: `{"lax": true}`, want: `{}`},
		{name: "min", args: `[[{"b": 1}, {"a": 2}, {"a": "x"}]]`, keyed: `{"lax": true}`, want: `{"a":"x"}`},
		{name: "max", args: `[[[1, "a"], ["a"], [1, 2]]]`, keyed: `{"lax": true}`, want: `[1,2]`},
		{name: "max", args: `[[false, 1]]`, err: "a number can't be compared with a boolean"},
		{name: "max", args: `[[1, "a"]]`, keyed: `{"lax": 1}`, err: "can't be compared"},
		{name: "max", args: `[1, 2]`, err: "found no argument that can max"},
		{name: "min", args: `["abc"]`, err: "found no argument that can min"},
	})
}

func TestMerge(t *testing.T) {
	testCalls(t, []call{
		{name: "merge", args: `[{"a": 0, "b": 1}, {"b": "B", "c": "C"}]`, want: `{"a":0,"b":"B","c":"C"}`},
		{name: "merge", args: `[[0, 1, 2, 3], ["a", null]]`, want: `["a",null,2,3]`},
		{name: "merge", args: `[[0], [1, 2]]`, ret: `[9, 9, 9]`, want: `[1,2]`},
		{name: "merge", args: `[{"b": 1}]`, ret: `{"a": 0}`, want: `{"a":0,"b":1}`},
		{name: "merge", args: `[{"b": 1}]`, ret: `[0]`, want: `{"b":1}`},
		{name: "merge", args: `[[]]`, want: `[]`},
		{name: "merge", args: `[{"a": 0}, "nada", {"c": 2}]`, keyed: `{"lax": true}`, want: `{"a":0,"c":2}`},
		{name: "merge", args: `["nada", [1], {"c": 2}]`, keyed: `{"strict": false}`, want: `[1]`},
		{name: "merge", err: "found no array or object to merge"},
		{name: "merge", args: `["string"]`, ret: `[]`, err: "found no array or object to merge"},
		{name: "merge", args: `[{}, []]`, err: "found a non-object item (array item)"},
		{name: "merge", args: `[[], {}]`, keyed: `{"lax": 1}`, err: "found a non-array item (object item)"},
	})
}

func TestRange(t *testing.T) {
	testCalls(t, []call{
		{name: "range", want: `[]`},
		{name: "range", args: `[3]`, want: `[0,1,2]`},
		{name: "range", args: `[-3]`, want: `[0,-1,-2]`},
		{name: "range", args: `[2.9]`, want: `[0,1]`},
		{name: "range", args: `["x", 8, 4]`, want: `[8,7,6,5]`},
		{name: "range", args: `[1, 8, 3]`, want: `[1,4,7]`},
		{name: "range", args: `[9, 1, -2]`, want: `[9,7,5,3]`},
		{name: "range", args: `[1, 8, -1]`, want: `[]`},
		{name: "range", keyed: `{"start": 9, "end": 1, "step": -2}`, want: `[9,7,5,3]`},
		{name: "range", keyed: `{"from": 3, "to": 1}`, want: `[3,2]`},
		{name: "range", args: `[1, 4]`, keyed: `{"inc": 2, "to": null}`, want: `[1,3]`},
		{name: "range", keyed: `{"to": 1, "by": 0.5}`, want: `[0,0.5]`},
		{name: "range", args: `[18446744073709551616, 18446744073709551618]`, want: `[18446744073709551616,18446744073709551617]`},
		{name: "range", args: `[1, 8, 0]`, err: "range step is 0"},
		{name: "range", args: `[1, 1, 0]`, err: "range step is 0"},
		{name: "range", args: `[1000000000]`, err: "more than 10000000 elements"},
		{name: "range", args: `[-9223372036854775808, 9223372036854775807]`, err: "more than 10000000 elements"},
		{name: "range", keyed: `{"from": 1e17, "to": 100000000000000100, "by": 0.5}`, err: "too small to get on"},
		{name: "range", keyed: `{"to": "x"}`, err: `to: of "range" wants a number, not a string`},
	})
}

func TestSlice(t *testing.T) {
	const list, text = `["a", "b", "c", "d", "e"]`, `"abcde"`
	testCalls(t, []call{
		{name: "slice", args: `[` + list + `, 1, -1]`, want: `["b","c","d","e"]`},
		{name: "slice", args: `[1, 2]`, ret: text, want: `"bc"`},
		{name: "slice", args: `[1, ` + text + `]`, keyed: `{"count": 2}`, want: `"bc"`},
		{name: "slice", ret: list, keyed: `{"from": 1, "to": -3}`, want: `["b","c"]`},
		{name: "slice", ret: list, keyed: `{"from": 3}`, want: `["d","e"]`},
		{name: "slice", args: `[2]`, ret: list, keyed: `{"from": 1}`, want: `["b","c"]`},
		{name: "slice", args: `[-2]`, ret: text, want: `"de"`},
		{name: "slice", args: `[-9, 1]`, ret: text, want: `"ab"`},
		{name: "slice", args: `[0]`, ret: list, keyed: `{"count": 0}`, want: `[]`},
		{name: "slice", args: `[3]`, ret: list, keyed: `{"count": 9223372036854775807}`, want: `["d","e"]`},
		{name: "slice", args: `[0, 4]`, ret: list, keyed: `{"step": 2}`, want: `["a","c","e"]`},
		{name: "slice", ret: text, keyed: `{"step": -1}`, want: `"edcba"`},
		{name: "slice", args: `[3, 1]`, ret: text, keyed: `{"step": -1}`, want: `"dcb"`},
		{name: "slice", args: `[99]`, ret: text, keyed: `{"step": -2, "count": 97}`, want: `"e"`},
		{name: "slice", args: `[3, 1]`, ret: list, want: `[]`},
		{name: "slice", args: `[7, 9]`, ret: list, want: `[]`},
		{name: "slice", args: `[7, 9]`, ret: text, want: `""`},
		{name: "slice", args: `[1]`, ret: `[]`, want: `[]`},
		{name: "slice", args: `[100000000000000000000000, -1]`, ret: text, want: `""`},
		{name: "slice", ret: text, keyed: `{"step": 9223372036854775807}`, want: `"a"`},
		{name: "slice", args: `[1]`, ret: `{"a": 1}`, err: "cannot slice an object"},
		{name: "slice", args: `[1]`, err: "cannot slice null"},
		{name: "slice", args: `[1, 2]`, ret: list, keyed: `{"step": 0.0}`, err: "slice step is 0"},
		{name: "slice", ret: list, keyed: `{"from": "x"}`, err: `from: of "slice" wants an integer, not a string`},

		{name: "index", args: `[` + list + `, 2]`, want: `"c"`},
		{name: "index", args: `[-3]`, ret: text, want: `"c"`},
		{name: "index", ret: list, keyed: `{"at": -5}`, want: `"a"`},
		{name: "index", args: `[-6]`, ret: list, want: `""`},
		{name: "index", args: `[100]`, ret: text, want: `""`},
		{name: "index", args: `[[false, null], 0]`, want: `false`},
		{name: "index", args: `[[false, null], 1]`, want: `null`},
		{name: "index", args: `["é日本", 1]`, want: `"日"`},
		{name: "index", ret: list, err: `"index" needs an index`},
		{name: "index", ret: list, keyed: `{"at": 1.5}`, err: "wants an integer"},
	})
}
