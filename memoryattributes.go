package loom

import (
	"context"
	"time"
)

// memoryAttributes are the attributes of a view.
type memoryAttributes map[string]*Array

func (m memoryAttributes) stat(name string) AttributeInfo {
	values := m[name]
	return AttributeInfo{Name: name, Type: values.Type(), Shape: values.Shape()}
}

func (m memoryAttributes) read(_ context.Context, name string) (*Array, error) {
	return m[name], nil
}

func (m memoryAttributes) readAt(_ context.Context, name string, positions Selector) (*Array, error) {
	values := m[name]
	at, err := positions.Positions(values.Shape()[0])
	if err != nil {
		return nil, err
	}
	return values.Select(at)
}

func (m memoryAttributes) lastModified(string) (time.Time, error) { return time.Time{}, nil }
