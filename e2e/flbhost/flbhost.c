// SPDX-License-Identifier: Apache-2.0
//
// flbhost loads a Fluent Bit Go output plugin and drives it through the C
// symbols, structures and call order of Fluent Bit 5, without Fluent Bit.
//
//   cc -std=c11 -O2 -Wall -Wextra -Werror -pthread -o flbhost flbhost.c -ldl
//   x86_64-w64-mingw32-gcc -std=c11 -O2 -Wall -Wextra -Werror -static -pthread -o flbhost.exe flbhost.c
//
// Exit status: 0 every flush ended FLB_OK, 1 a flush ended FLB_ERROR, 2 a flush
// ended FLB_RETRY, 3 usage or configuration, 4 init failed, 5 cannot load.
// A crash of the plugin ends the process by a signal, without the closing
// "[host] [info] done" line on stderr.
#define _GNU_SOURCE
#define __USE_MINGW_ANSI_STDIO 1
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#ifdef _WIN32
#include "windows.h"
#else
#include "posix.h"
#endif

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define DIE(status, ...) (host_log(LOG_ERROR, __VA_ARGS__), exit(status))

enum { EXIT_FLUSH_ERROR = 1, EXIT_FLUSH_RETRY, EXIT_USAGE, EXIT_INIT, EXIT_LOAD };
enum { FLB_ERROR, FLB_OK, FLB_RETRY };
enum { LOG_OFF, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE, LOG_HELP };
enum { PROXY_OUTPUT = 2, PROXY_GOLANG = 11 };
enum { MAX_CHUNKS = 1024, MAX_INSTANCES = 32, MAX_PROPERTIES = 128, MAX_THREADS = 256 };
enum { RETRY_WAIT_MS = 200, POLL_MS = 2, MAX_COUNT = 1000000000 };

// ---- the binary interface of Fluent Bit ----

struct flb_plugin_proxy_def {
    int type, proxy, flags;
    char *name, *description;
    int event_type;
    void *config_map;
};

struct flb_plugin_proxy_context { void *remote_context, *proxy; };

struct flbgo_output_plugin {
    char *name;
    void *api, *o_ins;
    struct flb_plugin_proxy_context *context;
    int (*init)(struct flbgo_output_plugin *);
    int (*flush)(const void *, size_t, const char *);
    int (*flush_ctx)(void *, const void *, size_t, char *);
    int (*exit)(void);
    int (*exit_ctx)(void *);
};

struct flb_api {
    const char *(*output_get_property)(const char *, void *);
    const char *(*input_get_property)(const char *, void *);
    void *(*output_get_cmt_instance)(void *);
    void *(*input_get_cmt_instance)(void *);
    void (*log_print)(int, const char *, int, const char *, ...);
    int (*input_log_check)(void *, int);
    int (*output_log_check)(void *, int);
    const char *(*custom_get_property)(const char *, void *);
    int (*custom_log_check)(void *, int);
};

// ---- the state of the host ----

struct property { char *key, *value; };
struct section { int count; struct property properties[MAX_PROPERTIES]; };
struct chunk { const char *name; unsigned char *data; size_t size; };
struct instance {
    int log_level, workers;
    bool init_failed;
    struct section settings;  // what the plugin can see
    struct flb_plugin_proxy_context context;
};

static struct {
    const char *plugin, *config, *results, *tag;
    int repeat, threads, retries;
    bool stdin_commands, truncate_copies, guard;
} options = {.tag = "winevent", .repeat = 1};

static struct instance instances[MAX_INSTANCES];
static struct chunk chunks[MAX_CHUNKS];
static int instance_count, chunk_count;
static int ended[3];  // flushes by final status
static FILE *results;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// Fluent Bit has one such structure a plugin, not an instance: it overwrites
// o_ins and context before each init, so they are stale once init has returned.
static struct flbgo_output_plugin plugin;
static struct flb_plugin_proxy_def *definition;
static void *plugin_handle;

// ---- log ----

static const char *const level_names[] = {"off", "error", "warn", "info", "debug", "trace", "help"};

