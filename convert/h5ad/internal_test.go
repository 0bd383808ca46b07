package h5ad

// For tests against anndata.
var (
	UniqueNames    = uniqueNames
	CompareNatural = compareNatural
)
