#include <haul/error.h>

#include <limits.h>
#include <stddef.h>
#include <string.h>

/* Indexed by the code. A test walks it to its end. */
static const struct {
    const char *name;
    const char *message;
} errors[] = {
    [0] = {"0", "it was done"},
    [HAUL_E_CANCELLED] = {"HAUL_E_CANCELLED", "it was cancelled"},
    [HAUL_E_TIMEOUT] = {"HAUL_E_TIMEOUT", "the deadline passed"},
    [HAUL_E_DRAINED] = {"HAUL_E_DRAINED", "nothing is left"},
    [HAUL_E_CLOSED] = {"HAUL_E_CLOSED", "it was closed"},
    [HAUL_E_BUSY] = {"HAUL_E_BUSY", "it is still in use"},
    [HAUL_E_SETTLED] = {"HAUL_E_SETTLED", "it has its outcome already"},
    [HAUL_E_INVALID] = {"HAUL_E_INVALID", "an argument is not what it should be"},
    [HAUL_E_URL] = {"HAUL_E_URL", "it is not a URL that is fetched"},
    [HAUL_E_STOPPED] = {"HAUL_E_STOPPED", "the loop stopped before the future was done"},
    [HAUL_E_STALLED] = {"HAUL_E_STALLED", "nothing is left that could make the future done"},
    [HAUL_E_LIMIT] = {"HAUL_E_LIMIT", "it is more than the limit"},
    [HAUL_E_FULL] = {"HAUL_E_FULL", "the queue is full"},
    [HAUL_E_EMPTY] = {"HAUL_E_EMPTY", "the queue is empty"},
    [HAUL_E_SHUTDOWN] = {"HAUL_E_SHUTDOWN", "the queue was shut down"},
    [HAUL_E_BROKEN] = {"HAUL_E_BROKEN", "the barrier was broken"},
};

static const int error_count = sizeof(errors) / sizeof(errors[0]);

/* The errno behind a negative code. INT_MIN cannot be negated, and its neighbour is no errno either. */
static int errno_of(int code)
{
    return code < -INT_MAX ? INT_MAX : -code;
}

const char *haul_error_name(int code)
{
    const char *name = code < 0 ? strerrorname_np(errno_of(code)) : code < error_count ? errors[code].name : NULL;
    return name ? name : "unknown";
}

const char *haul_error_message(int code)
{
    const char *message = code < 0 ? strerrordesc_np(errno_of(code)) : code < error_count ? errors[code].message : NULL;
    return message ? message : "unknown error";
}
