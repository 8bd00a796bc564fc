package services

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// vforkPatience is how long a process may wait for a disk or the like. One that
// waits longer is taken for a parent in vfork, which cannot stop before its child
// goes on: if that was stopped, it does nothing either.
const vforkPatience = 200 * time.Millisecond

// waitStopped waits until SIGSTOP has reached all processes of a group. Only one
// thread of each is told at first; until it gets a processor, the others go on,
// which on a busy machine is long enough for an answer or two.
func waitStopped(group int) error {
	stopped := "TZX" // the last two are dead
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		states, err := groupStates(group)
		if err != nil || strings.Trim(states, stopped) == "" {
			return err
		}
		if time.Since(start) > vforkPatience {
			stopped = "TZXD"
		}
		if time.Since(start) > stopTimeout {
			return fmt.Errorf("the process group %d does not stop: %s", group, states)
		}
	}
}

// groupStates has a letter for each process of a group, see proc_pid_stat(5).
func groupStates(group int) (string, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return "", err
	}
	var states []byte
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // the name may have spaces
		if len(fields) > 2 && string(fields[2]) == strconv.Itoa(group) {
			states = append(states, fields[0]...)
		}
	}
	return string(states), nil
}
