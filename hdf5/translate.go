package hdf5

import (
	"bytes"
	"fmt"
	"math"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A translator turns elements of one dataset, as they are stored there, into
// those of another. The values may be changed; the result is valid until the
// scratch is used again.
type translator func(values []byte, s *numberScratch) ([]byte, error)

// translator returns what turns the numbers of d into elements of type t, nil if
// they are stored alike. Numbers that t cannot hold are errors; see
// convertExactly.
func (d *Dataset) translator(t *Datatype) (translator, error) {
	same, err := d.storedLike(t)
	if err != nil || same {
		return nil, err
	}
	switch t.name {
	case "int8":
		return translatorTo[int8](d, t), nil
	case "int16":
		return translatorTo[int16](d, t), nil
	case "int32":
		return translatorTo[int32](d, t), nil
	case "int64":
		return translatorTo[int64](d, t), nil
	case "uint8":
		return translatorTo[uint8](d, t), nil
	case "uint16":
		return translatorTo[uint16](d, t), nil
	case "uint32":
		return translatorTo[uint32](d, t), nil
	case "uint64":
		return translatorTo[uint64](d, t), nil
	case "float16", "float32":
		return translatorTo[float32](d, t), nil
	case "float64":
		return translatorTo[float64](d, t), nil
	}
	return nil, fmt.Errorf("%s values for elements of type %s: %w", d.dtype, t, ErrType)
}

// storedLike reports whether elements of d are stored as those of type t are.
func (d *Dataset) storedLike(t *Datatype) (bool, error) {
	if d.dtype.name != t.name || d.width != t.width() {
		return false, nil
	}
	mine, err := format.EncodeDatatype(d.dtype.stored(), d.file.sb.Sizes)
	if err != nil {
		return false, err
	}
	others, err := format.EncodeDatatype(t.stored(), d.file.sb.Sizes)
	return bytes.Equal(mine, others), err
}

func translatorTo[T Number](d *Dataset, t *Datatype) translator {
	return func(values []byte, s *numberScratch) ([]byte, error) {
		to, err := convertNumbers[T](d, values, s, true)
		if err != nil {
			return nil, err
		}
		if t.class == Float && !t.plain() {
			if err := checkHalves(any(to).([]float32)); err != nil {
				return nil, err
			}
		}
		return encodeNumbers(t, to, len(to))
	}
}

// checkHalves refuses numbers that become infinite as float16.
func checkHalves(values []float32) error {
	const bound = 65520 // the least that is rounded to infinity
	for _, v := range values {
		if m := math.Abs(float64(v)); m >= bound && !math.IsInf(m, 0) {
			return fmt.Errorf("value %v cannot be held by elements of type float16: %w", v, ErrType)
		}
	}
	return nil
}
