//go:build unix

package services

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// copyDependencies names the version of the plugin, so that the same files are
// copied whatever Maven is installed.
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

// Maven returns a folder with the files of the dependencies that a pom lists,
// jars and zips alike, downloaded by Maven at the first call. Pin versions in it.
func Maven(name string, pom []byte) (dir string, err error) {
	return Cached(name, pom, func(dir string) error {
		if _, err := Java(); err != nil {
			return err
		}
		mvn, err := exec.LookPath("mvn")
		if err != nil {
			return errors.New("mvn not found: install Maven (Debian: maven)")
		}
		file := filepath.Join(dir, "pom.xml")
		if err := os.WriteFile(file, pom, 0o644); err != nil {
			return err
		}
		return run(exec.Command(mvn, "-q", "-B", "-Dstyle.color=never", "-f", file, copyDependencies,
			"-DincludeScope=runtime", "-DoutputDirectory="+dir))
	})
}

// Java is the path of the java command.
func Java() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		if java, err := exec.LookPath(filepath.Join(home, "bin", "java")); err == nil {
			return java, nil
		}
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", errors.New("java not found: install a JDK 17 or later (Debian: openjdk-17-jdk-headless)")
	}
	return java, nil
}

// run runs a command to its end; the error has what it printed.
func run(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, lastBytes(bytes.TrimSpace(out), 4000))
}

func lastBytes(b []byte, n int) []byte {
	return b[max(0, len(b)-n):]
}
