package h5ad

import "strconv"

// uniqueNames returns names of which none occurs twice: the first of equal ones
// stays, and the others get a number, "name-1" and so on, as anndata's obs_names_make_unique has it.
func uniqueNames(names []string) []string {
	taken, count := make(map[string]bool, len(names)), map[string]int{}
	for _, name := range names {
		taken[name] = true
	}
	if len(taken) == len(names) {
		return names
	}
	unique, seen := make([]string, len(names)), make(map[string]bool, len(names))
	for i, name := range names {
		unique[i] = name
		if !seen[name] {
			seen[name] = true
			continue
		}
		for taken[unique[i]] {
			count[name]++
			unique[i] = name + "-" + strconv.Itoa(count[name])
		}
		taken[unique[i]] = true
	}
	return unique
}
