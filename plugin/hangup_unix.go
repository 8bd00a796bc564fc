//go:build unix

package main

/*
#include <signal.h>
#include <stddef.h>

// SIGHUP belongs to the host, which may reload its configuration on it. The
// handler here only counts, and calls the one that was there before.
static volatile sig_atomic_t winevent_hangups;
static struct sigaction winevent_before;

static void winevent_on_hangup(int signal, siginfo_t *info, void *context)
{
	winevent_hangups = winevent_hangups + 1;
	if (winevent_before.sa_flags & SA_SIGINFO) {
		if (winevent_before.sa_sigaction != NULL) {
			winevent_before.sa_sigaction(signal, info, context);
		}
	}
	else if (winevent_before.sa_handler != SIG_DFL && winevent_before.sa_handler != SIG_IGN) {
		winevent_before.sa_handler(signal);
	}
}

static void winevent_watch_hangup(void)
{
	struct sigaction now;

	if (sigaction(SIGHUP, NULL, &now) != 0 ||
	    ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == winevent_on_hangup)) {
		return;
	}
	winevent_before = now;
	now.sa_sigaction = winevent_on_hangup;
	now.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
	sigaction(SIGHUP, &now, NULL);
}

static int winevent_hangup_count(void) { return winevent_hangups; }
*/
import "C"

import "sync/atomic"

// hangups is the number of SIGHUPs that were acted on.
var hangups atomic.Int64

// watchHangup begins to count SIGHUPs.
func watchHangup() { C.winevent_watch_hangup() }

// reopenAfterHangup makes all instances open their files anew when a SIGHUP has
// come since the last call. log rotation tools send one.
func reopenAfterHangup() {
	count := int64(C.winevent_hangup_count())
	if seen := hangups.Load(); count == seen || !hangups.CompareAndSwap(seen, count) {
		return
	}
	for _, i := range opened() {
		i.Reopen()
	}
}
