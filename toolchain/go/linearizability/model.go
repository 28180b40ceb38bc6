package main

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// register is the state of one key.
type register struct {
	present bool
	value   string
	// The revision of the last change, where known says so; else the last one that was known, which it is above.
	revision int64
	known    bool
}

// changed is the register after a change, or false when its revision is not above the one before.
func (r register) changed(present bool, value string, revision int64) (bool, register) {
	if revision == 0 {
		return true, register{present: present, value: value, revision: r.revision}
	}
	return revision > r.revision, register{present: present, value: value, revision: revision, known: true}
}

// seen is the register once a revision has been seen on it, or false when it can't be at that revision.
func (r register) seen(revision int64) (bool, register) {
	if revision == 0 {
		return true, r
	}
	if r.known {
		return r.revision == revision, r
	}
	after := r
	after.revision, after.known = revision, true
	return revision > r.revision, after
}

func (r register) holds(value *string) bool {
	if value == nil {
		return !r.present
	}
	return r.present && r.value == *value
}

// step tells whether an operation can have its outcome on this state, and gives the state after it. That an operation
// of unknown outcome never takes effect needs no step of its own: nothing is after the end of time, where it returns.
func step(state, input, _ any) (bool, any) {
	before := state.(register)
	done := input.(*entry)
	var revision int64
	if done.Result != nil {
		revision = done.Result.Revision
	}
	switch done.Kind {
	case read:
		return same(before, before.holds(done.Result.Value), revision)
	case write:
		return changed(before, true, *done.Value, revision)
	case cas:
		holds := before.holds(done.Expected)
		if done.Outcome == unknown {
			if !holds {
				return true, before
			}
			return changed(before, true, *done.Value, 0)
		}
		if !done.applied() {
			return !holds, before
		}
		if !holds {
			return false, before
		}
		return changed(before, true, *done.Value, revision)
	default:
		if done.Outcome == unknown {
			if !before.present {
				return true, before
			}
			return changed(before, false, "", 0)
		}
		if !done.applied() {
			return !before.present, before
		}
		if !before.present {
			return false, before
		}
		return changed(before, false, "", revision)
	}
}

func changed(before register, present bool, value string, revision int64) (bool, any) {
	possible, after := before.changed(present, value, revision)
	return possible, after
}

func same(before register, possible bool, revision int64) (bool, any) {
	if !possible || !before.present {
		return possible, before
	}
	fits, after := before.seen(revision)
	return fits, after
}

// model is a register with compare-and-set, absent at first.
var model = porcupine.Model{
	Init:              func() any { return register{} },
	Step:              step,
	DescribeOperation: func(input, _ any) string { return describe(input.(*entry)) },
	DescribeState: func(state any) string {
		held := state.(register)
		if !held.present {
			return "absent"
		}
		return held.value
	},
}

func describe(done *entry) string {
	text := done.Kind
	if done.Kind == cas {
		text += " " + quoted(done.Expected) + " to"
	}
	if done.Value != nil {
		text += " " + quoted(done.Value)
	}
	if done.Outcome != succeeded {
		return text + ": " + done.Outcome
	}
	if done.Kind == read {
		text += " found " + quoted(done.Result.Value)
	} else if !done.applied() {
		return text + ": not applied"
	}
	if done.Result != nil && done.Result.Revision != 0 {
		text += fmt.Sprintf(" at %d", done.Result.Revision)
	}
	return text
}

func quoted(value *string) string {
	if value == nil {
		return "nothing"
	}
	return fmt.Sprintf("%q", *value)
}
