package loom

import "slices"

// A globalMerge is what becomes of the global attributes of the sources.
type globalMerge struct {
	values    map[string]*Array   // of the result
	converted map[string][]*Array // what become column attributes: of each source the value, nil for none
}

// ownGlobals are the attributes that every file sets for itself.
var ownGlobals = []string{specVersionName, timestampName}

// creationName is the global attribute that says when a file was made.
const creationName = "CreationDate"

// mergeGlobals finds out what becomes of the global attributes.
func (c *combination) mergeGlobals() (globalMerge, error) {
	m := globalMerge{values: map[string]*Array{}, converted: map[string][]*Array{}}
	for _, name := range c.attributeNames(func(s *mergeSource) []string { return s.attrs.names }) {
		if slices.Contains(ownGlobals, name) {
			continue
		}
		values, err := c.globalValues(name)
		if err != nil {
			return m, err
		}
		differ := slices.ContainsFunc(values, func(v *Array) bool {
			return v == nil || values[0] == nil || !sameValues(values[0], v)
		})
		if differ && c.settings.convert {
			m.converted[name] = values
			continue
		}
		if values[0] != nil {
			m.values[name] = values[0]
		}
		if differ && c.settings.attrs[name] == nil && name != creationName {
			c.loseGlobals(name, values)
		}
	}
	for name, value := range c.settings.attrs {
		m.values[name] = value
	}
	return m, nil
}

// globalValues returns the values that the sources have of a global attribute, nil
// for those that have none, or none that can be written.
func (c *combination) globalValues(name string) ([]*Array, error) {
	values := make([]*Array, len(c.sources))
	for i, s := range c.sources {
		if !s.attrs.Has(name) {
			continue
		}
		value, err := s.attrs.Get(name)
		if err != nil {
			return nil, err
		}
		if !isPlain(value.Type()) || checkName(name) != nil {
			c.lose(s, globalLoss, name, "it has values of type %s, or a name that cannot be had", value.Type())
			continue
		}
		if values[i], err = normalized(value); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// loseGlobals notes which sources have a value that the first does not have.
func (c *combination) loseGlobals(name string, values []*Array) {
	first := c.sources[0].filename
	for i, s := range c.sources {
		switch {
		case i == 0 || values[i] == nil:
		case values[0] == nil:
			c.lose(s, globalLoss, name, "%s lacks it", first)
		case !sameValues(values[0], values[i]):
			c.lose(s, globalLoss, name, "it differs from that of %s", first)
		}
	}
}
