package graph

// A flow is blocks within blocks, and so is its picture: each block is first
// measured and then placed, and everything of it lies within its box. Its way
// in is in the middle of the top, at its axis, its way out at the bottom.

// box is the size of a block; axis is how far from its left side its way in
// and its way out are.
type box struct {
	w, h, axis int
	form       form
}

// form is how a choice is laid out.
type form uint8

const (
	bypass  form = iota // the arm below, and a way around it
	aside               // the arm, which ends in a jump, on the right side
	columns             // the arms side by side
	ladder              // the arms below one another
)

// Distances.
const (
	gap       = 26 // between one step and the next
	columnGap = 26 // between branches
	pad       = 16 // between a frame and what is in it
	laneWidth = 12
	chipPad   = 5
	barHeight = 6
)

type point struct{ x, y int }

type rect struct{ x, y, w, h int }

func (r rect) right() int  { return r.x + r.w }
func (r rect) bottom() int { return r.y + r.h }
func (r rect) middle() int { return r.y + r.h/2 }
func (r rect) center() int { return r.x + r.w/2 }
func (r rect) empty() bool { return r.w == 0 || r.h == 0 }

func (r rect) overlaps(s rect) bool {
	return !r.empty() && !s.empty() && r.x < s.right() && s.x < r.right() && r.y < s.bottom() && s.y < r.bottom()
}

// hits tells whether the line from p to q, which is horizontal or vertical,
// goes through the inside of the rectangle.
func (r rect) hits(p, q point) bool {
	return max(min(p.x, q.x), r.x+1) <= min(max(p.x, q.x), r.right()-1) &&
		max(min(p.y, q.y), r.y+1) <= min(max(p.y, q.y), r.bottom()-1)
}

// route is the line of an edge.
type route struct {
	kind   EdgeKind
	points []point
	arrow  bool
}

// chip is the label of an edge.
type chip struct {
	rect
	lines []textLine
	kind  EdgeKind
	bare  bool // text alone
}

// layout is where everything is.
type layout struct {
	nodes   map[*Node]rect
	groups  map[*Group]rect
	headers map[*Group]rect
	frames  map[*Group]*block
	routes  []route
	chips   []chip
	width   int
	height  int
}

// lane is a line beside the body of a loop, for its jumps of one kind.
type lane struct{ verb, target string }

func (g *Graph) layOut() *layout {
	l := &layout{nodes: map[*Node]rect{}, groups: map[*Group]rect{}, headers: map[*Group]rect{}, frames: map[*Group]*block{}}
	g.lanes()
	const margin = 24
	measure(g.main)
	l.place(g.main, margin, margin)
	x, y, column := margin+g.main.w+2*margin, margin, 0
	bottom := margin + g.main.h
	limit := max(g.main.h, 500)
	for _, f := range g.functions {
		measure(f)
		if y > margin && y+f.h > limit+margin {
			x, y, column = x+column+2*margin, margin, 0
		}
		l.place(f, x, y)
		column, bottom = max(column, f.w), max(bottom, y+f.h)
		y += f.h + 2*margin
	}
	l.width, l.height = x+column+margin, bottom+margin
	if len(g.functions) == 0 {
		l.width = g.main.w + 2*margin
	}
	for _, n := range g.Nodes {
		l.jump(n)
	}
	return l
}

// lanes tells loops which jumps there are to them from within.
func (g *Graph) lanes() {
	parents := map[string]string{}
	for _, group := range g.Groups {
		parents[group.ID] = group.Parent
	}
	var jumps []*Node
	for _, n := range g.Nodes {
		if n.jump == nil || n.jump.loop == nil {
			continue
		}
		n.jump.loop.lanes = nil
		id := n.Group
		for id != "" && id != n.jump.loop.block.group.ID {
			id = parents[id]
		}
		if id != "" {
			jumps = append(jumps, n)
		}
	}
	for _, n := range jumps {
		if l := n.jump.loop; l.lane(n.jump) < 0 {
			l.lanes = append(l.lanes, lane{n.jump.verb, n.jump.target})
		}
	}
}

func (l *loop) lane(j *jump) int {
	for i, x := range l.lanes {
		if x.verb == j.verb && x.target == j.target {
			return i
		}
	}
	return -1
}

func (x *block) empty() bool { return x.shape == series && len(x.items) == 0 }

