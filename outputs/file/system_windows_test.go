package file

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/windows"
)

// folder returns an empty folder. Whoever runs the tests under Wine removes it:
// Wine 8 lacks the call with which Go removes folders, and TempDir would fail the test.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "winevent-file")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestNewFileIsPrivate reads the access control list that Windows keeps.
func TestNewFileIsPrivate(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	mustWrite(t, mustOpen(t, Config{Path: path}), "a")
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	for _, everybody := range []string{";;;WD)", ";;;BU)", ";;;AU)"} {
		if text := sd.String(); !strings.HasPrefix(text, "D:") || strings.Contains(text, everybody) {
			t.Errorf("others may read the file: %s", text)
		}
	}
}

// TestPrivateToOwner names who may do what with a new file; the rights are not those of the folder.
func TestPrivateToOwner(t *testing.T) {
	sd, err := privateToOwner()
	if err != nil {
		t.Fatal(err)
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	dacl, _, err := sd.DACL()
	if err != nil {
		t.Fatal(err)
	}
	control, _, err := sd.Control()
	if err != nil || control&windows.SE_DACL_PROTECTED == 0 {
		t.Errorf("inherits from the folder: %v, %v", control, err)
	}
	if text := sd.String(); dacl.AceCount != 3 || !strings.Contains(text, ";;;SY)") || !strings.Contains(text, ";;;BA)") ||
		!strings.Contains(text, user.User.Sid.String()) && !strings.Contains(text, ";;;LA)") {
		t.Errorf("%d entries: %s", dacl.AceCount, text)
	}
}

// TestReadWhileOpen: the lock keeps writers away, not those who read the file, rename it or remove it.
func TestReadWhileOpen(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	mustWrite(t, mustOpen(t, Config{Path: path}), "a")
	if got := content(t, path); got != "a\n" {
		t.Errorf("%q", got)
	}
	f, err := openExisting(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := lock(f); !errors.Is(err, errLocked) {
		t.Errorf("a second writer: %v", err)
	}
}

// TestHeldByOther: a program that shares the file with nobody is no loss, and named as what it is.
func TestHeldByOther(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_WRITE, 0, nil, windows.CREATE_NEW, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	o := mustOpen(t, Config{Path: path})
	if err := o.Append([]byte("a\n")); err == nil || !strings.Contains(err.Error(), "another program has the file") {
		t.Errorf("%v", err)
	}
	if err := windows.CloseHandle(h); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, o, "a")
}

// TestPathsOfOneFile: neither the case of letters nor the kind of slash makes another file.
func TestPathsOfOneFile(t *testing.T) {
	path := filepath.Join(folder(t), "Out")
	a := mustOpen(t, Config{Path: path})
	for _, other := range []string{strings.ToUpper(path), filepath.ToSlash(path)} {
		if b := mustOpen(t, Config{Path: other}); a != b {
			t.Errorf("%s and %s: one file, two outputs", path, other)
		}
	}
}

func TestSamePathWithDrive(t *testing.T) {
	if !SamePath(`C:\Logs\a.ndjson`, `c:/logs/A.ndjson`) || SamePath(`C:\a`, `D:\a`) {
		t.Error("paths are compared as text")
	}
}

// TestNetworkPath takes a path \\server\share\… for what it is.
func TestNetworkPath(t *testing.T) {
	drive := filepath.VolumeName(os.TempDir())
	path := filepath.Join(folder(t), "out")
	device := `\\?\` + drive + strings.TrimPrefix(path, drive)
	mustWrite(t, mustOpen(t, Config{Path: device}), "a")
	if got := content(t, path); got != "a\n" {
		t.Errorf("%q", got)
	}
	if err := mustOpen(t, Config{Path: `\\winevent.invalid\share\out`}).Check(); err == nil {
		t.Error("a server that does not exist was written to")
	}
}

func TestHints(t *testing.T) {
	for err, want := range map[error]string{
		windows.ERROR_DISK_FULL: "disk is full", windows.ERROR_HANDLE_DISK_FULL: "disk is full",
		windows.ERROR_ACCESS_DENIED: "write access", windows.ERROR_SHARING_VIOLATION: "another program",
		windows.ERROR_PATH_NOT_FOUND: "create the folder", syscall.ERROR_FILE_NOT_FOUND: "create the folder",
	} {
		if got := hint(err); !strings.Contains(got, want) {
			t.Errorf("%v: %q", err, got)
		}
	}
}
