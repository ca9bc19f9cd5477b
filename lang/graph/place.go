package graph

// place puts a block with its top left corner at a point.
func (l *layout) place(x *block, left, top int) {
	at := point{left, top}
	switch x.shape {
	case step:
		l.nodes[x.node] = rect{left, top, x.w, x.h}
	case series:
		l.placeSeries(x, at)
	case choice:
		l.placeChoice(x, at)
	case forked:
		l.placeFork(x, at)
	case framed:
		l.placeFrame(x, at)
	case guard:
		l.placeGuard(x, at)
	}
}

// line adds the line of an edge, without points that change nothing.
func (l *layout) line(kind EdgeKind, arrow bool, points ...point) {
	var kept []point
	for _, p := range points {
		n := len(kept)
		switch {
		case n > 0 && kept[n-1] == p:
			continue
		case n > 1 && (kept[n-2].x == kept[n-1].x && kept[n-1].x == p.x || kept[n-2].y == kept[n-1].y && kept[n-1].y == p.y):
			kept[n-1] = p
			continue
		}
		kept = append(kept, p)
	}
	if len(kept) > 1 {
		l.routes = append(l.routes, route{kind, kept, arrow})
	}
}

// label puts the label of an edge around a point.
func (l *layout) label(text string, middle point, kind EdgeKind) {
	lines, w, h := chipOf(text)
	if len(lines) > 0 {
		l.chips = append(l.chips, chip{rect: rect{middle.x - w/2, middle.y - h/2, w, h}, lines: lines, kind: kind})
	}
}

func (l *layout) placeSeries(x *block, at point) {
	axis, y := at.x+x.axis, at.y
	for i, item := range x.items {
		if i > 0 {
			if x.items[i-1].falls {
				l.line(Flow, true, point{axis, y}, point{axis, y + gap})
			}
			y += gap
		}
		l.place(item, axis-item.axis, y)
		y += item.h
	}
}

func (l *layout) placeFork(x *block, at point) {
	first, last := x.axes()
	bar := rect{at.x + first - laneWidth, at.y, last - first + 2*laneWidth, barHeight}
	l.nodes[x.node] = bar
	end := at.y + x.h - barHeight
	if text := noteFont.clip(x.join.Title, maxText); text.width > 0 {
		end -= 16
		l.chips = append(l.chips, chip{rect: rect{at.x + x.axis + 8, end + barHeight + 1, text.width, 15}, lines: []textLine{text}, bare: true})
		if x.falls {
			l.line(Flow, false, point{at.x + x.axis, end + barHeight}, point{at.x + x.axis, at.y + x.h})
		}
	}
	l.nodes[x.join] = rect{bar.x, end, bar.w, barHeight}
	left := at.x
	for _, item := range x.items {
		w := max(item.w, 2*laneWidth)
		axis := left + item.axis
		if item.w < 2*laneWidth {
			axis = left + laneWidth
		}
		top := at.y + barHeight + gap
		if item.empty() {
			l.line(Flow, true, point{axis, at.y + barHeight}, point{axis, end})
		} else {
			l.line(Flow, true, point{axis, at.y + barHeight}, point{axis, top})
			l.place(item, axis-item.axis, top)
			if item.falls {
				l.line(Flow, true, point{axis, top + item.h}, point{axis, end})
			}
		}
		left += w + columnGap
	}
}

func (l *layout) placeFrame(x *block, at point) {
	frame := rect{at.x, at.y, x.w, x.h}
	l.groups[x.group], l.frames[x.group] = frame, x
	_, h := widest(header(x))
	if h > 0 {
		h += 12
		l.headers[x.group] = rect{at.x, at.y, x.w, h}
		if x.node != nil {
			l.nodes[x.node] = rect{at.x, at.y, x.w, h}
		}
	}
	body := x.items[0]
	if body.empty() {
		return
	}
	axis := at.x + x.axis
	top := at.y + h + x.lead()
	if x.node != nil || x.group.Kind != FunctionGroup {
		l.line(Flow, true, point{axis, at.y + h}, point{axis, top})
	}
	l.place(body, axis-body.axis, top)
	end := top + body.h
	switch {
	case !body.falls:
	case x.back:
		lane := at.x + laneWidth
		l.line(Back, true, point{axis, end}, point{axis, end + laneWidth}, point{lane, end + laneWidth}, point{lane, at.y + h})
	case x.group.Kind != FunctionGroup:
		l.line(Flow, false, point{axis, end}, point{axis, frame.bottom()})
	}
}

func (l *layout) placeGuard(x *block, at point) {
	main := x.items[0]
	l.place(main, at.x, at.y)
	out := point{at.x + x.axis, at.y + x.h}
	if main.falls {
		l.line(Flow, false, point{out.x, at.y + main.h}, out)
	}
	left := at.x + main.w
	from := point{left, at.y + outlet(main)}
	for _, h := range x.items[1:] {
		before, after := handlerExtent(h)
		axis := left + handlerGap + before
		top := at.y + handlerTop(main, h)
		_, _, height := chipOf(h.label)
		l.label(h.label, point{axis, from.y + 8 + height/2}, h.event)
		if h.empty() {
			l.line(h.event, false, from, point{axis, from.y}, point{axis, out.y}, out)
		} else {
			l.line(h.event, true, from, point{axis, from.y}, point{axis, top})
			l.place(h, axis-h.axis, top)
			if h.falls {
				l.line(h.event, false, point{axis, top + h.h}, point{axis, out.y}, out)
			}
		}
		left = axis + after
	}
}

// jump draws the line of a jump along the right side of its loop, where
// nothing stands in its way. Otherwise the words in its box have to do.
func (l *layout) jump(n *Node) {
	j := n.jump
	if j == nil || j.loop == nil || j.loop.lane(j) < 0 {
		return
	}
	frame, ok := l.groups[j.loop.block.group]
	if !ok {
		return
	}
	from := l.nodes[n]
	lane := frame.right() - laneWidth - laneWidth*(len(j.loop.lanes)-1-j.loop.lane(j))
	points := []point{{from.right(), from.middle()}, {lane, from.middle()}}
	switch j.verb {
	case "break":
		points = append(points, point{lane, frame.bottom()})
	case "continue":
		points = append(points, point{lane, l.headers[j.loop.block.group].bottom()})
	default:
		target := j.loop.targets[j.target]
		if target == nil || entry(target) == nil {
			return
		}
		to := l.nodes[entry(target)]
		points = append(points, point{lane, to.middle()}, point{to.right(), to.middle()})
	}
	for i := range len(points) - 1 {
		for _, r := range l.nodes {
			if r.hits(points[i], points[i+1]) {
				return
			}
		}
		for _, r := range l.headers {
			if r.hits(points[i], points[i+1]) {
				return
			}
		}
		for _, c := range l.chips {
			if c.hits(points[i], points[i+1]) {
				return
			}
		}
	}
	l.line(JumpTo, true, points...)
}
