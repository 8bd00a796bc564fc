package e2e

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// TestWindowsSymbols: Fluent Bit finds the functions that it calls, and the DLL
// needs no other library than those of every Windows.
func TestWindowsSymbols(t *testing.T) {
	needWindows(t)
	f, err := pe.Open(windows.plugin)
	must(t, err)
	defer f.Close()
	if f.Machine != pe.IMAGE_FILE_MACHINE_AMD64 {
		t.Errorf("machine %#x", f.Machine)
	}
	names := exports(t, f)
	for _, name := range []string{"FLBPluginRegister", "FLBPluginInit", "FLBPluginFlushCtx", "FLBPluginExitCtx", "FLBPluginExit", "FLBPluginUnregister"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not exported", name)
		}
	}
	imports, err := f.ImportedSymbols()
	must(t, err)
	for _, symbol := range imports {
		_, library, _ := strings.Cut(symbol, ":")
		if name := strings.ToLower(library); name != "kernel32.dll" && name != "msvcrt.dll" {
			t.Errorf("needs %s of %s", symbol, library)
		}
	}
}

// exports reads the names in a library's export directory.
func exports(t *testing.T, f *pe.File) (names []string) {
	t.Helper()
	header, ok := f.OptionalHeader.(*pe.OptionalHeader64)
	if !ok {
		t.Fatal("no 64-bit library")
	}
	directory := bytesAt(t, f, header.DataDirectory[pe.IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress)
	count, table := binary.LittleEndian.Uint32(directory[24:]), binary.LittleEndian.Uint32(directory[32:])
	for n := range count {
		address := binary.LittleEndian.Uint32(bytesAt(t, f, table+4*n))
		name, _, _ := bytes.Cut(bytesAt(t, f, address), []byte{0})
		names = append(names, string(name))
	}
	return names
}

// bytesAt returns the rest of the section that a virtual address is in.
func bytesAt(t *testing.T, f *pe.File, address uint32) []byte {
	t.Helper()
	for _, s := range f.Sections {
		if address >= s.VirtualAddress && address < s.VirtualAddress+s.Size {
			data, err := s.Data()
			must(t, err)
			return data[address-s.VirtualAddress:]
		}
	}
	t.Fatalf("no section has the address %#x", address)
	return nil
}
