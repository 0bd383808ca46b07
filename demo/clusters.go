package demo

// A cluster is a type of cell.
type cluster struct {
	name    string
	share   float64 // of all cells
	size    float64 // total of a cell, in that of a typical one
	markers []string

	// Where its cells lie in the embedding, and how far they spread along an
	// axis that is turned by an angle, and across it.
	x, y, along, across, angle float64
}

// clusters are those of human blood. Clusters that are alike are near each other.
var clusters = []cluster{
	{
		name: "CD4 T cell", share: 0.32, size: 0.9, x: -5, y: 4, along: 1.5, across: 0.7, angle: 0.4,
		markers: []string{"IL7R", "CD3D", "CD3E", "LTB", "CCR7", "LEF1", "TCF7", "MAL"},
	},
	{
		name: "CD14 monocyte", share: 0.2, size: 1.4, x: 7, y: -2, along: 1.3, across: 0.9, angle: 1.1,
		markers: []string{"CD14", "LYZ", "S100A8", "S100A9", "FCN1", "VCAN", "CSTA", "MNDA"},
	},
	{
		name: "CD8 T cell", share: 0.15, size: 0.9, x: -7.5, y: 0.5, along: 1.2, across: 0.6, angle: -0.6,
		markers: []string{"CD8A", "CD8B", "GZMK", "CD3G", "CCL5", "KLRG1", "CST7", "DUSP2"},
	},
	{
		name: "B cell", share: 0.13, size: 1, x: -1, y: -7, along: 1.1, across: 0.8, angle: 0.2,
		markers: []string{"MS4A1", "CD79A", "CD79B", "BANK1", "CD19", "TCL1A", "IGHM", "VPREB3"},
	},
	{
		name: "NK cell", share: 0.1, size: 0.95, x: -8, y: -4, along: 1, across: 0.6, angle: 0.9,
		markers: []string{"GNLY", "NKG7", "KLRD1", "PRF1", "GZMB", "FGFBP2", "SPON2", "KLRF1"},
	},
	{
		name: "FCGR3A monocyte", share: 0.05, size: 1.3, x: 6, y: 2.5, along: 0.7, across: 0.5, angle: -0.3,
		markers: []string{"FCGR3A", "MS4A7", "CDKN1C", "RHOC", "LST1", "IFITM3", "SIGLEC10", "HES4"},
	},
	{
		name: "Dendritic cell", share: 0.03, size: 1.6, x: 9.5, y: -5.5, along: 0.6, across: 0.4, angle: 0.7,
		markers: []string{"FCER1A", "CLEC10A", "CD1C", "ENHO", "CLIC2", "NDRG2", "PKIB", "GPAT3"},
	},
	{
		name: "Platelet", share: 0.02, size: 0.4, x: 2, y: 8, along: 0.5, across: 0.3, angle: 0,
		markers: []string{"PPBP", "PF4", "GNG11", "TUBB1", "GP9", "ITGA2B", "CLU", "SDPR"},
	},
}

// Genes that all cells express much of.
var housekeeping = []string{
	"MALAT1", "B2M", "ACTB", "TMSB4X", "EEF1A1", "TPT1", "GAPDH", "FTL", "FTH1", "RPL13", "RPL10",
	"RPLP1", "RPS27", "RPS2", "RPS12", "RPL32", "RPS18", "RPL41", "UBA52", "PTMA", "FAU", "TMSB10",
}

// Genes of mitochondria: more of them is a sign of a dying cell.
var mitochondrial = []string{
	"MT-CO1", "MT-CO2", "MT-CO3", "MT-ATP6", "MT-ND1", "MT-ND2", "MT-ND3", "MT-ND4", "MT-ND5", "MT-CYB",
}

// quotas returns how many of n cells each cluster has: its share, and at least
// one each of the first clusters, so that the numbers of those that occur have no gap.
func quotas(n int) []int {
	counts := make([]int, len(clusters))
	left := n
	for c := range clusters {
		if left > 0 {
			counts[c]++
			left--
		}
	}
	given := 0
	for c := range clusters {
		more := int(clusters[c].share * float64(left))
		counts[c] += more
		given += more
	}
	counts[0] += left - given
	return counts
}
