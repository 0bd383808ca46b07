package bus

// InBatchesOf returns the options with another number of reads that are sorted at once.
func (o Options) InBatchesOf(reads int) Options {
	o.batch = reads
	return o
}
