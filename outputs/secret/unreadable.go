package secret

import (
	"errors"
	"fmt"
)

// ErrUnreadable marks credentials that cannot be read, or not be used.
var ErrUnreadable = errors.New("credentials")

// ReadAs returns the credential of an option, or an error that names the option.
// The error is an ErrUnreadable.
func (s Secret) ReadAs(option string) (string, error) {
	value, err := s.Read()
	if err != nil {
		return "", Unreadable(option, err)
	}
	return value, nil
}

// Unreadable names the option whose credential is of no use, and why.
func Unreadable(option string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnreadable, option, err)
}
