/* What comes of a file where its end is not what one waits for; what it is otherwise the command tests know. */
#include "failing_close.h"

#include "files/file_body.h"
#include "files/files.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct stage {
    char directory[PATH_MAX];
    struct files *files;
    struct entry *entry;
    struct haul_result *result;
};

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    const char *root = getenv("TMPDIR");
    snprintf(stage->directory, sizeof(stage->directory), "%s/haul-test-XXXXXX", root ? root : "/tmp");
    *state = stage;
    return mkdtemp(stage->directory) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    haul_result_destroy(stage->result);
    entry_destroy(stage->entry);
    files_destroy(stage->files);
    int code = rmdir(stage->directory);
    free(stage);
    return code;
}

/* Has the body of a URL written into "a". */
static void write_body(struct stage *stage, struct files_options options)
{
    static const char url[] = "http://host/a";
    const char *problem;
    options.template = "a";
    options.directory = stage->directory;
    assert_int_equal(files_create(&options, &stage->files), 0);
    stage->entry = entry_create(url, strlen(url), NULL, 0);
    assert_int_equal(haul_url_create(url, strlen(url), &stage->entry->url, &problem), 0);
    stage->result = haul_result_create_failed(url, HAUL_CLASS_NONE, "");
    stage->result->ok = true;
    stage->result->status = 200;
    assert_int_equal(file_body_create(stage->files, stage->entry, NULL), 0);
    assert_int_equal(file_body_receive(stage->entry->file, stage->result, "body", 4), 0);
}

/* Whether there is a file called NAME, which goes. */
static bool take_away(const struct stage *stage, const char *name)
{
    char path[PATH_MAX + NAME_MAX];
    snprintf(path, sizeof(path), "%s/%s", stage->directory, name);
    return unlink(path) == 0;
}

/* --fsync has waited for the file, but not for its name. */
static void test_what_has_its_name_is_told_of_though_it_is_cancelled(void **state)
{
    struct stage *stage = *state;
    char path[PATH_MAX + 2];
    write_body(stage, (struct files_options){.is_synced = true, .has_digest = true});
    struct file_body *body = stage->entry->file;
    assert_int_equal(file_body_complete(body, stage->result, 0), HAUL_E_BUSY);
    assert_null(file_body_path(body));
    assert_null(file_body_digest(body));
    assert_int_equal(file_body_complete(body, stage->result, 0), HAUL_E_BUSY);
    assert_int_equal(file_body_complete(body, stage->result, HAUL_E_CANCELLED), 0);
    assert_int_equal(stage->result->error_class, HAUL_CLASS_CANCELLED);
    snprintf(path, sizeof(path), "%s/a", stage->directory);
    assert_string_equal(file_body_path(body), path);
    assert_string_equal(file_body_digest(body), "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5");
    assert_true(take_away(stage, "a"));
}

static void test_what_has_no_name_yet_is_gone_where_it_is_cancelled(void **state)
{
    struct stage *stage = *state;
    write_body(stage, (struct files_options){.is_synced = true});
    struct file_body *body = stage->entry->file;
    assert_int_equal(file_body_complete(body, stage->result, 0), HAUL_E_BUSY);
    assert_int_equal(file_body_complete(body, stage->result, HAUL_E_CANCELLED), 0);
    assert_int_equal(stage->result->error_class, HAUL_CLASS_CANCELLED);
    assert_null(file_body_path(body));
}

/* As where a quota of NFS is used up: then there is no such name. */
static void test_what_only_a_close_tells(void **state)
{
    struct stage *stage = *state;
    write_body(stage, (struct files_options){0});
    struct file_body *body = stage->entry->file;
    failing_close_set(EDQUOT);
    assert_int_equal(file_body_complete(body, stage->result, 0), 0);
    failing_close_set(0);
    assert_false(stage->result->ok);
    assert_int_equal(stage->result->error_class, HAUL_CLASS_LOCAL);
    assert_non_null(strstr(stage->result->message, strerror(EDQUOT)));
    assert_null(file_body_path(body));
    assert_false(take_away(stage, "a"));
    assert_false(take_away(stage, "a.part"));
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(test_what_has_its_name_is_told_of_though_it_is_cancelled),
        ROW(test_what_has_no_name_yet_is_gone_where_it_is_cancelled),
        ROW(test_what_only_a_close_tells),
    };
    return cmocka_run_group_tests_name("file_body", tests, NULL, NULL);
}