static void log_line(int level, const char *format, va_list args) {
    char text[4096];  // Fluent Bit cuts longer messages too
    vsnprintf(text, sizeof(text), format, args);
    bool known = level >= LOG_OFF && level <= LOG_HELP;
    fprintf(stderr, "[host] [%s] %s\n", known ? level_names[level] : "?", text);
}

__attribute__((format(printf, 2, 3))) static void host_log(int level, const char *format, ...) {
    va_list args;
    va_start(args, format);
    log_line(level, format, args);
    va_end(args);
}

static int parse_log_level(const char *name) {
    if (strcasecmp(name, "warning") == 0) return LOG_WARN;
    for (int level = LOG_OFF; level <= LOG_TRACE; level++)
        if (strcasecmp(name, level_names[level]) == 0) return level;
    DIE(EXIT_USAGE, "unknown log level '%s'", name);
}

static void *checked(void *memory) {
    if (memory == NULL) DIE(EXIT_USAGE, "out of memory");
    return memory;
}

// ---- the functions offered to the plugin ----

static const char *find_property(const struct section *section, const char *key) {
    for (int i = 0; i < section->count; i++)
        if (strcasecmp(section->properties[i].key, key) == 0) return section->properties[i].value;
    return NULL;
}

static const char *api_output_get_property(const char *key, void *o_ins) {
    return key == NULL ? NULL : find_property(&((struct instance *)o_ins)->settings, key);
}

static int api_output_log_check(void *o_ins, int level) {
    return level <= ((struct instance *)o_ins)->log_level;
}

static void api_log_print(int level, const char *file, int line, const char *format, ...) {
    (void)file, (void)line;
    va_list args;
    va_start(args, format);
    log_line(level, format, args);
    va_end(args);
}

static const char *api_no_property(const char *key, void *ins) { return (void)key, (void)ins, NULL; }
static void *api_no_cmt(void *ins) { return (void)ins, NULL; }
static int api_no_log(void *ins, int level) { return (void)ins, (void)level, 0; }

static struct flb_api api = {
    api_output_get_property, api_no_property, api_no_cmt, api_no_cmt, api_log_print,
    api_no_log, api_output_log_check, api_no_property, api_no_log,
};

// ---- configuration ----

// A text that grows; NULL while it is empty.
static void append(char **text, const char *more, size_t length) {
    size_t old = *text != NULL ? strlen(*text) : 0;
    if (length == 0) return;
    *text = checked(realloc(*text, old + length + 1));
    memcpy(*text + old, more, length);
    (*text)[old + length] = '\0';
}

static void append_variable(char **text, const char *start, size_t length) {
    char *name = checked(strndup(start, length)), *colon = strchr(name, ':'), *fallback = NULL;
    if (colon != NULL && colon[1] == '-') {
        *colon = '\0';
        fallback = colon + 2;
    }
    const char *value = getenv(name);
    if (value == NULL || *value == '\0') value = fallback;
    if (value == NULL) host_log(LOG_WARN, "[env] variable ${%s} is used but not set", name);
    else append(text, value, strlen(value));
    free(name);
}

// Expands ${NAME} and ${NAME:-word}. As in Fluent Bit an unbalanced brace ends
// the expansion and the text between the last variable and that brace is lost.
// NULL stands for a value that became empty; the plugin then sees no such key.
static char *expand_value(const char *value) {
    const char *rest = value, *start, *close = NULL;
    char *text = NULL;
    while ((start = strstr(rest, "${")) != NULL) {
        close = strchr(rest, '}');
        if (close == NULL || close <= start + 2) break;
        append(&text, rest, (size_t)(start - rest));
        append_variable(&text, start + 2, (size_t)(close - start - 2));
        rest = close + 1;
    }
    if (rest == value) append(&text, value, strlen(value));
    else if (close != NULL) append(&text, close + 1, strlen(close + 1));
    return text;
}

