package zlib

// InflateInGo is Inflate without assembly.
func (f *Inflater) InflateInGo(dst, src []byte) (int, error) {
	return f.inflate(stream{src: src, dst: dst, enough: len(dst) + 1})
}
