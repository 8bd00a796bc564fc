// SPDX-License-Identifier: Apache-2.0
//
// The one function of Windows' bcryptprimitives.dll that programs made with Go
// need at their start, for Wine versions that lack that library (before 8.13).
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);  // RtlGenRandom, of advapi32.dll

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return size <= MAXDWORD && SystemFunction036(data, (ULONG)size);
}