static bool is_core_key(const char *key) {
    static const char *const names[] = {"name", "match", "match_regex", "alias", "host", "port",
        "ipv6", "tls", "workers", "retry_limit", "log_level", "log_suppress_interval", "routes",
        "tls.", "storage.", "net.", "oauth2."};
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t length = strlen(names[i]);
        bool whole = key[0] != '\0' && key[strnlen(key, length)] == '\0';
        if (strncasecmp(key, names[i], length) == 0 && (whole || names[i][length - 1] == '.'))
            return true;
    }
    return false;
}

static void set_property(struct instance *instance, char *key, char *value) {
    if (!is_core_key(key))
        instance->settings.properties[instance->settings.count++] = (struct property){key, value};
    else if (value != NULL && strcasecmp(key, "log_level") == 0)
        instance->log_level = parse_log_level(value);
    else if (value != NULL && strcasecmp(key, "workers") == 0)
        instance->workers = atoi(value);
}

// Turns a finished [OUTPUT] section into an instance if it names the plugin.
static void add_instance(const struct section *section) {
    const char *raw_name = find_property(section, "name"), *level = getenv("FLBHOST_LOG_LEVEL");
    if (raw_name == NULL) DIE(EXIT_USAGE, "an [OUTPUT] section has no Name");
    const char *name = expand_value(raw_name);
    if (name == NULL || strcasecmp(name, "winevent") != 0) return;
    if (instance_count == MAX_INSTANCES) DIE(EXIT_USAGE, "over %d instances", MAX_INSTANCES);
    struct instance *instance = &instances[instance_count++];
    instance->log_level = level != NULL ? parse_log_level(level) : LOG_INFO;
    for (int i = 0; i < section->count; i++)
        set_property(instance, section->properties[i].key, expand_value(section->properties[i].value));
}

static char *trim(char *text) {
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]); n--) text[n - 1] = '\0';
    return text;
}

// As in Fluent Bit the first space, not a tab, ends the key.
static void add_property(struct section *section, char *text, int line) {
    char *space = strchr(text, ' ');
    char *value = space != NULL ? trim(space) : "";
    if (*value == '\0') DIE(EXIT_USAGE, "%s:%d: key without a value", options.config, line);
    if (section->count == MAX_PROPERTIES) DIE(EXIT_USAGE, "%s:%d: too many keys", options.config, line);
    struct property *property = &section->properties[section->count++];
    property->value = checked(strdup(value));
    *space = '\0';
    property->key = checked(strdup(trim(text)));
}

static void read_config_line(struct section *section, bool *is_output, char *text, int line) {
    char *key = trim(text);
    if (*key == '\0' || *key == '#') return;
    if (*text == '[') {
        if (*is_output) add_instance(section);
        *is_output = strncasecmp(text, "[OUTPUT]", 8) == 0;
        section->count = 0;
    } else if (key == text || *key == '[') {
        DIE(EXIT_USAGE, "%s:%d: neither a section nor an indented key", options.config, line);
    } else if (*is_output) {
        add_property(section, key, line);
    }
}

static void read_config(void) {
    static struct section section;
    char *text = NULL, end[] = "[END]";
    size_t capacity = 0;
    bool is_output = false;
    FILE *file = fopen(options.config, "r");
    if (file == NULL) DIE(EXIT_USAGE, "%s: %s", options.config, strerror(errno));
    for (int line = 1; getline(&text, &capacity, file) >= 0; line++)
        read_config_line(&section, &is_output, text, line);
    read_config_line(&section, &is_output, end, 0);
    free(text);
    fclose(file);
    if (instance_count == 0)
        DIE(EXIT_USAGE, "%s: no [OUTPUT] section with Name winevent", options.config);
}

// ---- plugin life cycle ----

