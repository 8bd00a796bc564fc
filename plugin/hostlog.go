package main

/*
#include <stdlib.h>

// The part of Fluent Bit's struct flb_api (include/fluent-bit/flb_api.h) that
// this plugin uses. The order is the same from 2.2 to 5.1.
struct winevent_api {
	void *output_get_property;
	void *input_get_property;
	void *output_get_cmt_instance;
	void *input_get_cmt_instance;
	void (*log_print)(int level, const char *file, int line, const char *format, ...);
	void *input_log_check;
	int (*output_log_check)(void *instance, int level);
};

// The beginning of struct flbgo_output_plugin (src/proxy/go/go.h).
struct winevent_plugin {
	void *name;
	struct winevent_api *api;
	void *instance;
};

static struct winevent_api *winevent_api_of(void *plugin) { return ((struct winevent_plugin *) plugin)->api; }

static void *winevent_instance_of(void *plugin) { return ((struct winevent_plugin *) plugin)->instance; }

static int winevent_log_enabled(struct winevent_api *api, void *instance, int level)
{
	return api != NULL && api->output_log_check != NULL && api->output_log_check(instance, level);
}

static void winevent_log(struct winevent_api *api, int level, const char *text)
{
	if (api != NULL && api->log_print != NULL) {
		api->log_print(level, NULL, 0, "[output:winevent] %s", text);
	}
}
*/
import "C"

import (
	"log/slog"
	"unsafe"

	"winevent/plugin/hostlog"
)

// Fluent Bit's log levels (include/fluent-bit/flb_log.h).
const (
	hostError = 1
	hostWarn  = 2
	hostInfo  = 3
	hostDebug = 4
)

func hostLevel(level slog.Level) C.int {
	switch {
	case level >= slog.LevelError:
		return hostError
	case level >= slog.LevelWarn:
		return hostWarn
	case level >= slog.LevelInfo:
		return hostInfo
	}
	return hostDebug
}

// hostLog returns the host's own log, with the level of this section. The
// plugin pointer is shared by all sections and changes with the next one, so
// what is needed is taken from it now.
func hostLog(plugin unsafe.Pointer) hostlog.Host {
	api, instance := C.winevent_api_of(plugin), C.winevent_instance_of(plugin)
	return hostlog.Host{
		Enabled: func(level slog.Level) bool { return C.winevent_log_enabled(api, instance, hostLevel(level)) != 0 },
		Print: func(level slog.Level, text string) {
			c := C.CString(text)
			defer C.free(unsafe.Pointer(c))
			C.winevent_log(api, hostLevel(level), c)
		},
	}
}
