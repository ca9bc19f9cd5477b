package graph

// maxColumns and maxColumnsWidth bound how far arms may spread side by side.
const (
	maxColumns      = 4
	maxColumnsWidth = 900
	rowGap          = 14
)

// extent returns how far an arm with its label reaches to both sides of its
// axis.
func extent(arm *block) (left, right int) {
	_, w, _ := chipOf(arm.label)
	return max(arm.axis, w/2, laneWidth), max(arm.w-arm.axis, w/2, laneWidth)
}

// single returns the only node of a block, nil where it has several.
func single(x *block) *block {
	if x.shape == series && len(x.items) == 1 {
		x = x.items[0]
	}
	if x.shape == step {
		return x
	}
	return nil
}

func chipHeights(x *block) int {
	most := 0
	for _, arm := range x.items {
		_, _, h := chipOf(arm.label)
		most = max(most, h)
	}
	return most
}

// sides returns the arm that does something and the one that does nothing,
// where there are these two.
func sides(x *block) (does, not *block) {
	if len(x.items) != 2 || x.items[0].empty() == x.items[1].empty() {
		return nil, nil
	}
	if x.items[0].empty() {
		return x.items[1], x.items[0]
	}
	return x.items[0], x.items[1]
}

func measureChoice(x *block) {
	_, _, width := x.columns()
	switch does, _ := sides(x); {
	case does != nil && !does.falls:
		x.form = aside
		measureAside(x)
	case does != nil:
		x.form = bypass
		measureBypass(x)
	case len(x.items) <= 2 || len(x.items) <= maxColumns && width <= maxColumnsWidth:
		x.form = columns
		measureColumns(x)
	default:
		x.form = ladder
		measureLadder(x)
	}
}

func (l *layout) placeChoice(x *block, at point) {
	switch x.form {
	case aside:
		l.placeAside(x, at)
	case bypass:
		l.placeBypass(x, at)
	case columns:
		l.placeColumns(x, at)
	default:
		l.placeLadder(x, at)
	}
}

// columns returns where the axes of arms side by side are, where that of the
// decision is, and how wide all is.
func (x *block) columns() (axes []int, center, width int) {
	w, _ := sizeOf(x.node)
	at := 0
	for i, arm := range x.items {
		left, right := extent(arm)
		axis := at + left
		if i == 1 && len(x.items) == 2 { // lines leave the decision at its sides
			axis = max(axis, axes[0]+w+2*18)
		}
		axes = append(axes, axis)
		at = axis + right + columnGap
	}
	if len(axes) == 0 {
		return nil, w / 2, w
	}
	center = (axes[0] + axes[len(axes)-1]) / 2
	if shift := w/2 - center; shift > 0 {
		for i := range axes {
			axes[i] += shift
		}
		center, at = center+shift, at+shift
	}
	return axes, center, max(at-columnGap, center+w/2)
}

// armsTop is how far below the top of a decision its columns start.
func (x *block) armsTop() int {
	_, h := sizeOf(x.node)
	lead := 18
	if len(x.items) == 2 {
		lead = 8
	}
	return h + lead + chipHeights(x) + 16
}

func measureColumns(x *block) {
	_, x.axis, x.w = x.columns()
	below := 0
	for _, arm := range x.items {
		below = max(below, arm.h)
	}
	x.h = x.armsTop() + below
	if x.falls {
		x.h += laneWidth
	}
}

func (l *layout) placeColumns(x *block, at point) {
	w, h := sizeOf(x.node)
	axes, center, _ := x.columns()
	l.nodes[x.node] = rect{at.x + center - w/2, at.y, w, h}
	chips := chipHeights(x)
	out := point{at.x + center, at.y + x.h}
	for i, arm := range x.items {
		a := at.x + axes[i]
		top := at.y + x.armsTop()
		start := []point{{at.x + center, at.y + h}, {at.x + center, at.y + h + 10}, {a, at.y + h + 10}}
		if len(x.items) == 2 {
			side := at.x + center - w/2 + i*w
			start = []point{{side, at.y + h/2}, {a, at.y + h/2}}
		}
		l.arm(arm, point{a, top}, start, point{a, top - 16 - chips/2}, out)
	}
}

// arm places an arm of a decision with its top at a point, with the line that
// leads to it, its label, and the line from it to where the decision ends.
func (l *layout) arm(arm *block, top point, start []point, label, out point) {
	l.label(arm.label, label, Flow)
	if arm.empty() {
		l.line(Flow, false, append(start, point{top.x, out.y}, out)...)
		return
	}
	l.line(Flow, true, append(start, top)...)
	l.place(arm, top.x-arm.axis, top.y)
	if arm.falls {
		l.line(Flow, false, point{top.x, top.y + arm.h}, point{top.x, out.y}, out)
	}
}

// bypassLane returns the axis of a choice with a way around its arm, and
// where that way is.
func bypassLane(x *block) (axis, lane, width int) {
	does, not := sides(x)
	w, _ := sizeOf(x.node)
	left, right := extent(does)
	_, chipWidth, _ := chipOf(not.label)
	axis = max(w/2, left)
	lane = axis + max(w/2, right) + max(18, chipWidth/2+8)
	return axis, lane, lane + max(2, chipWidth/2)
}

func measureBypass(x *block) {
	does, _ := sides(x)
	x.axis, _, x.w = bypassLane(x)
	x.h = x.armsTop() + does.h + laneWidth
}

func (l *layout) placeBypass(x *block, at point) {
	w, h := sizeOf(x.node)
	does, not := sides(x)
	axis, lane, _ := bypassLane(x)
	a := at.x + axis
	l.nodes[x.node] = rect{a - w/2, at.y, w, h}
	top := at.y + x.armsTop()
	out := point{a, at.y + x.h}
	label := top - 16 - chipHeights(x)/2
	l.arm(does, point{a, top}, []point{{a, at.y + h}}, point{a, label}, out)
	lane += at.x
	l.arm(not, point{lane, top}, []point{{a + w/2, at.y + h/2}, {lane, at.y + h/2}}, point{lane, label}, out)
}

