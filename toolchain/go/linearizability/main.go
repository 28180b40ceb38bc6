// Judges whether a history of client calls is linearizable: whether each call can have taken effect at one moment
// between its start and its end, on a register with compare-and-set for each key.
//
// The history is read from a file, or from standard input, one JSON object a line:
//
//	client    number of the client, which has one call at a time
//	kind      read, write, cas or delete
//	key       what it is about
//	value     what a write or cas sets
//	expected  what a cas compares with; absent: that there is no such key
//	call      when it began, in ns
//	return    when it ended, in ns; not with outcome unknown
//	outcome   ok; failed: it certainly had no effect; unknown: it may have one at any time later, or never
//	result    of an ok: value (of a read; absent: there was no key), applied (of cas and delete), revision of the key
//	node      who was asked; only shown
//
// Revisions are optional. Where they are given they have to rise with every change of a key.
//
// It prints one JSON object and ends with 0: linearizable, 1: not, 2: bad input, 3: not decided within the time limit.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

const (
	linearizable = 0
	violated     = 1
	badInput     = 2
	undecided    = 3
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, input io.Reader, output, errors io.Writer) int {
	flags := flag.NewFlagSet("linearizability-checker", flag.ContinueOnError)
	flags.SetOutput(errors)
	limit := flags.Duration("timeout", time.Minute, "how long it may take for all keys together")
	pages := flags.String("pages", "", "a folder to write a page into for each key that is not linearizable")
	flags.Usage = func() {
		fmt.Fprintln(errors, "usage: linearizability-checker [-timeout 1m] [-pages FOLDER] [HISTORY.jsonl]")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return badInput
	}
	name := "standard input"
	if flags.NArg() > 0 {
		name = flags.Arg(0)
		file, err := os.Open(name)
		if err != nil {
			fmt.Fprintf(errors, "linearizability-checker: %v\n", err)
			return badInput
		}
		defer file.Close()
		input = file
	}
	entries, err := readHistory(input)
	if err != nil {
		fmt.Fprintf(errors, "linearizability-checker: %s: %v\n", name, err)
		return badInput
	}
	outcome := check(entries, *limit, *pages, runtime.GOMAXPROCS(0))
	encoder := json.NewEncoder(output)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(outcome); err != nil {
		fmt.Fprintf(errors, "linearizability-checker: %v\n", err)
		return badInput
	}
	switch {
	case len(outcome.Violations) > 0:
		return violated
	case len(outcome.Undecided) > 0:
		return undecided
	default:
		return linearizable
	}
}
