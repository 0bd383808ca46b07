package fastq_test

import (
	"encoding/json"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/fastq"
	"github.com/goloom/loom/internal/experiment"
	"github.com/goloom/loom/internal/oracle"
)

// A job is a call of loompy's create_from_fastq.
type job struct {
	Out      string   `json:"out"`
	Sample   string   `json:"sample"`
	FASTQs   []string `json:"fastqs"`
	Index    string   `json:"index"`
	Metadata string   `json:"metadata"`
}

// byBoth makes a file of an experiment's reads here, and returns what loompy is to make.
func byBoth(t *testing.T, m made, metadata string) (*loom.Conn, job) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.loom")
	if _, err := fastq.Create(t.Context(), out, "S1", m.Index, metadata, m.FASTQ, fastq.Options{}); err != nil {
		t.Fatal(err)
	}
	return open(t, out), job{filepath.Join(m.dir, "loompy.loom"), "S1", m.FASTQ, m.Index, metadata}
}

// TestCreateEqualsLoompy makes files of the same reads here and with loompy: one of reads
// about which both agree, with what is known of the sample in a database, and one of reads
// about which they do not.
func TestCreateEqualsLoompy(t *testing.T) {
	kallisto := oracle.Tool(t, "kallisto")
	oracle.Python(t)
	plain := makeExperiment(t, kallisto, experiment.New(experiment.V3, 21), false)
	e := experiment.New(experiment.V2, 22)
	quirks := e.AddQuirks()
	quirky := makeExperiment(t, kallisto, e, false)

	ours, plainJob := byBoth(t, plain, database(t, "S1", "v3", 12))
	oursQuirky, quirkyJob := byBoth(t, quirky, quirky.samples)
	text, err := json.Marshal([]job{plainJob, quirkyJob})
	if err != nil {
		t.Fatal(err)
	}
	oracle.Run(t, "oracle/loompy_fromfq.py", put(t, t.TempDir(), "jobs.json", string(text)))

	compareFiles(t, ours, open(t, plainJob.Out))
	compareQuirks(t, e, quirks, oursQuirky, open(t, quirkyJob.Out))
}

// unlike are global attributes that differ for a reason: times, numbers of simulations, how
// kallisto was called, and the saturation, in which loompy has reads that do not count.
var unlike = []string{"CreationDate", "last_modified", "AmbientPValue", "KallistoCommand", "Saturation"}

// compareFiles compares everything in two files but what differs for a reason.
func compareFiles(t *testing.T, ours, loompys *loom.Conn) {
	t.Helper()
	want := layersOf(t, loompys)
	for layer, got := range layersOf(t, ours) {
		if d := differences(want[layer], got); len(d) > 0 {
			t.Errorf("layer %q differs from loompy's: %v", layer, d)
		}
	}
	for name, axis := range map[string][2]*loom.Attributes{
		"row": {ours.RowAttrs(), loompys.RowAttrs()}, "column": {ours.ColAttrs(), loompys.ColAttrs()},
	} {
		if got, want := slices.Sorted(slices.Values(axis[0].Names())), slices.Sorted(slices.Values(axis[1].Names())); !slices.Equal(got, want) {
			t.Errorf("%s attributes %v, want %v", name, got, want)
		}
		for _, attr := range axis[1].Names() {
			compareArrays(t, name+" attribute "+attr, axis[0].Get, axis[1].Get, attr)
		}
	}
	for _, name := range loompys.Attrs().Names() {
		if !slices.Contains(unlike, name) {
			compareArrays(t, "global attribute "+name, ours.Attrs().Get, loompys.Attrs().Get, name)
		}
	}
}

// compareArrays compares the values of an attribute of two files.
func compareArrays(t *testing.T, what string, ours, loompys func(string) (*loom.Array, error), name string) {
	t.Helper()
	got, err := ours(name)
	if err != nil {
		t.Error(err)
		return
	}
	want, err := loompys(name)
	if err != nil {
		t.Error(err)
		return
	}
	if !slices.Equal(got.Shape(), want.Shape()) || !reflect.DeepEqual(plainValues(t, got), plainValues(t, want)) {
		t.Errorf("%s is %v, want %v", what, got.Data(), want.Data())
	}
}

// plainValues returns texts as they are and numbers of any type as float64, to the 12th digit.
func plainValues(t *testing.T, a *loom.Array) []any {
	t.Helper()
	values := reflect.ValueOf(a.Data())
	plain := make([]any, values.Len())
	for i := range plain {
		v := values.Index(i)
		plain[i] = v.Interface()
		if v.CanConvert(reflect.TypeFor[float64]()) {
			x := v.Convert(reflect.TypeFor[float64]()).Float()
			plain[i] = math.Round(x*1e12) / 1e12
		}
	}
	return plain
}

// compareQuirks holds that our file has what is known, and that loompy's differs from that only
// as the documentation says.
func compareQuirks(t *testing.T, e *experiment.Experiment, q experiment.Quirks, ours, loompys *loom.Conn) {
	t.Helper()
	want, got, theirs := known(e), layersOf(t, ours), layersOf(t, loompys)
	mixed := 0
	for layer := range want {
		if d := differences(want[layer], got[layer]); len(d) > 0 {
			t.Errorf("layer %q differs from what is known: %v", layer, d)
		}
		d := differences(want[layer], theirs[layer])
		called := 0
		maps.DeleteFunc(d, func(place experiment.Place, _ int) bool {
			if place.Barcode == q.LargeDroplet {
				called++
				return true
			}
			return false
		})
		if called == 0 {
			t.Errorf("layer %q: loompy calls no cell of a droplet of ambient molecules", layer)
		}
		mixed -= d[q.Mixed]
		delete(d, q.Mixed)
		if len(d) > 0 {
			t.Errorf("layer %q of loompy's differs from what is known: %v", layer, d)
		}
	}
	if mixed != 1 {
		t.Errorf("loompy lacks a molecule with reads in two layers in %d of them, want one", mixed)
	}
	if ours, theirs := barcodes(t, ours), barcodes(t, loompys); theirs != ours+1 {
		t.Errorf("loompy has %d barcodes, want one more than %d, for reads between two", theirs, ours)
	}
}

// barcodes returns how many there were before cells were called.
func barcodes(t *testing.T, ds *loom.Conn) int {
	t.Helper()
	totals, err := ds.Attrs().Get("BarcodeTotalUMIs")
	if err != nil {
		t.Fatal(err)
	}
	return totals.Shape()[0]
}
