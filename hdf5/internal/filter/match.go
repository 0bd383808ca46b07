package filter

// copyMatch writes n bytes at dst[at:] that repeat those dist bytes before,
// as the codecs of the Lempel-Ziv family want it: the copy may run into what
// it has itself written. It reports what does not fit.
func copyMatch(dst []byte, at, dist, n int) error {
	if dist > at {
		return errDistance
	}
	if n > len(dst)-at {
		return errTooLong
	}
	from := at - dist
	for n > 0 {
		// Each round doubles what there is to be copied from.
		done := copy(dst[at:at+n], dst[from:at])
		at += done
		n -= done
	}
	return nil
}
