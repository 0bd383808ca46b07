package main

import (
	"context"
	"errors"

	"github.com/goloom/loom/hdf5"
	"github.com/spf13/cobra"
)

var loomConvert = convertFormat{
	name:       "loom",
	extensions: []string{".loom"},
	short:      "a copy without free space",
	bind:       func(*cobra.Command) convertFunc { return convertToLoom },
}

func convertToLoom(ctx context.Context, r convertRequest) ([]string, error) {
	if r.layer != "" {
		return nil, errors.New("--layer: a copy has all layers; 'loom combine --layer' makes a file of one")
	}
	return nil, hdf5.Repack(ctx, r.conn.File(), r.out, hdf5.RepackOptions{})
}
