// Command loom looks into Loom files and changes them: annotated matrices of
// genes and cells.
//
// Run "loom help" for its commands and "loom help COMMAND" for one of them.
// Each lives in the file of its name. What they print is data, on standard output;
// messages go to standard error.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal stops the command in an orderly way, a second one at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
