# Targets of "make"; everything else is the go tool's.

.PHONY: build man

# The command, in build/.
build:
	CGO_ENABLED=0 go build -trimpath -o build/loom ./cmd/loom

# Manual pages of the command and its subcommands, in build/man.
man:
	CGO_ENABLED=0 go run -tags manpages ./cmd/loom manpages build/man
