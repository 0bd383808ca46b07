package cellcalling

// What tests compare with loompy's functions, one by one.
var (
	BenjaminiHochberg = benjaminiHochberg
	Limits            = limits
)

// ProfileOf returns the ambient profile that the sums of ambient molecules make, and how
// likely a column is by it.
func ProfileOf(sums []int64, seen []bool) (p []float64, logLikelihood func(total int64, rows []int32, values []uint32) float64) {
	profile := estimateProfile(sums, seen)
	return profile.p, profile.logLikelihood
}
