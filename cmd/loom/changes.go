package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A changed is a part that has changed, and when.
type changed struct {
	Path string `json:"path"`
	Time string `json:"time"`
}

func newChangesCommand() *cobra.Command {
	var since string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "changes FILE [--since TIME]",
		Short: "List what has changed since a time",
		Long: `changes lists the parts of a file that have changed after a time, with the time of
their last change in UTC: a line PATH<TAB>TIME for each. Without --since it lists all parts that
have such a time. Parts without one, which other programs may have changed, are not listed.

TIME is a date, with or without a time of day, in UTC unless it says otherwise, or so long ago:
  2026-01-31   2026-01-31T15:04   2026-01-31T15:04:05Z   2026-01-31T15:04:05+01:00
  20260131T150405.000000Z (as in the file)   90m   36h   7d

With --json it prints one object with the keys filename, last_modified (of the file as a whole),
and changes: a list of objects with the keys path and time.`,
		Example: `  loom changes cells.loom --since 2026-01-31
  loom changes cells.loom --since 7d --json`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			after, err := parseTime(since, time.Now())
			if err != nil {
				return err
			}
			conn, _, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			found, err := changesSince(conn, after)
			if err != nil {
				note(cmd, "%v", err)
			}
			last, err := conn.LastModified()
			if err != nil {
				note(cmd, "%v", err)
			}
			if asJSON {
				return encodeJSON(cmd.OutOrStdout(), struct {
					Filename     string    `json:"filename"`
					LastModified *string   `json:"last_modified"`
					Changes      []changed `json:"changes"`
				}{args[0], timeText(last), found})
			}
			lines := newLines(cmd.OutOrStdout())
			for _, c := range found {
				lines.text(c.Path)
				lines.tab()
				lines.text(c.Time)
				if err := lines.end(); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "list changes after `TIME`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// timeLayouts are the forms that a time may have, besides that of a duration.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "20060102T150405.999999Z",
}

// parseTime understands a time, or a duration before now. No text is a time before
// all others.
func parseTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	hours := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		hours = days + "h"
	}
	ago, err := time.ParseDuration(hours)
	if err != nil || ago < 0 {
		return time.Time{}, fmt.Errorf("--since %q, want a time such as 2026-01-31, 2026-01-31T15:04:05Z, 36h or 7d", text)
	}
	if hours != text {
		ago *= 24
	}
	return now.Add(-ago), nil
}

// timeText returns a time in UTC, nil if there is none.
func timeText(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format("2006-01-02T15:04:05.000000Z")
	return &text
}

// changesSince returns the parts that have changed. The error is about times that
// cannot be read.
func changesSince(conn *loom.Conn, since time.Time) ([]changed, error) {
	changes, err := conn.ChangesSince(since)
	found := []changed{}
	for _, kind := range []struct {
		part  part
		names []string
	}{
		{part{kind: layerPart}, changes.Layers},
		{part{kind: attributePart, axis: loom.Rows}, changes.RowAttrs},
		{part{kind: attributePart, axis: loom.Columns}, changes.ColAttrs},
		{part{kind: graphPart, axis: loom.Rows}, changes.RowGraphs},
		{part{kind: graphPart, axis: loom.Columns}, changes.ColGraphs},
	} {
		for _, name := range kind.names {
			p := kind.part
			p.name = name
			if last := timeText(p.lastModified(conn)); last != nil {
				found = append(found, changed{p.String(), *last})
			}
		}
	}
	return found, err
}

// lastModified returns the time of the last change of a part that has one.
func (p part) lastModified(conn *loom.Conn) time.Time {
	var t time.Time
	switch p.kind {
	case layerPart:
		if layer, err := conn.Layer(p.name); err == nil {
			t, _ = layer.LastModified() // which could be read a moment ago
		}
	case attributePart:
		t, _ = attributesOf(conn, p.axis).LastModified(p.name)
	case graphPart:
		t, _ = graphsOf(conn, p.axis).LastModified(p.name)
	}
	return t
}