static bool load_symbol(const char *name, void *function) {
    void *symbol = library_symbol(plugin_handle, name);
    memcpy(function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static void register_plugin(void) {
    int (*pre_register)(int), (*do_register)(struct flb_plugin_proxy_def *);
    if (load_symbol("FLBPluginPreRegister", &pre_register) && pre_register(0) == -1)
        DIE(EXIT_LOAD, "FLBPluginPreRegister failed");
    if (!load_symbol("FLBPluginRegister", &do_register)) DIE(EXIT_LOAD, "no FLBPluginRegister");
    definition = checked(calloc(1, sizeof(*definition)));
    int status = do_register(definition);
    const char *name = definition->name != NULL ? definition->name : "";
    if (status != 0 || definition->type != PROXY_OUTPUT || definition->proxy != PROXY_GOLANG ||
        strcmp(name, "winevent") != 0)
        DIE(EXIT_LOAD, "FLBPluginRegister: status %d, type %d, proxy %d, name '%s'", status,
            definition->type, definition->proxy, name);
}

static void load_plugin(void) {
    plugin_handle = load_library(options.plugin);
    if (plugin_handle == NULL) DIE(EXIT_LOAD, "%s", load_error());
    register_plugin();
    bool flush = load_symbol("FLBPluginFlush", &plugin.flush);
    bool flush_ctx = load_symbol("FLBPluginFlushCtx", &plugin.flush_ctx);
    load_symbol("FLBPluginExit", &plugin.exit);
    load_symbol("FLBPluginExitCtx", &plugin.exit_ctx);
    if (!load_symbol("FLBPluginInit", &plugin.init) || (!flush && !flush_ctx))
        DIE(EXIT_LOAD, "FLBPluginInit or a flush function is missing");
    plugin.name = checked(strdup(definition->name));
    plugin.api = &api;
}

// Fluent Bit initialises the instances in order and stops at the first failure.
static bool init_instances(void) {
    int (*pre_run)(int);
    for (int i = 0; i < instance_count; i++) {
        plugin.o_ins = &instances[i];
        plugin.context = &instances[i].context;
        int status = plugin.init(&plugin);
        instances[i].init_failed = status <= 0;
        if (status > 0) continue;
        host_log(LOG_ERROR, "init failed instance=%d status=%d", i, status);
        return false;
    }
    if (load_symbol("FLBPluginOutputPreRun", &pre_run))
        for (int i = 0; i < instance_count; i++) pre_run(0);
    return true;
}

// After a failed start Fluent Bit drops the failed instance and still exits all
// others, those it never initialised (their remote context is NULL) included.
static void exit_instances(void) {
    void (*pre_exit)(int), (*unregister)(struct flb_plugin_proxy_def *);
    load_symbol("FLBPluginOutputPreExit", &pre_exit);
    for (int i = 0; i < instance_count; i++) {
        if (instances[i].init_failed) continue;
        if (pre_exit != NULL) pre_exit(0);
        if (plugin.exit_ctx != NULL) plugin.exit_ctx(instances[i].context.remote_context);
        else if (plugin.exit != NULL) plugin.exit();
    }
    if (load_symbol("FLBPluginUnregister", &unregister)) unregister(definition);
    free(definition);
    free(plugin.name);
}

// ---- chunks ----

static bool read_chunk(const char *path, struct chunk *chunk) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        host_log(LOG_ERROR, "%s: %s", path, strerror(errno));
        return false;
    }
    chunk->size = (size_t)ftell(file);
    chunk->data = checked(malloc(chunk->size));
    chunk->name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    rewind(file);
    bool complete = fread(chunk->data, 1, chunk->size, file) == chunk->size;
    fclose(file);
    return complete;
}

static size_t round_to_pages(size_t size) {
    size_t page = page_size();
    return (size + page - 1) / page * page;
}

// Lends the plugin a private copy that ends where its block of memory ends. Go
// code escapes valgrind and sanitizers, hence --guard: an inaccessible page
// follows the copy, and the copy itself becomes inaccessible for good when it is
// taken back (unmapped addresses would soon be in use again).
static unsigned char *lend_copy(const void *data, size_t size) {
    if (!options.guard) return memcpy(checked(malloc(size)), data, size);
    size_t body = round_to_pages(size), page = round_to_pages(1);
    unsigned char *memory = map_pages(body, page);
    if (memory == NULL) DIE(EXIT_USAGE, "no memory for a copy");
    return memcpy(memory + body - size, data, size);
}

