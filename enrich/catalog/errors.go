package catalog

import (
	"sort"
	"strconv"
)

// ErrorKind says which table a code belongs to.
type ErrorKind uint8

// The kinds, and the names that winevent.error.facility carries.
const (
	Win32 ErrorKind = iota
	NTStatus
	HResult
)

var errorKindNames = [...]string{"Win32", "NTSTATUS", "HRESULT"}

// String returns the kind's name.
func (k ErrorKind) String() string { return errorKindNames[k] }

// ErrorCode is a decoded code.
type ErrorCode struct {
	// Code is the number as it stood in the event.
	Code uint32
	// Win32 is the code that remediation looks for: the Win32 code inside an
	// HRESULT that wraps one, else Code itself.
	Win32 uint32
	Kind  ErrorKind
	// Symbol and Message are empty when no table knows the code.
	Symbol, Message string
}

// AppendText appends the code as people look it up: a Win32 code in decimal, as
// "net helpmsg" takes it (also when an HRESULT wraps it), others in hexadecimal.
func (e *ErrorCode) AppendText(dst []byte) []byte {
	if e.Kind == Win32 || e.Kind == HResult && e.Win32 == e.Code&0xffff {
		return strconv.AppendUint(dst, uint64(e.Win32), 10)
	}
	return strconv.AppendUint(append(dst, "0x"...), uint64(e.Win32), 16)
}

// errorText is a row of a code table.
type errorText struct {
	code            uint32
	symbol, message string
}

// The bits of an HRESULT ([MS-ERREF] 2.1): the severity bit and the facility
// Win32 wrap a 16-bit Win32 code; NTSTATUS has two severity bits.
const (
	hresultWin32     = 0x8007_0000
	facilityMask     = 0xffff_0000
	severityMask     = 0xc000_0000
	ntstatusError    = 0xc000_0000
	hresultNTStatus  = 0xd000_0000 // FACILITY_NT_BIT: an NTSTATUS inside an HRESULT
	hresultNTBitMask = 0xf000_0000
)

// DecodeError says what a code means, as "net helpmsg" would: a plain Win32
// code, an HRESULT (which may wrap a Win32 code), or an NTSTATUS. It does not
// allocate.
func DecodeError(code uint32) ErrorCode {
	e := ErrorCode{Code: code, Win32: code}
	switch {
	case code&facilityMask == hresultWin32:
		e.Kind, e.Win32 = HResult, code&0xffff
		e.describe(win32Errors, e.Win32)
	case code&severityMask == ntstatusError && code&hresultNTBitMask == hresultNTStatus:
		e.Kind, e.Win32 = HResult, code&^0x1000_0000
		e.describe(ntstatusErrors, e.Win32)
	case code&severityMask == ntstatusError:
		e.Kind = NTStatus
		if !e.describe(ntstatusErrors, code) && e.describe(hresultErrors, code) {
			e.Kind = HResult
		}
	case code&0x8000_0000 != 0:
		e.Kind = HResult
		if !e.describe(hresultErrors, code) && e.describe(ntstatusErrors, code) {
			e.Kind = NTStatus // a warning status: 0x8…
		}
	default:
		switch {
		case e.describe(win32Errors, code), code <= 0xffff:
		case e.describe(ntstatusErrors, code):
			e.Kind = NTStatus // an informational status: 0x4…
		case e.describe(hresultErrors, code):
			e.Kind = HResult // one that reports success: 0x0004…
		}
	}
	return e
}

func (e *ErrorCode) describe(table []errorText, code uint32) bool {
	i := sort.Search(len(table), func(i int) bool { return table[i].code >= code })
	if i == len(table) || table[i].code != code {
		return false
	}
	e.Symbol, e.Message = table[i].symbol, table[i].message
	return true
}

// ErrorBySymbol returns the code of a symbol such as ERROR_ACCESS_DENIED. It
// scans: it is for people's questions, not for records.
func ErrorBySymbol(symbol string) (uint32, bool) {
	for _, table := range [][]errorText{win32Errors, ntstatusErrors, hresultErrors} {
		for i := range table {
			if table[i].symbol == symbol {
				return table[i].code, true
			}
		}
	}
	return 0, false
}
