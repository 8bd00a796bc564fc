// What flbhost.c needs of the system beyond C11 and POSIX threads: here, on a POSIX system.
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#define NO_MEMORY (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

static void *load_library(const char *path) { return dlopen(path, RTLD_LAZY); }
static void *library_symbol(void *library, const char *name) { return dlsym(library, name); }
static const char *load_error(void) { return dlerror(); }

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

// Returns size + guard bytes of which only the first size may be touched, or NULL.
static unsigned char *map_pages(size_t size, size_t guard) {
    unsigned char *memory = mmap(NULL, size + guard, PROT_NONE, NO_MEMORY, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, size, PROT_READ | PROT_WRITE) != 0) return NULL;
    return memory;
}

// Gives the memory back, but keeps the addresses: touching them is a fault for good.
static void forbid_pages(unsigned char *memory, size_t size) {
    mmap(memory, size, PROT_NONE, NO_MEMORY | MAP_FIXED, -1, 0);
}

static void get_host_name(char *name, size_t size) { gethostname(name, size); }
