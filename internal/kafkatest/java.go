//go:build unix

package kafkatest

import (
	_ "embed"
	"os/exec"
	"path/filepath"

	"winevent/internal/services"
)

//go:embed pom.xml
var pom []byte

// javaCommand runs Kafka's programs.
type javaCommand struct {
	path string
	jars string // folder
}

func findJava() (javaCommand, error) {
	path, err := services.Java()
	if err != nil {
		return javaCommand{}, err
	}
	jars, err := services.Maven("kafka", pom)
	return javaCommand{path, jars}, err
}

// command runs a main class. The serial collector has no threads of its own and the least memory.
func (j javaCommand) command(flags []string, class string, args ...string) *exec.Cmd {
	all := append([]string{"-XX:+UseSerialGC",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
		"-Dorg.slf4j.simpleLogger.showDateTime=true",
		"-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS"}, flags...)
	all = append(all, "-cp", filepath.Join(j.jars, "*"), class)
	return exec.Command(j.path, append(all, args...)...)
}
