//go:build unix

package services

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// stopTimeout is how long a server may take to end after SIGTERM.
const stopTimeout = 30 * time.Second

// Process is a running server. Its methods reach the processes that it started too.
type Process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{}
	err  error // of Wait, set before done is closed
}

// Start starts a command that appends what it prints to a log file. It is killed
// when this process ends, however it ends. The command's SysProcAttr may already
// have a Credential.
func Start(cmd *exec.Cmd, logFile string) (*Process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own copy
	cmd.Stdout, cmd.Stderr = log, log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true // signals go to the group
	dieWithParent(cmd.SysProcAttr)
	if err := startOnLastingThread(cmd); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, log: logFile, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// lastingThread runs calls on one thread that lasts as long as the process. Linux
// sends the parent death signal when the thread that started the child ends, and
// Go ends threads as it likes: but not one that a goroutine is locked to.
var lastingThread = sync.OnceValue(func() chan<- func() {
	calls := make(chan func())
	go func() {
		runtime.LockOSThread()
		for call := range calls {
			call()
		}
	}()
	return calls
})

func startOnLastingThread(cmd *exec.Cmd) error {
	done := make(chan error)
	lastingThread() <- func() { done <- cmd.Start() }
	return <-done
}

// Wait waits for the end and returns what exec.Cmd.Wait does.
func (p *Process) Wait() error {
	<-p.done
	return p.err
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exited says whether the process has ended.
func (p *Process) Exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Kill ends the process at once (SIGKILL) and waits until it is gone.
func (p *Process) Kill() error {
	if err := p.signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.done
	return nil
}

// Stop asks the process to end (SIGTERM), waits, and kills it if that takes too long.
func (p *Process) Stop() error {
	err := p.signal(syscall.SIGTERM)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	p.signal(syscall.SIGCONT) // a paused process would not see the SIGTERM
	select {
	case <-p.done:
		return err
	case <-time.After(stopTimeout):
		return errors.Join(err, p.Kill(), fmt.Errorf("%s did not stop within %s", p.cmd.Path, stopTimeout))
	}
}

// Pause holds the process (SIGSTOP): it keeps its connections and answers nothing.
func (p *Process) Pause() error {
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	return waitStopped(p.cmd.Process.Pid)
}

// Resume lets a paused process go on (SIGCONT).
func (p *Process) Resume() error { return p.signal(syscall.SIGCONT) }

// signal goes to the process group. It fails with os.ErrProcessDone if the process has ended.
func (p *Process) signal(s syscall.Signal) error {
	if p.Exited() {
		return os.ErrProcessDone
	}
	if err := syscall.Kill(-p.cmd.Process.Pid, s); err != nil {
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return os.NewSyscallError("kill", err)
	}
	return nil
}

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// LogTail is the end of the log, for error messages.
func (p *Process) LogTail() string {
	const size = 4000
	f, err := os.Open(p.log)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > size {
		f.Seek(-size, io.SeekEnd)
	}
	tail, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(tail))
}
