// Package loom reads and changes Loom files: one HDF5 file that holds a large annotated
// matrix, with a row for each gene and a column for each cell.
//
// A file is opened with [Open] to read it, or with [Connect] in loompy's default
// mode, and has
//
//   - layers: the main matrix, whose name is "", and others of the same shape,
//   - row and column attributes: arrays with one element for each row or column,
//   - row and column graphs: weighted edges between rows or between columns,
//   - global attributes.
//
// For example:
//
//	ds, err := loom.Open("cells.loom")
//	if err != nil {
//		return err
//	}
//	defer ds.Close()
//	genes, err := ds.RowAttrs().Strings("Gene")
//	if err != nil {
//		return err
//	}
//	means, err := ds.Map(ctx, loom.Rows, loom.Mean, loom.Std)
//	if err != nil {
//		return err
//	}
//	for b, err := range ds.Scan(ctx, loom.Columns, loom.BatchSize(1000)) {
//		...
//	}
//
// # Changes
//
// A file that is open with [Connect] is changed through what it is read with:
// [Attributes.Set], [GlobalAttributes.Set], [Layers.Set], [Layer.Write],
// [Graphs.Set] and their Delete, and [Conn.AddColumns]. Each is a transaction:
// after a crash at whatever instant the file holds all of it or nothing.
// [Conn.Update] makes one of several changes. [Create] and [New] make new files.
// [Combine] makes one file of several, or of part of one, and [Conn.AddLoom] adds one
// file to another; both go from file to file, whatever the files' size.
//
//	err = ds.Update(ctx, func(tx *loom.Tx) error {
//		if err := tx.ColAttrs().Set("Clusters", clusters); err != nil {
//			return err
//		}
//		return tx.ColAttrs().Delete("ClusterID")
//	})
//
// What is stored is what loompy would store, in the dialect of the file's own
// version of the specification. Each change is noted, as a time, on the object, its
// group and the file: see [Conn.ChangesSince].
//
// # Memory and cost
//
// Opening a file reads what names and describes its parts, none of the values.
// [Conn.Scan], [Conn.Map] and [Conn.Sparse] read a file piece by piece, decode
// the pieces in parallel, and take memory for a batch, or for the result, not
// for the file. [Conn.View], [Layer.Read] and [Attributes.Get] hold what they
// return, and nothing is cached behind them: keep what you use twice.
//
// Values keep the type that the file has for them; see [hdf5.Array]. The
// functions that end in As convert.
//
// # Selections
//
// Rows and columns are picked by a [Selector]: [All], [At], [Range], [Strided],
// [Indices] or [Mask]. Positions count from 0, and those outside the axis are an
// error. No selector drops an axis: a single row is a matrix of one row.
//
// # Old files
//
// Files of the specification before 3.0.0 are read alike, although they keep
// global attributes on the HDF5 root group, store strings as ASCII with XML
// entities, and may name their graphs row_edges and col_edges.
//
// # Files that break the specification
//
// Open checks the file against the specification and returns a
// [*ValidationError] that lists every violation. With [SkipValidation] it opens
// the file regardless; [Conn.Problems] tells what cannot be used.
//
// # Concurrency
//
// A [Conn], a [View] and everything that comes from them are safe for
// concurrent use. Results do not depend on the number of processors.
package loom
