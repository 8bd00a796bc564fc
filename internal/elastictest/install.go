//go:build unix

package elastictest

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"winevent/internal/services"
)

// layout is part of the key of an unpacked home: raise it when unpacking changes.
const layout = "1\n"

// home returns the unpacked distribution. All nodes of the machine share it and
// write nothing into it.
func (p product) home(cache string, j jdk) (string, error) {
	downloaded, err := services.Maven(p.name, p.pom)
	if err != nil {
		return "", err
	}
	key := layout + string(p.pom) + pluginSource + pluginDescriptor
	return services.CachedIn(cache, p.name+"-home", []byte(key), func(dir string) error {
		zips, err := filepath.Glob(filepath.Join(downloaded, p.name+"-*.zip"))
		if err != nil || len(zips) != 1 {
			return fmt.Errorf("%d files %s-*.zip in %s", len(zips), p.name, downloaded)
		}
		top := strings.TrimSuffix(filepath.Base(zips[0]), ".zip")
		if err := unzip(zips[0], top, dir); err != nil {
			return fmt.Errorf("unpack %s: %w", zips[0], err)
		}
		if p.name == elasticsearch.name {
			version := strings.TrimPrefix(top, p.name+"-")
			if err := addPlugin(dir, version, j); err != nil {
				return err
			}
		}
		return readableByAll(dir)
	})
}

// unzip unpacks what is in the folder top of a zip.
func unzip(file, top, dir string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer archive.Close()
	for _, f := range archive.File {
		name, ok := strings.CutPrefix(f.Name, top+"/")
		if !ok || name != "" && !filepath.IsLocal(name) {
			return fmt.Errorf("%s is not in %s", f.Name, top)
		}
		if err := unzipEntry(f, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func unzipEntry(f *zip.File, path string) error {
	if f.Mode().IsDir() {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, f.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}

// readableByAll undoes what a strict umask did: the nodes may run as another user.
func readableByAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if mode&0o100 != 0 {
			mode |= 0o111
		}
		return os.Chmod(path, mode)
	})
}
