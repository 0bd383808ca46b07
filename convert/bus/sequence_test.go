package bus_test

import (
	"strings"
	"testing"

	"github.com/goloom/loom/convert/bus"
	"pgregory.net/rapid"
)

func TestEncodeDecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bases := rapid.StringOfN(rapid.RuneFrom([]rune("ACGT")), 0, 32, -1).Draw(t, "bases")
		code, err := bus.Encode(bases)
		if err != nil {
			t.Fatal(err)
		}
		if got := bus.Decode(code, len(bases)); got != bases {
			t.Errorf("%s became %s", bases, got)
		}
	})
	// The example of the BUS format specification.
	if code, err := bus.Encode("GCCA"); err != nil || code != 148 {
		t.Errorf("GCCA is %d, %v, want 148", code, err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, bases := range []string{"ACGN", "acgt", "AC GT", strings.Repeat("A", 33)} {
		if code, err := bus.Encode(bases); err == nil {
			t.Errorf("%s is %d, want an error", bases, code)
		}
	}
}
