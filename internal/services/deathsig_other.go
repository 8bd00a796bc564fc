//go:build unix && !linux

package services

import "syscall"

// Only Linux has a parent death signal: elsewhere a killed test run leaves its servers behind.
func dieWithParent(*syscall.SysProcAttr) {}
