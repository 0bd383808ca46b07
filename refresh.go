package loom

import (
	"errors"
	"fmt"
)

// Refresh makes the newest state of the file the connection's own: what others
// have changed since it was opened, or refreshed, also if they have replaced the
// file by another of its name. Until then a connection that is [ReadOnly] shows
// the state that it was opened on, whatever happens to the file.
//
// Managers, layers and all else that was obtained before go on reading the state
// that they are of. The new state is validated as the first was. If that fails, or anything
// else, the connection stays on its old state.
//
// A connection that is [ReadWrite] always shows the newest state, and Refresh
// does nothing. One of [OpenReader] cannot look for a newer one, which is an error that
// wraps [errors.ErrUnsupported]. It reads the headers of everything in the file,
// and no values of layers.
func (c *Conn) Refresh() error {
	if c.closed.Load() {
		return fmt.Errorf("%s: %w", c.filename, ErrClosed)
	}
	if c.editor != nil {
		return nil
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	file, err := c.now().file.Refresh()
	if errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("%s: opened by a reader and not by its path, there is nothing to refresh from: %w", c.filename, errors.ErrUnsupported)
	}
	if err != nil {
		return err
	}
	state, err := c.examine(file)
	if err != nil {
		return err
	}
	c.state.Store(state)
	return nil
}