// asidePlaces returns where decision and arm are, from the choice's corner.
func asidePlaces(x *block) (decision, arm rect, end int) {
	does, not := sides(x)
	w, h := sizeOf(x.node)
	_, chipWidth, _ := chipOf(does.label)
	_, _, below := chipOf(not.label)
	lead := chipWidth + 36
	if single(does) != nil {
		middle := max(h, does.h) / 2
		decision = rect{0, middle - h/2, w, h}
		arm = rect{w + lead, middle - does.h/2, does.w, does.h}
	} else {
		decision = rect{0, 0, w, h}
		arm = rect{max(w+24, w+lead-does.axis), h/2 + 22, does.w, does.h}
	}
	return decision, arm, max(decision.bottom()+8+below, arm.bottom())
}

func measureAside(x *block) {
	decision, arm, end := asidePlaces(x)
	x.w, x.h, x.axis = arm.right(), end, decision.w/2
}

func (l *layout) placeAside(x *block, at point) {
	does, not := sides(x)
	decision, arm, _ := asidePlaces(x)
	decision.x, decision.y = decision.x+at.x, decision.y+at.y
	l.nodes[x.node] = decision
	axis := at.x + x.axis
	if decision.y > at.y {
		l.line(Flow, false, point{axis, at.y}, point{axis, decision.y})
	}
	_, chipWidth, _ := chipOf(does.label)
	l.label(does.label, point{decision.right() + 12 + chipWidth/2, decision.middle()}, Flow)
	from := point{decision.right(), decision.middle()}
	if single(does) != nil {
		l.line(Flow, true, from, point{at.x + arm.x, from.y})
	} else {
		to := at.x + arm.x + does.axis
		l.line(Flow, true, from, point{to, from.y}, point{to, at.y + arm.y})
	}
	l.place(does, at.x+arm.x, at.y+arm.y)
	_, _, chipHeight := chipOf(not.label)
	l.label(not.label, point{axis, decision.bottom() + 6 + chipHeight/2}, Flow)
	l.line(Flow, false, point{axis, decision.bottom()}, point{axis, at.y + x.h})
}

// row is where an arm of a ladder is, from the choice's corner.
type row struct {
	label point // its middle
	arm   point
	exit  int // the y of the line that leaves it
}

// rows returns where the arms of a ladder are, and the lane of their exits.
func (x *block) rows() (rows []row, axis, lane, height int) {
	w, h := sizeOf(x.node)
	axis = w / 2
	chips, wide := 0, 0
	for _, arm := range x.items {
		_, cw, _ := chipOf(arm.label)
		chips, wide = max(chips, cw), max(wide, arm.w)
	}
	left := axis + 16 + chips + 28
	lane = max(left+wide+pad, w)
	at := h + 18
	for _, arm := range x.items {
		_, cw, ch := chipOf(arm.label)
		r := row{arm: point{left, at}}
		end := at + ch
		switch {
		case arm.empty():
			r.label.y = at + ch/2
			r.exit = r.label.y
		case single(arm) != nil:
			r.label.y = at + max(ch, arm.h)/2
			r.arm.y = r.label.y - arm.h/2
			r.exit = r.label.y
			end = at + max(ch, arm.h)
		default:
			r.label.y = at + ch/2
			r.arm.y = r.label.y + 20
			r.exit = max(r.arm.y+arm.h, at+ch) + 8
			end = r.exit
		}
		r.label.x = axis + 16 + cw/2
		rows = append(rows, r)
		at = end + rowGap
	}
	return rows, axis, lane, at - rowGap
}

func measureLadder(x *block) {
	_, axis, lane, height := x.rows()
	x.axis, x.w, x.h = axis, lane+2, height
	if x.falls {
		x.h += laneWidth
	}
}

func (l *layout) placeLadder(x *block, at point) {
	w, h := sizeOf(x.node)
	rows, axis, lane, _ := x.rows()
	l.nodes[x.node] = rect{at.x + axis - w/2, at.y, w, h}
	spine := at.x + axis
	lane += at.x
	out := point{spine, at.y + x.h}
	last, down := len(x.items)-1, true
	for i, arm := range x.items {
		r := rows[i]
		y := at.y + r.label.y
		l.label(arm.label, point{at.x + r.label.x, y}, Flow)
		// The line to the last arm is that to the others too, and the line
		// from the first is that from the others.
		start := []point{{spine, y}}
		if i == last {
			start = []point{{spine, at.y + h}, {spine, y}}
		}
		var end []point
		if arm.falls && down {
			end, down = []point{{lane, out.y}, out}, false
		}
		corner := point{at.x + r.arm.x, at.y + r.arm.y}
		switch {
		case arm.empty():
			l.line(Flow, false, append(append(start, point{lane, y}), end...)...)
		case single(arm) != nil:
			l.line(Flow, true, append(start, point{corner.x, y})...)
			l.place(arm, corner.x, corner.y)
			if arm.falls {
				l.line(Flow, false, append([]point{{corner.x + arm.w, y}, {lane, y}}, end...)...)
			}
		default:
			l.line(Flow, true, append(start, point{corner.x + arm.axis, y}, point{corner.x + arm.axis, corner.y})...)
			l.place(arm, corner.x, corner.y)
			if arm.falls {
				exit, from := at.y+r.exit, corner.x+arm.axis
				l.line(Flow, false, append([]point{{from, corner.y + arm.h}, {from, exit}, {lane, exit}}, end...)...)
			}
		}
	}
}