// chipOf returns a label as lines of text, and its size.
func chipOf(label string) (lines []textLine, w, h int) {
	lines = chipFont.wrap(label, 180, 3)
	if len(lines) == 0 {
		return nil, 0, 0
	}
	w, h = widest(lines)
	return lines, even(w + 2*chipPad + 2), even(h + 4)
}

// measure finds the size of a block and of all that is in it.
func measure(x *block) {
	for _, item := range x.items {
		measure(item)
	}
	switch x.shape {
	case step:
		x.w, x.h = sizeOf(x.node)
		x.axis = x.w / 2
	case series:
		right := 0
		for i, item := range x.items {
			x.axis, right = max(x.axis, item.axis), max(right, item.w-item.axis)
			x.h += item.h
			if i > 0 {
				x.h += gap
			}
		}
		x.w = x.axis + right
	case choice:
		measureChoice(x)
	case forked:
		measureFork(x)
	case framed:
		measureFrame(x)
	case guard:
		measureGuard(x)
	}
}

func measureFrame(x *block) {
	body := x.items[0]
	w, h := widest(header(x))
	if h > 0 {
		h += 12
	}
	left, right := x.margins()
	x.axis = left + body.axis
	x.w = left + body.w + right
	if need := even(w + 2*pad); need > x.w { // the title is wider than the body
		x.axis += (need - x.w) / 2
		x.w = need
	}
	x.h = h
	if !body.empty() {
		x.h += x.lead() + body.h + pad
	}
	if x.back {
		x.h += laneWidth
	}
	if x.h < 2*pad {
		x.h = 2 * pad
	}
}

// lead is how far below the top of a frame, or its title, its body starts.
func (x *block) lead() int {
	if x.group.Kind == FunctionGroup {
		return pad
	}
	return gap
}

// margins returns how much room a frame leaves beside its body.
func (x *block) margins() (left, right int) {
	left, right = pad, pad
	if x.back {
		left += laneWidth + 4
	}
	if x.loop != nil {
		right += laneWidth * len(x.loop.lanes)
	}
	return left, right
}

// header returns the lines at the top of a frame.
func header(x *block) []textLine {
	var lines []textLine
	if x.node != nil {
		lines = textOf(x.node)
	}
	if x.group.Title != "" {
		f := headFont
		if x.node != nil {
			f = noteFont
		}
		lines = append(lines, f.clip(x.group.Title, maxText+60))
	}
	if x.group.Note != "" {
		lines = append(lines, noteFont.clip(x.group.Note, maxText+60))
	}
	return lines
}

func measureFork(x *block) {
	below := 0
	for i, item := range x.items {
		if i > 0 {
			x.w += columnGap
		}
		x.w += max(item.w, 2*laneWidth)
		below = max(below, item.h)
	}
	first, last := x.axes()
	x.axis = (first + last) / 2
	x.h = barHeight + gap + below + gap + barHeight
	if text := noteFont.clip(x.join.Title, maxText); text.width > 0 {
		x.h += 16
		x.w = max(x.w, x.axis+10+text.width)
	}
}

// axes returns where the axes of the first and of the last branch of a fork
// are.
func (x *block) axes() (first, last int) {
	at := 0
	for i, item := range x.items {
		axis := at + item.axis
		if item.w < 2*laneWidth {
			axis = at + laneWidth
		}
		if i == 0 {
			first = axis
		}
		last = axis
		at += max(item.w, 2*laneWidth) + columnGap
	}
	return first, last
}

// Handlers stand to the right of what they are for.
const handlerGap = 40

func measureGuard(x *block) {
	main := x.items[0]
	x.axis, x.w = main.axis, main.w
	bottom := main.h
	for _, h := range x.items[1:] {
		left, right := handlerExtent(h)
		x.w += handlerGap + left + right
		bottom = max(bottom, handlerTop(main, h)+h.h)
	}
	x.h = bottom
	if x.falls {
		x.h += laneWidth
	}
}

// handlerExtent returns how far a handler reaches to both sides of its axis.
func handlerExtent(h *block) (left, right int) {
	_, w, _ := chipOf(h.label)
	return max(h.axis, w/2), max(h.w-h.axis, w/2)
}

// outlet is how far below its top the handlers of a block leave it.
func outlet(main *block) int { return min(main.h/2, 20) }

func handlerTop(main, h *block) int {
	_, _, height := chipOf(h.label)
	return outlet(main) + 8 + height + 14
}
