package sparse

import "slices"

// Conversions copy: their result shares no memory with the source. None loses
// an entry of a sparse source, be it a stored zero, except that repeated
// entries of a COO become one.

// ToCSR compresses the matrix by row. Entries at the same place become one
// entry that holds their sum, added in their order; an integer sum wraps
// around if T cannot hold it. It takes O(rows + cols + entries) time and, while
// it runs, up to twice the memory of the result.
func (m *COO[T]) ToCSR() *CSR[T] {
	return &CSR[T]{compress(m.rows, m.cols, m.i, m.j, m.values)}
}

// ToCSC compresses the matrix by column, as [COO.ToCSR] does by row.
func (m *COO[T]) ToCSC() *CSC[T] {
	return &CSC[T]{compress(m.cols, m.rows, m.j, m.i, m.values)}
}

// ToDense writes every element out. Entries at the same place are summed. A
// result that cannot be allocated is an [ErrShape].
func (m *COO[T]) ToDense() (*Dense[T], error) {
	d, err := NewDense[T](m.rows, m.cols, nil)
	if err != nil {
		return nil, err
	}
	for k, v := range m.values {
		d.data[int(m.i[k])*m.cols+int(m.j[k])] += v
	}
	return d, nil
}

// ToCSC compresses the matrix by column, in O(rows + cols + entries). To have
// the transpose in that form costs nothing: see [CSR.Transpose].
func (m *CSR[T]) ToCSC() *CSC[T] { return &CSC[T]{m.c.exchanged()} }

// ToCOO lists the entries by row, then by column.
func (m *CSR[T]) ToCOO() *COO[T] {
	return &COO[T]{m.c.major, m.c.minor, m.c.majors(), slices.Clone(m.c.idx), slices.Clone(m.c.values)}
}

// ToDense writes every element out. A result that cannot be allocated is an
// [ErrShape].
func (m *CSR[T]) ToDense() (*Dense[T], error) {
	d, err := NewDense[T](m.c.major, m.c.minor, nil)
	if err != nil {
		return nil, err
	}
	for i := range d.rows {
		row := d.Row(i)
		for j, v := range m.Row(i) {
			row[j] = v
		}
	}
	return d, nil
}

// ToCSR compresses the matrix by row, in O(rows + cols + entries). To have the
// transpose in that form costs nothing: see [CSC.Transpose].
func (m *CSC[T]) ToCSR() *CSR[T] { return &CSR[T]{m.c.exchanged()} }

// ToCOO lists the entries by column, then by row.
func (m *CSC[T]) ToCOO() *COO[T] {
	return &COO[T]{m.c.minor, m.c.major, slices.Clone(m.c.idx), m.c.majors(), slices.Clone(m.c.values)}
}

// ToDense writes every element out. A result that cannot be allocated is an
// [ErrShape].
func (m *CSC[T]) ToDense() (*Dense[T], error) {
	d, err := NewDense[T](m.c.minor, m.c.major, nil)
	if err != nil {
		return nil, err
	}
	for j := range d.cols {
		for i, v := range m.Col(j) {
			d.data[i*d.cols+j] = v
		}
	}
	return d, nil
}

// ToCOO lists the elements that are not zero, by row, then by column. NaN is
// not zero; -0 is.
func (d *Dense[T]) ToCOO() *COO[T] { return d.ToCSR().ToCOO() }

// ToCSR keeps the elements that are not zero. NaN is not zero; -0 is.
func (d *Dense[T]) ToCSR() *CSR[T] {
	n := d.NNZ()
	c := compressed[T]{
		major:  d.rows,
		minor:  d.cols,
		ptr:    make([]int, d.rows+1),
		idx:    make([]int32, 0, n),
		values: make([]T, 0, n),
	}
	for i := range d.rows {
		for j, v := range d.Row(i) {
			if v != 0 {
				c.idx = append(c.idx, int32(j))
				c.values = append(c.values, v)
			}
		}
		c.ptr[i+1] = len(c.values)
	}
	return &CSR[T]{c}
}

// ToCSC keeps the elements that are not zero. NaN is not zero; -0 is.
func (d *Dense[T]) ToCSC() *CSC[T] { return d.ToCSR().ToCSC() }

// compress turns entries in any order into ordered lines.
func compress[T Number](major, minor int, majors, minors []int32, values []T) compressed[T] {
	var c compressed[T]
	if inOrder(major, majors, minors) {
		c = bucket(major, minor, majors, minors, values)
	} else {
		// A stable sort by the minor axis, then by the major one.
		c = bucket(minor, major, minors, majors, values).exchanged()
	}
	c.sumDuplicates()
	return c
}

// inOrder reports whether each line's entries already come by ascending minor
// index, as they do in lists sorted by either axis. One sort is then enough.
func inOrder(major int, majors, minors []int32) bool {
	last := make([]int32, major)
	for k, m := range majors {
		if minors[k] < last[m] {
			return false
		}
		last[m] = minors[k]
	}
	return true
}

// bucket sorts entries into lines and keeps their order within each.
func bucket[T Number](major, minor int, majors, minors []int32, values []T) compressed[T] {
	next := countedPointers(majors, major)
	c := compressed[T]{major: major, minor: minor, idx: make([]int32, len(minors)), values: make([]T, len(values))}
	for k, m := range majors {
		p := next[m+1]
		next[m+1]++
		c.idx[p], c.values[p] = minors[k], values[k]
	}
	c.ptr = next[: major+1 : major+1]
	return c
}

// majors spells out the line of every entry.
func (c *compressed[T]) majors() []int32 {
	out := make([]int32, len(c.idx))
	for m := range c.major {
		for k := c.ptr[m]; k < c.ptr[m+1]; k++ {
			out[k] = int32(m)
		}
	}
	return out
}
