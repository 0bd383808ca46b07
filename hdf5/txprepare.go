package hdf5

import (
	"context"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// This file makes datasets whose values are encoded while the transaction does other things.

// A Prepared dataset is one that is to be made: see [Tx.Prepare].
type Prepared struct {
	spec  DatasetSpec
	whole *plan  // of the dataset as it will be, without a place in the file
	raw   []byte // its values as they are stored

	cancel  context.CancelFunc
	done    chan struct{}  // closed when the chunks are encoded, or err says why not
	encoded []encodedChunk // nil before
	err     error
}

// Prepare begins to encode the values of a dataset, which [Tx.CreatePrepared] makes, and does not
// wait for that: the transaction goes on meanwhile. One dataset is encoded after the other, on one goroutine, until
// ctx or the transaction ends. The errors are those of [Tx.CreateDataset] and [Tx.Write]; some come only when the
// dataset is made.
//
// Until then values must not be changed, and all of what is stored of them is in memory.
func (tx *Tx) Prepare(ctx context.Context, spec DatasetSpec, values *Array) (*Prepared, error) {
	p, err := tx.prepare(spec, values)
	if err != nil {
		return nil, tx.f.fail("", err)
	}
	ctx, p.cancel = context.WithCancel(ctx)
	var before <-chan struct{}
	if n := len(tx.prepared); n > 0 {
		before = tx.prepared[n-1].done
	}
	tx.prepared = append(tx.prepared, p)
	go func() {
		defer close(p.done)
		if before != nil {
			<-before
		}
		p.encode(ctx)
	}()
	return p, nil
}

// prepare is Prepare but for the encoding of chunks. What is of variable length is stored.
func (tx *Tx) prepare(spec DatasetSpec, values *Array) (*Prepared, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if spec.Chunks == nil {
		return nil, fmt.Errorf("dataset without chunks cannot be prepared: %w", ErrSelection)
	}
	var err error
	if spec.Type, err = tx.fit(spec.Type); err != nil {
		return nil, err
	}
	messages, err := tx.datasetMessages(spec)
	if err != nil {
		return nil, err
	}
	d, err := newDataset(object{file: tx.f}, &format.Header{Version: 1, RefCount: 1, Messages: messages})
	if err != nil {
		return nil, err
	}
	p := &Prepared{spec: spec, done: make(chan struct{})}
	p.whole, p.raw, err = tx.planWrite(d, values, nil)
	return p, err
}

// encode encodes the chunks, on this goroutine alone.
func (p *Prepared) encode(ctx context.Context) {
	p.whole.inTurn = true
	p.err = p.whole.encode(ctx, p.whole.putIn(p.raw), func(e encodedChunk) error {
		p.encoded = append(p.encoded, e)
		return nil
	})
	p.raw = nil
}

// CreatePrepared makes a dataset that Prepare has prepared in this transaction, with its values, when these are
// encoded. It can be made once; otherwise, this is [Tx.CreateDataset] and [Tx.Write].
func (tx *Tx) CreatePrepared(name string, p *Prepared) error {
	return tx.f.fail(name, tx.createPrepared(name, p))
}

func (tx *Tx) createPrepared(name string, p *Prepared) error {
	i := slices.Index(tx.prepared, p)
	if i < 0 {
		return fmt.Errorf("dataset that was not prepared in this transaction, or has been made: %w", ErrSelection)
	}
	<-p.done
	if p.err != nil {
		return p.err
	}
	if err := tx.createDataset(name, p.spec); err != nil {
		return err
	}
	p.cancel()
	tx.prepared = slices.Delete(tx.prepared, i, i+1)
	d := p.whole.d
	stored, err := tx.storeEncoded(p.encoded)
	if err != nil || len(stored) == 0 {
		return err
	}
	layout, err := tx.reindex(d, d.space.dims, stored)
	if err != nil {
		return err
	}
	return tx.relayout(name, layout)
}

// endPrepared ends the encoding of datasets that have not been made, and waits for that.
func (tx *Tx) endPrepared() {
	for _, p := range tx.prepared {
		p.cancel()
	}
	for _, p := range tx.prepared {
		<-p.done
	}
}
