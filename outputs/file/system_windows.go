package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// openAppend opens the file for appending, and makes it when it is not there.
// os.OpenFile does not serve here: it lets nobody rename or remove the file
// while it is open, as tools that rotate files do, and a mode means nothing to
// Windows: a new file would have the rights of its folder.
func openAppend(path string) (*os.File, error) { return openFile(path, windows.OPEN_ALWAYS, appending) }

// openExisting opens the file for appending, and changes nothing.
func openExisting(path string) (*os.File, error) {
	return openFile(path, windows.OPEN_EXISTING, appending)
}

// appending is the access with which Windows puts every write at the end.
const appending = windows.GENERIC_READ | windows.FILE_APPEND_DATA | windows.SYNCHRONIZE

func openFile(path string, how, access uint32) (*os.File, error) {
	h, err := create(path, how, access, windows.FILE_ATTRIBUTE_NORMAL)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

func create(path string, how, access, attributes uint32) (windows.Handle, error) {
	fault := func(err error) (windows.Handle, error) {
		return windows.InvalidHandle, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fault(err)
	}
	private, err := privateToOwner()
	if err != nil {
		return fault(err)
	}
	security := windows.SecurityAttributes{SecurityDescriptor: private}
	security.Length = uint32(unsafe.Sizeof(security))
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, access, share, &security, how, attributes, 0)
	if err != nil {
		return fault(err)
	}
	return h, nil
}

// privateToOwner is what mode 0600 is on Unix: the user of this process may do
// everything with a new file, and so may the system and the administrators, who
// could take the right anyway. Nothing is inherited from the folder.
var privateToOwner = sync.OnceValues(func() (*windows.SECURITY_DESCRIPTOR, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("find out the user of this process: %w", err)
	}
	return windows.SecurityDescriptorFromString("D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;" + user.User.Sid.String() + ")")
})

// lockedByte is what of a file is locked: Windows keeps others from reading a
// locked range too, so it is one that no file reaches.
const lockedByte = 1 << 62

// lock keeps other processes from appending to the file: two writers would cut
// off each other's lines when one has to undo a failed write.
func lock(f *os.File) error {
	at := windows.Overlapped{Offset: lockedByte & (1<<32 - 1), OffsetHigh: lockedByte >> 32}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// truncate cuts the file off. A handle for appending may not do that on
// Windows, so it is done through a second one.
func truncate(f *os.File, size int64) error {
	w, err := openFile(f.Name(), windows.OPEN_EXISTING, windows.GENERIC_WRITE)
	if err != nil {
		return err
	}
	return errors.Join(truncateSame(f, w, size), w.Close())
}

func truncateSame(f, w *os.File, size int64) error {
	open, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := w.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(open, named) {
		return fmt.Errorf("%s was moved away", f.Name())
	}
	return w.Truncate(size)
}

// syncFolder does nothing: Windows has no call for it. NTFS keeps its own log
// of names, which the sync of the file writes too.
func syncFolder(string) error { return nil }

// folderWritable tells whether files can be made in a folder, by asking for that right.
func folderWritable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: windows.ERROR_DIRECTORY}
	}
	const addFile = 2 // FILE_ADD_FILE
	h, err := create(path, windows.OPEN_EXISTING, addFile, windows.FILE_FLAG_BACKUP_SEMANTICS)
	if err != nil {
		return err
	}
	return windows.CloseHandle(h)
}

// sameName makes paths equal that name one file: here case does not matter.
func sameName(path string) string { return strings.ToLower(path) }

// diskFull tells whether an error says that there is no room.
func diskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// heldByOther tells whether an error says that another program lets nobody else use the file.
func heldByOther(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
