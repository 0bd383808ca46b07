// Package crashtest has only tests. They drive whole operations on Loom files
// onto the file system of package crashfs, which is why they lie below hdf5, and
// look at what a crash, a full disk or a kill leaves of the files.
//
// An operation that changes or makes a file belongs into the list in
// operations_test.go.
package crashtest
