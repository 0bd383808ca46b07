package main

import (
	"encoding/json"
	"fmt"
	"os"
)

const megabyte = 1e6

// String has the seconds and the megabytes.
func (m measurement) String() string {
	return fmt.Sprintf("%.4f / %.0f", m.Seconds, float64(m.Peak)/megabyte)
}

// verdict says whether a bar holds, or that there is none.
func verdict(holds *bool) string {
	switch {
	case holds == nil:
		return "-"
	case *holds:
		return "yes"
	}
	return "NO"
}

// writeJSON writes results to a file, unless path is empty.
func writeJSON(path string, results any) error {
	if path == "" {
		return nil
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o666)
}