static void take_back(unsigned char *copy, size_t size) {
    static void *(*const volatile overwrite)(void *, int, size_t) = memset;  // not optimised away
    size_t body = round_to_pages(size), page = round_to_pages(1);
    if (options.guard) {
        forbid_pages(copy + size - body, body + page);
    } else {
        overwrite(copy, 0xC1, size);  // no msgpack object starts with 0xC1
        free(copy);
    }
}

// ---- flushes ----

static void sleep_ms(long ms) {
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&wait, &wait) != 0 && errno == EINTR) continue;
}

static int flush_once(void *context, const struct chunk *chunk, size_t size, const char *tag) {
    size_t tag_size = strlen(tag) + 1;
    unsigned char *data = lend_copy(chunk->data, size), *tag_copy = lend_copy(tag, tag_size);
    int status = plugin.flush_ctx != NULL ? plugin.flush_ctx(context, data, size, (char *)tag_copy)
                                          : plugin.flush(data, size, (char *)tag_copy);
    take_back(tag_copy, tag_size);
    take_back(data, size);
    if (status >= FLB_ERROR && status <= FLB_RETRY) return status;
    host_log(LOG_ERROR, "flush returned %d, which counts as FLB_ERROR", status);
    return FLB_ERROR;
}

// Flushes once and reports the answer. Returns whether the chunk comes again.
static bool flush_attempt(int number, const struct chunk *chunk, size_t size, const char *tag,
                          int attempt, int retries) {
    static const char *const names[] = {"FLB_ERROR", "FLB_OK", "FLB_RETRY"};
    int status = flush_once(instances[number].context.remote_context, chunk, size, tag);
    bool again = status == FLB_RETRY && attempt <= retries;
    pthread_mutex_lock(&lock);
    fprintf(results, "flush instance=%d chunk=%s tag=%s size=%zu status=%s attempt=%d\n",
            number, chunk->name, tag, size, names[status], attempt);
    fflush(results);
    ended[status] += !again;
    pthread_mutex_unlock(&lock);
    return again;
}

static void flush_with_retries(int number, const struct chunk *chunk, size_t size, const char *tag) {
    for (int attempt = 1; flush_attempt(number, chunk, size, tag, attempt, options.retries); attempt++)
        sleep_ms(RETRY_WAIT_MS);
}

// A batch is every repetition of every chunk for every instance; the threads
// take its jobs in that order.
struct batch { const struct chunk *chunks; const char *tag; long next, round; };

static void *run_jobs(void *argument) {
    struct batch *batch = argument;
    for (;;) {
        pthread_mutex_lock(&lock);
        long job = batch->next++;
        pthread_mutex_unlock(&lock);
        if (job >= batch->round * options.repeat) return NULL;
        const struct chunk *chunk = &batch->chunks[job % batch->round / instance_count];
        size_t size = chunk->size, repetition = (size_t)(job / batch->round);
        if (options.truncate_copies && size > 1) size -= 1 + repetition % (size - 1);
        flush_with_retries((int)(job % instance_count), chunk, size, batch->tag);
    }
}

static void flush_batch(const struct chunk *list, long count, const char *tag) {
    struct batch batch = {list, tag, 0, count * instance_count};
    pthread_t threads[MAX_THREADS];
    if (options.threads == 1) {
        run_jobs(&batch);
        return;
    }
    for (int i = 0; i < options.threads; i++)
        if (pthread_create(&threads[i], NULL, run_jobs, &batch) != 0)
            DIE(EXIT_USAGE, "cannot create %d threads", options.threads);
    for (int i = 0; i < options.threads; i++) pthread_join(threads[i], NULL);
}

static bool flush_command(const char *path, const char *tag) {
    struct chunk chunk = {0};
    bool complete = path != NULL && read_chunk(path, &chunk);
    if (complete) flush_batch(&chunk, 1, tag != NULL ? tag : options.tag);
    free(chunk.data);
    return complete;
}

// ---- sent chunks: the threads flush them while further commands are read ----

// A task is a chunk on its way to an instance. The chunk's file is read for
// each attempt, as from Fluent Bit's storage.
struct task { struct task *next; char *path, *tag; int instance, attempts; long due; };

