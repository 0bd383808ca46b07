package crashfs

import (
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"testing"
)

// Explore runs a workload on a file system that holds the files of start, and
// lets check look at every state that a crash can leave. Check returns an error
// about what must not be, and typically accepts the content that was there
// after as many steps as the state has marks, or that after one more:
//
//	crashfs.Explore(t, start, func(fs *crashfs.FS) error {
//		for _, change := range changes {
//			if err := change(fs); err != nil {
//				return err
//			}
//			fs.Mark()
//		}
//		return nil
//	}, check, crashfs.Options{})
//
// It fails the test at the first state that check refuses.
func Explore(t testing.TB, start map[string][]byte, workload func(*FS) error, check func(State) error, o Options) {
	t.Helper()
	states, err := Find(start, workload, check, o)
	if err != nil {
		t.Fatalf("state %d: %v", states, err)
	}
	t.Logf("%d different states are good", states)
}

// Find is Explore for those who expect a violation: it returns the first, and
// how many different states it has looked at.
func Find(start map[string][]byte, workload func(*FS) error, check func(State) error, o Options) (states int, violation error) {
	f := New(start)
	if err := workload(f); err != nil {
		return 0, fmt.Errorf("workload: %w", err)
	}
	seed, seen := maphash.MakeSeed(), map[uint64]bool{}
	for s := range f.States(o) {
		if sum := s.hash(seed); !seen[sum] {
			seen[sum] = true
			if err := check(s); err != nil {
				return len(seen), fmt.Errorf("%s: %w", s.What, err)
			}
		}
	}
	return len(seen), nil
}

// hash is equal for states that check cannot tell apart.
func (s State) hash(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	fmt.Fprintf(&h, "%d", s.Marks)
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		fmt.Fprintf(&h, "/%s/%d/", name, len(s.Files[name]))
		h.Write(s.Files[name])
	}
	return h.Sum64()
}

// Faults runs a workload once for each of its operations with that operation
// failing, and once more with all that follow it failing as well, as
// on a disk that is full. Check looks at what readers see afterwards and at
// what the workload returned; then at every crash state too, for which failed
// is the same.
//
// It fails the test at the first state that check refuses.
func Faults(t testing.TB, start map[string][]byte, failure error, workload func(*FS) error, check func(s State, failed error) error, o Options) {
	t.Helper()
	f := New(start)
	if err := workload(f); err != nil {
		t.Fatalf("workload without failures: %v", err)
	}
	for n := range f.Ops() {
		for mode, fail := range map[string]func(*FS, int, error){"at": (*FS).FailAt, "from": (*FS).FailFrom} {
			f := New(start)
			fail(f, n, failure)
			err := workload(f)
			now := State{What: "what readers see", Files: f.Files(), Marks: f.marks}
			if bad := check(now, err); bad != nil {
				t.Fatalf("failure %s operation %d, workload returned %v: %v", mode, n, err, bad)
			}
			for s := range f.States(o) {
				if bad := check(s, err); bad != nil {
					t.Fatalf("failure %s operation %d, workload returned %v: %s: %v", mode, n, err, s.What, bad)
				}
			}
		}
	}
}
