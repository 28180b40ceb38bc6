package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// Kinds of operations.
const (
	read   = "read"
	write  = "write"
	cas    = "cas"
	remove = "delete"
)

// Outcomes of operations.
const (
	succeeded = "ok"
	failed    = "failed"
	unknown   = "unknown"
)

// entry is one line of a history: a call of one client and how it ended.
type entry struct {
	Client   *int    `json:"client"`
	Kind     string  `json:"kind"`
	Key      string  `json:"key"`
	Value    *string `json:"value,omitempty"`
	Expected *string `json:"expected,omitempty"`
	Call     *int64  `json:"call"`
	Return   *int64  `json:"return,omitempty"`
	Outcome  string  `json:"outcome"`
	Result   *result `json:"result,omitempty"`
	Node     string  `json:"node,omitempty"`
	line     int
}

// result is what an operation that ended well answered.
type result struct {
	// What a read found; absent where there was no such key.
	Value *string `json:"value,omitempty"`
	// Whether a cas or a delete changed anything. A write always does.
	Applied *bool `json:"applied,omitempty"`
	// Of the key after the operation; 0 or absent where it is not known.
	Revision int64 `json:"revision,omitempty"`
}

// applied tells whether an operation that ended well has changed its key.
func (e *entry) applied() bool {
	return e.Kind == write || (e.Result != nil && e.Result.Applied != nil && *e.Result.Applied)
}

// readHistory reads one entry a line. Empty lines are left out.
func readHistory(source io.Reader) ([]*entry, error) {
	var entries []*entry
	reader := bufio.NewReaderSize(source, 1<<20)
	for line := 1; ; line++ {
		text, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(text)) > 0 {
			parsed, problem := parseEntry(text)
			if problem != nil {
				return nil, fmt.Errorf("line %d: %w", line, problem)
			}
			parsed.line = line
			entries = append(entries, parsed)
		}
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func parseEntry(text []byte) (*entry, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var parsed entry
	if err := decoder.Decode(&parsed); err != nil {
		return nil, fmt.Errorf("not an operation: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("not an operation: more than one value on the line")
	}
	return &parsed, parsed.validate()
}

func (e *entry) validate() error {
	if e.Client == nil || *e.Client < 0 {
		return errors.New("client must be a whole number from 0")
	}
	if e.Key == "" {
		return errors.New("key is missing")
	}
	if e.Call == nil || *e.Call < 0 {
		return errors.New("call must be a time in ns, from 0")
	}
	if err := e.validateOutcome(); err != nil {
		return err
	}
	switch e.Kind {
	case read:
		if e.Outcome == succeeded && e.Result == nil {
			return errors.New("a read with outcome ok needs its result")
		}
	case write:
		if e.Value == nil {
			return errors.New("a write needs its value")
		}
	case cas:
		if e.Value == nil {
			return errors.New("a cas needs its value")
		}
		return e.validateApplied()
	case remove:
		return e.validateApplied()
	default:
		return fmt.Errorf("kind must be read, write, cas or delete, got %q", e.Kind)
	}
	return nil
}

func (e *entry) validateOutcome() error {
	switch e.Outcome {
	case succeeded, failed:
		if e.Return == nil || *e.Return < *e.Call {
			return fmt.Errorf("return must be a time in ns that is no earlier than call, with outcome %s", e.Outcome)
		}
	case unknown:
		// Its effect may come at any time later, or never.
		never := int64(math.MaxInt64)
		e.Return = &never
	default:
		return fmt.Errorf("outcome must be ok, failed or unknown, got %q", e.Outcome)
	}
	return nil
}

func (e *entry) validateApplied() error {
	if e.Outcome == succeeded && (e.Result == nil || e.Result.Applied == nil) {
		return fmt.Errorf("a %s with outcome ok needs result.applied", e.Kind)
	}
	return nil
}
