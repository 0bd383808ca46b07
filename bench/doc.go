// Command bench measures the operations of package loom beside those of
// Python's loompy, on the same generated files:
//
//	go run ./bench -genes 20000 -cells 10000 -runs 3 -json bench.json
//
// It generates the files, with loompy has them stored as loompy stores them,
// runs every operation several times here and in loompy, alternating, each time
// in a fresh process, and prints the medians of the seconds and of the peak
// memory, how many times faster than loompy this is, and whether that is as much
// as it has to be. The default shape is small, to try it out: the bars are for
// 20,000 genes and 10,000 cells.
//
// A process measures the operation alone, without its start and the opening of
// the file, but for the row that says otherwise; the peak memory is that of the
// whole process, as Linux counts it. What is measured on both sides:
// operations.go and operations.py have an entry of the same name for each row.
// Changes here are durable when they return, and loompy's are not. Before each process,
// of either side, the disk is waited for (sync), so that none pays for what the one before has left.
//
//	go run ./bench -memory
//
// runs the operations that go from file to file on 20,000 genes and 30,000 cells,
// unless -genes and -cells say otherwise, without loompy, and prints the peak
// memory of each and whether it is below 400 MB (of 10^6 bytes). All of the file
// is exported, as text that nobody keeps, so that the disk is not what is measured.
//
//	go run ./bench -genes 20000 -sweep 2000,10000,30000
//
// measures the operations of the comparison for each of these numbers of cells, here with 1, 2
// and 4 processors, and prints how the seconds grow and fall.
//
// The package has:
//
//	main.go        the flags
//	shape.go       how large the files are
//	counts.go      random counts that resemble those of single cells
//	attributes.go  the attributes of the genes and the cells
//	files.go       the files that are made of them
//	prepare.go     making those that are missing from the folder -dir
//	operations.go  what is measured, and the bars
//	reading.go     the operations that read
//	writing.go     the operations that write
//	measure.go     measuring one of them once
//	process.go     the processes in which that happens
//	operations.py  the same operations in loompy
//	compare.go     the table of both
//	sweep.go       the table of growth
//	memory.go      the table of peak memory
//	machine.go     where it was measured
//	report.go      what the tables have in common
package main
