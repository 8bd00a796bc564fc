package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// pack makes the archive of a folder in dist: zip for Windows, tar.gz for Linux.
func (r *release) pack(folder string, t target) error {
	ending, write := ".tar.gz", writeTarGz
	if t.os == "windows" {
		ending, write = ".zip", writeZip
	}
	f, err := os.Create(filepath.Join(r.dist, filepath.Base(folder)+ending))
	if err != nil {
		return err
	}
	return errors.Join(write(f, folder, r.time), f.Close())
}

// writeTarGz writes a folder as one: sorted, owned by 0:0 without names, every
// file of the same time. Its bytes depend on names, modes and contents alone.
func writeTarGz(w io.Writer, folder string, at time.Time) error {
	packed := gzip.NewWriter(w) // writes neither name nor time
	archive := tar.NewWriter(packed)
	err := eachFile(folder, func(name string, mode fs.FileMode, content []byte) error {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(mode), Size: int64(len(content)), ModTime: at, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err := archive.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return packed.Close()
}

// writeZip is writeTarGz for zip.
func writeZip(w io.Writer, folder string, at time.Time) error {
	archive := zip.NewWriter(w)
	err := eachFile(folder, func(name string, mode fs.FileMode, content []byte) error {
		header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at}
		header.SetMode(mode)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		_, err = entry.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	return archive.Close()
}

// eachFile calls do for each file, by name; names begin with the folder's own.
func eachFile(folder string, do func(name string, mode fs.FileMode, content []byte) error) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(folder), path)
		if err != nil {
			return err
		}
		return do(filepath.ToSlash(name), info.Mode().Perm(), content)
	})
}
