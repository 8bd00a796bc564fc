// What flbhost.c needs of the system beyond C11 and POSIX threads: here, on
// Windows with mingw-w64, which brings the threads and getopt.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static void *load_library(const char *path) { return (void *)LoadLibraryA(path); }
static const char *load_error(void) {
    static char text[64];
    snprintf(text, sizeof(text), "LoadLibrary: error %lu", GetLastError());
    return text;
}
static void *library_symbol(void *library, const char *name) {
    FARPROC symbol = GetProcAddress((HMODULE)library, name);
    void *address;
    memcpy(&address, &symbol, sizeof(address));
    return address;
}

static size_t page_size(void) {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwPageSize;
}

// Returns size + guard bytes of which only the first size may be touched, or NULL.
static unsigned char *map_pages(size_t size, size_t guard) {
    unsigned char *memory = VirtualAlloc(NULL, size + guard, MEM_RESERVE, PAGE_NOACCESS);
    if (memory == NULL || VirtualAlloc(memory, size, MEM_COMMIT, PAGE_READWRITE) == NULL) return NULL;
    return memory;
}

// Gives the memory back, but keeps the addresses: touching them is a fault for good.
static void forbid_pages(unsigned char *memory, size_t size) { VirtualFree(memory, size, MEM_DECOMMIT); }

static void get_host_name(char *name, size_t size) {
    DWORD length = (DWORD)size;
    if (!GetComputerNameA(name, &length)) *name = '\0';
}

static int setenv(const char *name, const char *value, int overwrite) {
    return !overwrite && getenv(name) != NULL ? 0 : _putenv_s(name, value);
}

static char *strndup(const char *text, size_t length) {
    size_t size = strnlen(text, length);
    char *copy = malloc(size + 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

static ssize_t getline(char **line, size_t *capacity, FILE *file) {
    size_t length = 0;
    for (int c = 0; c != '\n' && (c = getc(file)) != EOF;) {
        if (length + 2 > *capacity) {
            size_t more = *capacity * 2 + 128;
            char *larger = realloc(*line, more);
            if (larger == NULL) return -1;
            *line = larger;
            *capacity = more;
        }
        (*line)[length++] = (char)c;
        (*line)[length] = '\0';
    }
    return length > 0 ? (ssize_t)length : -1;
}
