package storage

// syncAheadBytes is how much must have been written for SyncAhead to be worth its while.
const syncAheadBytes = 2 << 20

// SyncAhead begins to make durable what has been written so far, if that is much, and does not wait
// for it: Commit does, and then has less to wait for. In the meantime the transaction goes on. That more is
// durable than needs to be does no harm: nothing leads there before Commit.
func (t *Tx) SyncAhead() {
	if t.done || t.unsynced < syncAheadBytes || !t.syncedAhead(false) {
		return
	}
	t.unsynced = 0
	ahead := make(chan error, 1)
	t.ahead = ahead
	go func() { ahead <- t.volume.file.Sync() }()
}

// syncedAhead reports whether what SyncAhead has begun, if it has, is over; wait makes sure of that. If it
// has failed, so does the transaction: asked again, some systems would say that all is well.
func (t *Tx) syncedAhead(wait bool) bool {
	if t.ahead == nil {
		return true
	}
	if !wait && len(t.ahead) == 0 {
		return false
	}
	_ = t.fail(<-t.ahead)
	t.ahead = nil
	return true
}
