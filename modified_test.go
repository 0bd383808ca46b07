package loom

import (
	"errors"
	"testing"
	"time"
)

func TestParseTimestamp(t *testing.T) {
	want := time.Date(2018, 8, 30, 18, 5, 49, 830973000, time.UTC)
	for _, values := range []*Array{
		mustArray(t, []string{"20180830T180549.830973Z"}),
		mustArray(t, []string{"20180830T180549.830973Z", "more"}),
	} {
		if got, err := parseTimestamp(values, nil); err != nil || !got.Equal(want) {
			t.Errorf("%v: %v, %v", values.Data(), got, err)
		}
	}
	for _, test := range []struct {
		values *Array
		want   error
	}{
		{mustArray(t, []string{"yesterday"}), ErrInvalid},
		{mustArray(t, []string{""}), ErrInvalid},
		{mustArray(t, []string{}), ErrType},
		{mustArray(t, []int64{20180830}), ErrType},
	} {
		if _, err := parseTimestamp(test.values, nil); !errors.Is(err, test.want) {
			t.Errorf("%v: %v, want %v", test.values.Data(), err, test.want)
		}
	}
}
