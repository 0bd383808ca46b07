package loom

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// specVersionName is the name of the attribute that holds the version of the
// Loom specification that a file follows.
const specVersionName = "LOOM_SPEC_VERSION"

// specVersion returns the version that the file claims to follow: that of the
// root group's attribute, where files before 3.0.0 have it, or else that of the
// dataset in /attrs. Like loompy it takes "0.0.0" for none.
func specVersion(f *hdf5.File) string {
	if attribute, err := f.Root().Attribute(specVersionName); err == nil {
		if version, ok := firstText(attribute.Read()); ok {
			return version
		}
	}
	if dataset, err := f.Dataset("/attrs/" + specVersionName); err == nil {
		if version, ok := firstText(dataset.Read(context.Background())); ok {
			return version
		}
	}
	return "0.0.0"
}

// firstText returns the first string of an array that has just been read; R's
// writers store an array of one string.
func firstText(a *Array, err error) (string, bool) {
	if err != nil {
		return "", false
	}
	texts, err := a.Strings()
	if err != nil || len(texts) == 0 {
		return "", false
	}
	return texts[0], true
}

// compareVersions orders versions by their numbers: it is negative if a comes
// before b. A number that is missing, or is not one, counts as 0.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		if c := cmp.Compare(versionPart(as, i), versionPart(bs, i)); c != 0 {
			return c
		}
	}
	return 0
}

// isOld reports whether a version comes before 3.0.0, which moved global
// attributes to a group and made strings UTF-8.
func isOld(version string) bool { return compareVersions(version, "3.0.0") < 0 }

func versionPart(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(parts[i]))
	if err != nil {
		return 0
	}
	return n
}
