package matrixmarket

import "testing"

// SmallBuckets makes buckets of a few elements until the test ends.
func SmallBuckets(t testing.TB) {
	before := bucketElements
	bucketElements = 50
	t.Cleanup(func() { bucketElements = before })
}
