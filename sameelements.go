package loom

import "slices"

// sameElements returns what tells whether an array has the same values at two
// positions of its first dimension. NaN is the same as NaN.
func sameElements(values *Array) (func(i, j int) bool, error) {
	compare, err := comparison(values)
	if err != nil {
		return nil, err
	}
	width := 1
	for _, d := range values.Shape()[1:] {
		width *= d
	}
	return func(i, j int) bool {
		for k := range width {
			if compare(i*width+k, j*width+k) != 0 {
				return false
			}
		}
		return true
	}, nil
}

// sameValues reports whether two arrays of strings or numbers have the same shape
// and values, whatever types of numbers they are.
func sameValues(a, b *Array) bool {
	if !slices.Equal(a.Shape(), b.Shape()) || isText(a) != isText(b) {
		return false
	}
	if isText(a) {
		return slices.Equal(a.Data().([]string), b.Data().([]string))
	}
	x, errX := a.Int64s()
	y, errY := b.Int64s()
	if errX == nil && errY == nil {
		return slices.Equal(x, y)
	}
	v, errV := a.Float64s()
	w, errW := b.Float64s()
	return errV == nil && errW == nil && slices.EqualFunc(v, w, func(v, w float64) bool { return v == w || v != v && w != w })
}