static struct {
    struct task *waiting;  // in the order in which they came
    int open;              // waiting ones and those being flushed
    bool started, ended;
    pthread_t threads[MAX_THREADS];
} queue;

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void enqueue(struct task *task, long due) {
    struct task **end = &queue.waiting;
    while (*end != NULL) end = &(*end)->next;
    task->due = due;
    task->next = NULL;
    *end = task;
}

static struct task *take_due(void) {
    long now = now_ms();
    for (struct task **at = &queue.waiting, *task; (task = *at) != NULL; at = &task->next) {
        if (task->due > now) continue;
        *at = task->next;
        return task;
    }
    return NULL;
}

static void finish(struct task *task) {
    queue.open--;
    free(task->path);
    free(task->tag);
    free(task);
}

static bool attempt_task(struct task *task) {
    struct chunk chunk = {0};
    if (!read_chunk(task->path, &chunk)) DIE(EXIT_USAGE, "cannot take chunk %s", task->path);
    bool again = flush_attempt(task->instance, &chunk, chunk.size, task->tag, ++task->attempts, MAX_COUNT);
    free(chunk.data);
    return again;
}

static void *run_tasks(void *unused) {
    for (bool ended = false; !ended;) {
        pthread_mutex_lock(&lock);
        struct task *task = take_due();
        ended = queue.ended;
        pthread_mutex_unlock(&lock);
        if (task == NULL) {
            sleep_ms(POLL_MS);
            continue;
        }
        bool again = attempt_task(task);
        pthread_mutex_lock(&lock);
        if (again) enqueue(task, now_ms() + RETRY_WAIT_MS);
        else finish(task);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

static bool send_command(const char *path, const char *tag) {
    if (path == NULL) return false;
    for (int i = 0; i < options.threads && !queue.started; i++)
        if (pthread_create(&queue.threads[i], NULL, run_tasks, NULL) != 0)
            DIE(EXIT_USAGE, "cannot create %d threads", options.threads);
    queue.started = true;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < instance_count; i++, queue.open++) {
        struct task *task = checked(calloc(1, sizeof(*task)));
        task->path = checked(strdup(path));
        task->tag = checked(strdup(tag != NULL ? tag : options.tag));
        task->instance = i;
        enqueue(task, 0);
    }
    pthread_mutex_unlock(&lock);
    return true;
}

static void finish_tasks(void) {
    for (bool done = false; !done; sleep_ms(POLL_MS)) {
        pthread_mutex_lock(&lock);
        done = queue.ended = queue.open == 0;
        pthread_mutex_unlock(&lock);
    }
    for (int i = 0; i < options.threads && queue.started; i++) pthread_join(queue.threads[i], NULL);
}

// Runs the lines of stdin up to "quit" or the first line that is no command.
static int run_commands(void) {
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) >= 0) {
        char *verb = strtok(line, " \t\r\n"), *first = strtok(NULL, " \t\r\n");
        if (verb == NULL) continue;
        if (strcmp(verb, "quit") == 0) break;
        if (strcmp(verb, "flush") == 0 && flush_command(first, strtok(NULL, " \t\r\n"))) continue;
        if (strcmp(verb, "send") == 0 && send_command(first, strtok(NULL, " \t\r\n"))) continue;
        if (strcmp(verb, "sleep") == 0 && first != NULL) {
            sleep_ms(atol(first));
            continue;
        }
        host_log(LOG_ERROR, "bad command: %s %s", verb, first != NULL ? first : "");
        return EXIT_USAGE;
    }
    free(line);
    finish_tasks();
    return 0;
}

// ---- command line ----

