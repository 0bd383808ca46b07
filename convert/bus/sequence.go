package bus

import "fmt"

// maxBases is how many bases a barcode or UMI can have: 2 bits each.
const maxBases = 32

// letters are the bases in the order of their codes.
const letters = "ACGT"

// Encode returns the code of up to 32 bases: 2 bits each, 0 to 3 for A, C, G and T,
// the first base in the highest bits. Other letters, N and small ones among them, are an error.
func Encode(bases string) (uint64, error) {
	if len(bases) > maxBases {
		return 0, fmt.Errorf("%d bases, want at most %d", len(bases), maxBases)
	}
	var code uint64
	for i := range len(bases) {
		code <<= 2
		switch bases[i] {
		case 'A':
		case 'C':
			code |= 1
		case 'G':
			code |= 2
		case 'T':
			code |= 3
		default:
			return 0, fmt.Errorf("base %q, want A, C, G or T", bases[i])
		}
	}
	return code, nil
}

// Decode returns the bases that a code stands for. It is the inverse of [Encode] for codes of
// that many bases, 0 to 32.
func Decode(code uint64, length int) string {
	bases := make([]byte, length)
	for i := length - 1; i >= 0; i-- {
		bases[i] = letters[code&3]
		code >>= 2
	}
	return string(bases)
}

// fits reports whether a code is one of that many bases.
func fits(code uint64, length int) bool {
	return length >= maxBases || code>>(2*length) == 0
}
