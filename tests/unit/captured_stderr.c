#include "captured_stderr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

static int file = -1;
static int original = -1;
static char text[16384];

void capture_stderr(void)
{
    file = memfd_create("stderr", MFD_CLOEXEC);
    assert_true(file >= 0);
    original = dup(STDERR_FILENO);
    assert_true(original >= 0);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
}

const char *captured_stderr(size_t *ret_size)
{
    assert_int_equal(dup2(original, STDERR_FILENO), STDERR_FILENO);
    close(original);
    ssize_t size = pread(file, text, sizeof(text) - 1, 0);
    assert_in_range(size, 0, sizeof(text) - 2);
    close(file);
    text[size] = '\0';
    if (ret_size)
        *ret_size = (size_t)size;
    return text;
}