static void usage(void) {
    fputs("usage: flbhost --plugin PATH.so --config FILE.conf [--chunk FILE]... [--repeat N]\n"
          "  [--threads N] [--tag TAG] [--retry N] [--results FILE] [--truncate-copies]\n"
          "  [--guard] [--stdin-commands]   (--wait-for-line is the same as --stdin-commands)\n"
          "--truncate-copies  repetition r, from 1, lacks the last r bytes of the chunk\n"
          "--guard            reads beyond a copy or after its flush are memory faults\n"
          "--stdin-commands   read 'flush FILE [TAG]', 'send FILE [TAG]', 'sleep MS', 'quit' lines\n"
          "                   from stdin; send waits for no answer, and what is kept comes again\n"
          "                   without limit, while others do; quit waits for all that was sent\n",
          stderr);
    exit(EXIT_USAGE);
}

static int parse_count(const char *text, long minimum, long maximum) {
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < minimum || value > maximum)
        DIE(EXIT_USAGE, "'%s' is not a number from %ld to %ld", text, minimum, maximum);
    return (int)value;
}

static void add_chunk(const char *path) {
    if (chunk_count == MAX_CHUNKS || !read_chunk(path, &chunks[chunk_count++]))
        DIE(EXIT_USAGE, "cannot take chunk %s", path);
}

static void parse_options(int argc, char **argv) {
    static const struct option known[] = {
        {"plugin", 1, 0, 'p'}, {"config", 1, 0, 'c'}, {"chunk", 1, 0, 'k'}, {"repeat", 1, 0, 'n'},
        {"threads", 1, 0, 't'}, {"tag", 1, 0, 'g'}, {"retry", 1, 0, 'r'}, {"results", 1, 0, 'o'},
        {"truncate-copies", 0, 0, 'x'}, {"guard", 0, 0, 'u'}, {"stdin-commands", 0, 0, 's'},
        {"wait-for-line", 0, 0, 's'}, {0, 0, 0, 0}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'p': options.plugin = optarg; break;
        case 'c': options.config = optarg; break;
        case 'k': add_chunk(optarg); break;
        case 'n': options.repeat = parse_count(optarg, 1, MAX_COUNT); break;
        case 't': options.threads = parse_count(optarg, 1, MAX_THREADS); break;
        case 'g': options.tag = optarg; break;
        case 'r': options.retries = parse_count(optarg, 0, MAX_COUNT); break;
        case 'o': options.results = optarg; break;
        case 'x': options.truncate_copies = true; break;
        case 'u': options.guard = true; break;
        case 's': options.stdin_commands = true; break;
        default: usage();
        }
    }
    bool both = options.stdin_commands && chunk_count > 0;
    if (optind != argc || options.plugin == NULL || options.config == NULL || both) usage();
}

// The largest "workers" of the instances, as the jobs share one queue.
static int configured_threads(void) {
    int threads = 1;
    for (int i = 0; i < instance_count; i++)
        if (instances[i].workers > threads) threads = instances[i].workers;
    return threads < MAX_THREADS ? threads : MAX_THREADS;
}

static void prepare(int argc, char **argv) {
    char host_name[256] = "";
    parse_options(argc, argv);
    get_host_name(host_name, sizeof(host_name) - 1);
    setenv("HOSTNAME", host_name, 0);  // Fluent Bit defines it for ${HOSTNAME}
    read_config();
    if (options.threads == 0) options.threads = configured_threads();
    results = options.results != NULL ? fopen(options.results, "w") : stderr;
    if (results == NULL) DIE(EXIT_USAGE, "%s: %s", options.results, strerror(errno));
}

static int run(void) {
    if (!init_instances()) return EXIT_INIT;
    host_log(LOG_INFO, "ready instances=%d threads=%d", instance_count, options.threads);
    if (options.stdin_commands) {
        int status = run_commands();
        if (status != 0) return status;
    } else {
        flush_batch(chunks, chunk_count, options.tag);
    }
    if (ended[FLB_ERROR] > 0) return EXIT_FLUSH_ERROR;
    return ended[FLB_RETRY] > 0 ? EXIT_FLUSH_RETRY : 0;
}

int main(int argc, char **argv) {
    prepare(argc, argv);
    load_plugin();
    int status = run();
    exit_instances();
    host_log(LOG_INFO, "done ok=%d error=%d retry=%d status=%d", ended[FLB_OK], ended[FLB_ERROR],
             ended[FLB_RETRY], status);
    return status;
}
