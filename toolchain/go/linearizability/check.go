package main

import (
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// violation is a key whose history no order of its operations explains.
type violation struct {
	Key string `json:"key"`
	// How many operations of the key the longest order that could be found explains.
	Explained  int `json:"explained"`
	Operations int `json:"operations"`
	// The first ones that it doesn't explain, in the order of their returns, with the lines that they are on.
	Offending []offender `json:"offending"`
	// A page that shows the key's history, where one was asked for.
	Page string `json:"page,omitempty"`
}

type offender struct {
	Line      int    `json:"line"`
	Client    int    `json:"client"`
	Node      string `json:"node,omitempty"`
	Operation string `json:"operation"`
	Call      int64  `json:"call"`
	Return    *int64 `json:"return,omitempty"`
}

const offendersShown = 10

// report is what the checker prints.
type report struct {
	OK         bool        `json:"ok"`
	Keys       int         `json:"keys"`
	Operations int         `json:"operations"`
	Unknown    int         `json:"unknown"`
	Failed     int         `json:"failed"`
	Seconds    float64     `json:"seconds"`
	Undecided  []string    `json:"undecided,omitempty"`
	Violations []violation `json:"violations,omitempty"`
}

// byKey gives the operations of each key that may have had an effect or have seen something: a failed operation has
// not, and neither has a read that was not answered.
func byKey(entries []*entry) map[string][]porcupine.Operation {
	histories := map[string][]porcupine.Operation{}
	for _, done := range entries {
		if done.Outcome == failed || (done.Kind == read && done.Outcome != succeeded) {
			continue
		}
		histories[done.Key] = append(histories[done.Key], porcupine.Operation{
			ClientId: *done.Client, Input: done, Call: *done.Call, Return: *done.Return,
		})
	}
	return histories
}

// check judges each key by itself, several at a time, within the time limit for all.
func check(entries []*entry, limit time.Duration, pages string, parallel int) report {
	started := time.Now()
	deadline := started.Add(limit)
	histories := byKey(entries)
	outcome := report{Keys: len(histories), Operations: len(entries)}
	for _, done := range entries {
		if done.Outcome == unknown {
			outcome.Unknown++
		}
		if done.Outcome == failed {
			outcome.Failed++
		}
	}
	keys := make([]string, 0, len(histories))
	for key := range histories {
		keys = append(keys, key)
	}
	sort.Strings(keys)

	var lock sync.Mutex
	var group sync.WaitGroup
	queue := make(chan string)
	for range parallel {
		group.Add(1)
		go func() {
			defer group.Done()
			for key := range queue {
				verdict, found := checkKey(key, histories[key], deadline, pages)
				lock.Lock()
				if verdict == porcupine.Unknown {
					outcome.Undecided = append(outcome.Undecided, key)
				}
				if found != nil {
					outcome.Violations = append(outcome.Violations, *found)
				}
				lock.Unlock()
			}
		}()
	}
	for _, key := range keys {
		queue <- key
	}
	close(queue)
	group.Wait()
	sort.Strings(outcome.Undecided)
	sort.Slice(outcome.Violations, func(a, b int) bool { return outcome.Violations[a].Key < outcome.Violations[b].Key })
	outcome.OK = len(outcome.Violations) == 0 && len(outcome.Undecided) == 0
	outcome.Seconds = time.Since(started).Seconds()
	return outcome
}

func checkKey(key string, history []porcupine.Operation, deadline time.Time, pages string) (porcupine.CheckResult, *violation) {
	left := time.Until(deadline)
	if left <= 0 {
		return porcupine.Unknown, nil
	}
	verdict := porcupine.CheckOperationsTimeout(model, history, left)
	if verdict != porcupine.Illegal {
		return verdict, nil
	}
	// Once more, to know how far it came: that takes memory, so it isn't done for every key.
	_, details := porcupine.CheckOperationsVerbose(model, history, time.Until(deadline))
	found := explain(key, history, details)
	if pages != "" {
		found.Page = page(pages, key, details)
	}
	return verdict, &found
}

func explain(key string, history []porcupine.Operation, details porcupine.LinearizationInfo) violation {
	explained := map[int]bool{}
	for _, orders := range details.PartialLinearizations() {
		for _, order := range orders {
			if len(order) > len(explained) {
				explained = map[int]bool{}
				for _, position := range order {
					explained[position] = true
				}
			}
		}
	}
	var rest []*entry
	for position, operation := range history {
		if !explained[position] {
			rest = append(rest, operation.Input.(*entry))
		}
	}
	sort.SliceStable(rest, func(a, b int) bool { return *rest[a].Return < *rest[b].Return })
	found := violation{Key: key, Explained: len(explained), Operations: len(history)}
	for _, done := range rest[:min(len(rest), offendersShown)] {
		shown := offender{
			Line: done.line, Client: *done.Client, Node: done.Node, Operation: describe(done), Call: *done.Call,
		}
		if done.Outcome != unknown {
			shown.Return = done.Return
		}
		found.Offending = append(found.Offending, shown)
	}
	return found
}

func page(folder, key string, details porcupine.LinearizationInfo) string {
	file, err := os.CreateTemp(folder, "violation-*.html")
	if err != nil {
		return fmt.Sprintf("not written: %v", err)
	}
	defer file.Close()
	if err := porcupine.Visualize(model, details, file); err != nil {
		return fmt.Sprintf("not written: %v", err)
	}
	return file.Name()
}
