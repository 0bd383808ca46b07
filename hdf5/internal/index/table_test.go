package index

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTableHoldsItsRows packs rows and reads them back, and holds the searches
// against going through the rows one by one.
func TestTableHoldsItsRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.IntRange(1, 4).Draw(t, "cols")
		number := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64Range(250, 260), rapid.Uint64())
		rows := rapid.SliceOfN(rapid.SliceOfN(number, cols, cols), 0, 65).Draw(t, "rows")
		slices.SortFunc(rows, slices.Compare[[]uint64])
		rows = slices.CompactFunc(rows, slices.Equal[[]uint64])
		values := slices.Concat(rows...)
		table := newTable(values, cols)
		if ascends := ascend(values, cols, cols); table.rows != len(rows) || !ascends {
			t.Fatalf("%d rows, ascending: %t, want %d that ascend", table.rows, ascends, len(rows))
		}
		got := make([]uint64, cols)
		for i, want := range rows {
			if table.row(i, got); !slices.Equal(got, want) {
				t.Fatalf("row %d is %v, want %v", i, got, want)
			}
		}
		key := rapid.SliceOfN(number, cols, cols).Draw(t, "key")
		from := rapid.IntRange(0, len(rows)).Draw(t, "from")
		seek, after := from, from
		for seek < len(rows) && slices.Compare(rows[seek], key) < 0 {
			seek++
		}
		for after < len(rows) && slices.Compare(rows[after], key) <= 0 {
			after++
		}
		if i := table.seek(from, key); i != seek {
			t.Fatalf("seek is %d, want %d", i, seek)
		}
		if i := table.after(from, key); i != after {
			t.Fatalf("after is %d, want %d", i, after)
		}
	})
}

// TestBoxGoesThroughItsPositions seeks from any position and then goes on to the
// end of the box: it must meet the positions that a loop over all meets.
func TestBoxGoesThroughItsPositions(t *testing.T) {
	const extent = 5
	rapid.Check(t, func(t *rapid.T) {
		rank := rapid.IntRange(1, 3).Draw(t, "rank")
		coordinates := rapid.SliceOfN(rapid.Uint64Range(0, extent-1), rank, rank)
		b := box{lo: coordinates.Draw(t, "lo"), hi: coordinates.Draw(t, "hi")}
		start := coordinates.Draw(t, "start")
		var want [][]uint64
		for n := range uint64(extent * extent * extent) {
			p := []uint64{n / (extent * extent), n / extent % extent, n % extent}[3-rank:]
			if n/(extent*extent) > 0 && rank < 3 || n/extent > 0 && rank < 2 {
				break
			}
			if contains(b.lo, b.hi, p) && slices.Compare(p, start) >= 0 {
				want = append(want, p)
			}
		}
		if b.empty() {
			if len(want) > 0 {
				t.Fatalf("box is empty, it has %v", want)
			}
			return
		}
		var got [][]uint64
		p := slices.Clone(start)
		for ok := b.seek(p); ok; ok = b.after(p) {
			got = append(got, slices.Clone(p))
		}
		if !slices.EqualFunc(got, want, slices.Equal[[]uint64]) {
			t.Fatalf("positions are %v, want %v", got, want)
		}
	})
}

// TestEntriesAreSmall packs a leaf as dense datasets have them: it must not take
// more than 10 bytes an entry.
func TestEntriesAreSmall(t *testing.T) {
	var values []uint64
	for i := range uint64(64) {
		values = append(values, 70000, 100+i, 0, 9<<40+i*4000+i%7, 3900+i*11%200, 0)
	}
	if table := newTable(values, 6); len(table.data) > 10*64 {
		t.Errorf("64 entries take %d bytes", len(table.data))
	}
}
