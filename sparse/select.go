package sparse

// Select returns a copy of the elements where the given rows and columns
// cross, in the order given. An index may occur more than once. nil selects
// nothing, as an empty slice does.
//
// An index outside the matrix is an [ErrIndex]; a result that cannot be
// allocated is an [ErrShape].
func (d *Dense[T]) Select(rows, cols []int) (*Dense[T], error) {
	if err := checkIndexes("row", rows, d.rows); err != nil {
		return nil, err
	}
	if err := checkIndexes("column", cols, d.cols); err != nil {
		return nil, err
	}
	out, err := NewDense[T](len(rows), len(cols), nil)
	if err != nil {
		return nil, err
	}
	for to, from := range rows {
		src, dst := d.Row(from), out.Row(to)
		for k, j := range cols {
			dst[k] = src[j]
		}
	}
	return out, nil
}

// Select returns a copy of the elements where the given rows and columns
// cross, in the order given. An index may occur more than once. nil selects
// nothing, as an empty slice does.
//
// The cost is that of the chosen rows' entries plus the number of columns;
// columns that do not ascend strictly cost two counting sorts more.
// An index outside the matrix is an [ErrIndex]; a result that cannot be
// allocated is an [ErrShape].
func (m *CSR[T]) Select(rows, cols []int) (*CSR[T], error) {
	if err := checkIndexes("row", rows, m.c.major); err != nil {
		return nil, err
	}
	if err := checkIndexes("column", cols, m.c.minor); err != nil {
		return nil, err
	}
	c, err := m.c.selected(rows, cols)
	if err != nil {
		return nil, err
	}
	return &CSR[T]{c}, nil
}

// Select returns a copy of the elements where the given rows and columns
// cross, in the order given. An index may occur more than once. nil selects
// nothing, as an empty slice does.
//
// The cost is that of the chosen columns' entries plus the number of rows;
// rows that do not ascend strictly cost two counting sorts more.
// An index outside the matrix is an [ErrIndex]; a result that cannot be
// allocated is an [ErrShape].
func (m *CSC[T]) Select(rows, cols []int) (*CSC[T], error) {
	if err := checkIndexes("row", rows, m.c.minor); err != nil {
		return nil, err
	}
	if err := checkIndexes("column", cols, m.c.major); err != nil {
		return nil, err
	}
	c, err := m.c.selected(cols, rows)
	if err != nil {
		return nil, err
	}
	return &CSC[T]{c}, nil
}

// selected picks lines, then positions within them. All indexes are in range.
func (c *compressed[T]) selected(major, minor []int) (compressed[T], error) {
	if ascending(minor) {
		return c.pickedAscending(major, minor)
	}
	// Positions that come in any order, or twice, are lines once the axes are
	// exchanged, and going back puts the new lines in order.
	lines, err := c.picked(major)
	if err != nil {
		return compressed[T]{}, err
	}
	across := lines.exchanged()
	across, err = across.picked(minor)
	if err != nil {
		return compressed[T]{}, err
	}
	return across.exchanged(), nil
}

func ascending(indexes []int) bool {
	for k := 1; k < len(indexes); k++ {
		if indexes[k-1] >= indexes[k] {
			return false
		}
	}
	return true
}

// picked copies whole lines.
func (c *compressed[T]) picked(lines []int) (compressed[T], error) {
	ptr := make([]int, len(lines)+1)
	for to, from := range lines {
		ptr[to+1] = ptr[to] + c.ptr[from+1] - c.ptr[from]
	}
	out, err := blank[T](len(lines), c.minor, ptr)
	if err != nil {
		return out, err
	}
	for to, from := range lines {
		idx, values := c.line(from)
		copy(out.idx[ptr[to]:], idx)
		copy(out.values[ptr[to]:], values)
	}
	return out, nil
}

// pickedAscending copies, of the given lines, the entries at the given
// positions, which ascend strictly: the entries keep their order.
func (c *compressed[T]) pickedAscending(lines, positions []int) (compressed[T], error) {
	moved := make([]int32, c.minor) // 1 + new position, 0 where not chosen
	for to, from := range positions {
		moved[from] = int32(to) + 1
	}
	ptr := make([]int, len(lines)+1)
	for to, from := range lines {
		n := ptr[to]
		idx, _ := c.line(from)
		for _, i := range idx {
			if moved[i] > 0 {
				n++
			}
		}
		ptr[to+1] = n
	}
	out, err := blank[T](len(lines), len(positions), ptr)
	if err != nil {
		return out, err
	}
	n := 0
	for _, from := range lines {
		idx, values := c.line(from)
		for k, i := range idx {
			if moved[i] > 0 {
				out.idx[n], out.values[n] = moved[i]-1, values[k]
				n++
			}
		}
	}
	return out, nil
}

// blank allocates the entries that ptr delimits. Repeated lines can make them
// far more than the source has, hence the error.
func blank[T Number](major, minor int, ptr []int) (compressed[T], error) {
	n := ptr[major]
	idx, err := allocate[int32](n)
	if err != nil {
		return compressed[T]{}, err
	}
	values, err := allocate[T](n)
	if err != nil {
		return compressed[T]{}, err
	}
	return compressed[T]{major, minor, ptr, idx, values}, nil
}
