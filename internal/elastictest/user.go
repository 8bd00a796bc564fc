//go:build unix

package elastictest

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"winevent/internal/services"
)

// nobody is a user that needs no entry in /etc/passwd. Both products refuse to
// run as root, so root's tests run them as this one, others as themselves.
const nobody = 65534

func isRoot() bool { return os.Geteuid() == 0 }

// cacheDir is a folder that the user of the nodes may enter.
func cacheDir() (string, error) {
	if isRoot() {
		return services.SharedDir()
	}
	return services.Dir()
}

// attributes make a process run as the user of the nodes.
func attributes() *syscall.SysProcAttr {
	if !isRoot() {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

// handOver gives a node's folder to the user of the nodes.
func handOver(dir string) error {
	if !isRoot() {
		return nil
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // whatever the umask is
		return err
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	})
}
