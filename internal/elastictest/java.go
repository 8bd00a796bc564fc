//go:build unix

package elastictest

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"winevent/internal/services"
)

const firstJava = 17

// jdk is an installed Java.
type jdk struct {
	home    string
	version int
}

var (
	javaHome    = regexp.MustCompile(`(?m)^ *java\.home = (.+)$`)
	javaVersion = regexp.MustCompile(`(?m)^ *java\.specification\.version = (?:1\.)?([0-9]+)$`)
)

// findJDK asks the java command where it is: it may be one of many symbolic links.
func findJDK(p product) (jdk, error) {
	java, err := services.Java()
	if err != nil {
		return jdk{}, err
	}
	out, err := exec.Command(java, "-XshowSettings:properties", "-version").CombinedOutput()
	home, version := javaHome.FindSubmatch(out), javaVersion.FindSubmatch(out)
	if err != nil || home == nil || version == nil {
		return jdk{}, fmt.Errorf("%s does not say what it is: %w\n%s", java, err, out)
	}
	j := jdk{home: string(home[1])}
	j.version, _ = strconv.Atoi(string(version[1]))
	if j.version < firstJava {
		return jdk{}, fmt.Errorf("%s is Java %d: install a JDK 17 or later (Debian: openjdk-17-jdk-headless)", java, j.version)
	}
	if p.lastJava != 0 && j.version > p.lastJava {
		return jdk{}, fmt.Errorf("%s is Java %d, and %s needs %d to %d: set JAVA_HOME to such a JDK (Debian: openjdk-17-jdk-headless)",
			java, j.version, p.name, firstJava, p.lastJava)
	}
	return j, nil
}

// tool is the path of a program that a JDK has and a mere runtime has not.
func (j jdk) tool(name string) (string, error) {
	path, err := exec.LookPath(filepath.Join(j.home, "bin", name))
	if err != nil {
		return "", fmt.Errorf("no %s in %s: install a JDK, not only a runtime (Debian: openjdk-%d-jdk-headless)", name, j.home, j.version)
	}
	return path, nil
}
