// Command plugin is the Fluent Bit output plugin winevent, built as a C shared
// object. This file is the border: it turns C's pointers into Go's values and
// errors into Fluent Bit's answers, and nothing else. What happens to a chunk
// stands in plugin/instance.
package main

import "C"

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"

	"winevent/plugin/config"
	"winevent/plugin/hostlog"
	"winevent/plugin/instance"
	"winevent/version"
)

const (
	name        = "winevent"
	description = "Windows events, enriched: name, severity, remediation, ECS"
)

// FLBPluginRegister tells Fluent Bit what this library holds.
//
//export FLBPluginRegister
func FLBPluginRegister(def unsafe.Pointer) (status C.int) {
	defer recovered(&status, output.FLB_ERROR)
	return C.int(output.FLBPluginRegister(def, name, description))
}

// FLBPluginInit opens the instance of one [OUTPUT] section. A wrong
// configuration is logged as one message that names every fault, and Fluent
// Bit does not start.
//
//export FLBPluginInit
func FLBPluginInit(plugin unsafe.Pointer) (status C.int) {
	defer recovered(&status, output.FLB_ERROR)
	get := func(key string) string { return output.FLBPluginConfigKey(plugin, key) }
	log := slog.New(hostlog.New(hostLog(plugin)))
	i, err := open(get, log)
	if err != nil {
		log.Error("cannot start:\n" + err.Error())
		return output.FLB_ERROR
	}
	output.FLBPluginSetContext(plugin, i)
	register(i)
	return output.FLB_OK
}

func open(get func(string) string, log *slog.Logger) (*instance.Instance, error) {
	c, err := config.Read(get)
	if err != nil {
		return nil, bulleted(err)
	}
	i, err := instance.Open(c, log)
	if err != nil {
		return nil, bulleted(err)
	}
	log.Info(fmt.Sprintf("winevent %s (%s) with catalog %s: %s",
		version.Version, version.Commit(), c.Catalog.Version(), config.StartLine(get)))
	return i, nil
}

// bulleted puts each fault on a line of its own.
func bulleted(err error) error {
	return errors.New("  - " + strings.ReplaceAll(err.Error(), "\n", "\n  - "))
}

// FLBPluginFlushCtx delivers a chunk. data belongs to Fluent Bit and is only
// valid during the call.
//
//export FLBPluginFlushCtx
func FLBPluginFlushCtx(ctx, data unsafe.Pointer, length C.int, tag *C.char) (status C.int) {
	// A fault of ours must not cost the chunk: Fluent Bit sends it again.
	defer recovered(&status, output.FLB_RETRY)
	i, ok := output.FLBPluginGetContext(ctx).(*instance.Instance)
	if !ok || length < 0 {
		return output.FLB_RETRY
	}
	reopenAfterHangup()
	return statusOf(i.Flush(unsafe.Slice((*byte)(data), int(length)), C.GoString(tag)))
}

// statusOf turns the result of a flush into Fluent Bit's answer. It is the only
// place that does. FLB_ERROR, which drops a chunk, is never the answer.
func statusOf(err error) C.int {
	if err != nil {
		return output.FLB_RETRY
	}
	return output.FLB_OK
}

// FLBPluginExitCtx ends one instance. Fluent Bit calls it with nil for a
// section whose start failed.
//
//export FLBPluginExitCtx
func FLBPluginExitCtx(ctx unsafe.Pointer) (status C.int) {
	defer recovered(&status, output.FLB_OK)
	if i, ok := output.FLBPluginGetContext(ctx).(*instance.Instance); ok {
		closeInstance(i)
	}
	return output.FLB_OK
}

// FLBPluginExit ends all instances: Fluent Bit versions before 2.1 know only this call.
//
//export FLBPluginExit
func FLBPluginExit() (status C.int) {
	defer recovered(&status, output.FLB_OK)
	for _, i := range opened() {
		closeInstance(i)
	}
	return output.FLB_OK
}

// FLBPluginUnregister gives back what FLBPluginRegister allocated.
//
//export FLBPluginUnregister
func FLBPluginUnregister(def unsafe.Pointer) {
	var status C.int
	defer recovered(&status, output.FLB_OK)
	output.FLBPluginUnregister(def)
}

// recovered keeps a panic on this side of the border and answers with status instead.
func recovered(status *C.int, answer C.int) {
	if p := recover(); p != nil {
		*status = answer
		log := faultLog()
		log.Error("internal fault", "panic", p)
	}
}

// faultLog is the host's log as long as a section is open, else standard error,
// which goes nowhere in a Windows service.
func faultLog() *slog.Logger {
	for _, i := range opened() {
		return i.Log()
	}
	return slog.Default()
}

// main is never called: a C shared object has to have one.
func main() {}
