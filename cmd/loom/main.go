// Command loom looks into Loom files: annotated matrices of genes and cells.
//
// Run "loom help" for its commands and "loom help COMMAND" for one of them.
// Each lives in the file of its name. What they print is data, on standard output;
// messages go to standard error.
package main

import (
	"context"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	// The first interrupt stops the command in an orderly way, a second one at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
