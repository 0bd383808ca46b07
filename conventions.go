package loom

import "fmt"

// checkConventions holds the file against the conventions for names and types
// of attributes, as loompy's validator does, integers being int64 to it. It
// differs where loompy's does not do what its own messages say:
//
//   - cluster numbers must be 0, 1, 2, ... without a gap; loompy refuses those
//     and accepts some with gaps,
//   - the row attributes Valid and Selected have a value for each row; loompy
//     wants one for each column.
func checkConventions(r *Report, c *contents) {
	for _, name := range []string{"Description", "Journal", "Authors", "Title", "Year", "CreationDate"} {
		if !c.attrs.Has(name) {
			r.warn("global attribute %q: missing, optional in the conventions", name)
		}
	}
	cols := conventionChecker{Report: r, attributes: c.colAttrs}
	clusters := cols.clusterNumbers("ClusterID")
	cols.clusterNames("ClusterName", clusters)
	cols.names("CellID", unique)
	cols.flags("Valid")
	cols.flags("Outliers")

	rows := conventionChecker{Report: r, attributes: c.rowAttrs}
	rows.names("Accession", unique)
	rows.names("Gene", repeatable)
	rows.flags("Valid")
	rows.flags("Selected")
}

// A conventionChecker holds the attributes of one axis against the conventions.
type conventionChecker struct {
	*Report
	attributes *Attributes
}

// Whether a name may occur twice in an attribute.
const (
	unique     = true
	repeatable = false
)

// get reads an attribute that has one value for each position, or reports why
// it cannot be had.
func (c *conventionChecker) get(name string, need bool) *Array {
	if !c.attributes.Has(name) {
		if need {
			c.fail("%s: missing, expected by the conventions", c.title(name))
		} else {
			c.warn("%s: missing, optional in the conventions", c.title(name))
		}
		return nil
	}
	n := c.attributes.length
	if shape := c.attributes.source.stat(name).Shape; len(shape) != 1 || shape[0] != n {
		c.fail("%s: shape %v, expected [%d], one value for each %s", c.title(name), shape, n, c.attributes.axis.singular())
		return nil
	}
	values, err := c.attributes.Get(name)
	if err != nil {
		c.fail("%v", err)
		return nil
	}
	return values
}

func (c *conventionChecker) title(name string) string {
	return fmt.Sprintf("%s attribute %q", c.attributes.axis.singular(), name)
}

// integers reports values that are not integers, and returns those that are
// numbers.
func (c *conventionChecker) integers(name string, values *Array) []float64 {
	if values.Type().String() != "int64" {
		c.fail("%s: %s, expected int64", c.title(name), typeTitle(values.Type()))
	}
	numbers, err := values.Float64s()
	if err != nil {
		return nil // an error already
	}
	return numbers
}

// clusterNumbers checks an attribute that numbers the clusters, and returns
// its values.
func (c *conventionChecker) clusterNumbers(name string) []float64 {
	values := c.get(name, required)
	if values == nil {
		return nil
	}
	numbers := c.integers(name, values)
	if len(numbers) == 0 {
		return nil
	}
	seen := map[float64]bool{}
	for _, v := range numbers {
		seen[v] = true
	}
	for i := range len(seen) {
		if !seen[float64(i)] {
			c.fail("%s: %d different values without %d, expected 0, 1, 2, ... with none left out", c.title(name), len(seen), i)
			break
		}
	}
	return numbers
}

// clusterNames checks an attribute that names the clusters.
func (c *conventionChecker) clusterNames(name string, clusters []float64) {
	values := c.get(name, optional)
	if values == nil {
		return
	}
	names := c.strings(name, values)
	if len(names) != len(clusters) {
		return // an error already
	}
	nameOf, clusterOf := map[float64]string{}, map[string]float64{}
	for i, cluster := range clusters {
		other, named := nameOf[cluster]
		if named && other != names[i] {
			c.fail("%s: %q and %q for the same cluster %v, expected one name for each", c.title(name), other, names[i], cluster)
			return
		}
		first, taken := clusterOf[names[i]]
		if taken && first != cluster {
			c.fail("%s: %q for the clusters %v and %v, expected different names", c.title(name), names[i], first, cluster)
			return
		}
		nameOf[cluster], clusterOf[names[i]] = names[i], cluster
	}
}

// strings reports values that are not strings, and returns those that are.
func (c *conventionChecker) strings(name string, values *Array) []string {
	texts, err := values.Strings()
	if err != nil {
		c.fail("%s: %s, expected strings", c.title(name), typeTitle(values.Type()))
	}
	return texts
}

// names checks an attribute that names the positions.
func (c *conventionChecker) names(name string, once bool) {
	values := c.get(name, required)
	if values == nil {
		return
	}
	texts := c.strings(name, values)
	if !once {
		return
	}
	first := make(map[string]int, len(texts))
	for i, text := range texts {
		if before, taken := first[text]; taken {
			c.fail("%s: %q at %d and at %d, expected no duplicates", c.title(name), text, before, i)
			return
		}
		first[text] = i
	}
}

// flags checks an attribute of zeros and ones.
func (c *conventionChecker) flags(name string) {
	values := c.get(name, optional)
	if values == nil {
		return
	}
	for i, v := range c.integers(name, values) {
		if v != 0 && v != 1 {
			c.fail("%s: %v at %d, expected 0 or 1", c.title(name), v, i)
			return
		}
	}
}
