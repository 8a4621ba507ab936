#include "output/replacement.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

/* Each test works in a folder of its own. */
static char folder[] = "/tmp/haul-replacement-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    DIR *entries = opendir(".");
    for (struct dirent *entry; (entry = readdir(entries));)
        if (entry->d_name[0] != '.')
            unlink(entry->d_name);
    closedir(entries);
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *entries = opendir(".");
    for (struct dirent *entry; (entry = readdir(entries));)
        count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

static void put(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

/* In two pieces. */
static int commit(struct replacement *replacement, const char *content)
{
    int code = replacement_write(replacement, content, 2);
    if (code == 0)
        code = replacement_write(replacement, content + 2, strlen(content + 2));
    return code == 0 ? replacement_commit(replacement) : code;
}

static void assert_content(const char *path, const char *expected)
{
    char content[100] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(content, expected);
}

static void replace(const char *path, const char *content)
{
    struct replacement *replacement;
    assert_int_equal(replacement_create(path, 0666, &replacement), 0);
    assert_int_equal(commit(replacement, content), 0);
    replacement_destroy(replacement);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void test_a_new_file_has_the_usual_permissions(void **state)
{
    (void)state;
    mode_t mask = umask(027);
    replace("new", "content");
    umask(mask);
    assert_content("new", "content");
    assert_int_equal(mode_of("new"), 0640);
    assert_int_equal(count_files(), 1);
}

static void test_an_old_file_is_whole_until_the_new_one_is(void **state)
{
    struct replacement *replacement;
    (void)state;
    put("old", "before");
    assert_int_equal(chmod("old", 0604), 0);
    assert_int_equal(replacement_create("old", 0666, &replacement), 0);
    assert_content("old", "before");
    assert_int_equal(commit(replacement, "after"), 0);
    assert_content("old", "after");
    assert_int_equal(mode_of("old"), 0604);
    replacement_destroy(replacement);
    assert_int_equal(count_files(), 1);
}

static void test_what_is_not_committed_leaves_nothing(void **state)
{
    struct replacement *replacement;
    (void)state;
    put("old", "before");
    assert_int_equal(replacement_create("old", 0666, &replacement), 0);
    replacement_destroy(replacement);
    assert_content("old", "before");
    assert_int_equal(count_files(), 1);
    replacement_destroy(NULL);
}

static void test_the_target_of_a_link_is_replaced(void **state)
{
    struct stat status;
    (void)state;
    put("target", "before");
    assert_int_equal(symlink("target", "link"), 0);
    replace("link", "after");
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_content("target", "after");
}

static void test_a_pipe_is_written_and_not_replaced(void **state)
{
    char content[10];
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    replace("pipe", "content");
    assert_int_equal(read(reader, content, sizeof(content)), 7);
    assert_memory_equal(content, "content", 7);
    close(reader);
    struct stat status;
    assert_int_equal(lstat("pipe", &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
}

static void test_what_is_wrong_is_known_at_once(void **state)
{
    struct replacement *replacement;
    (void)state;
    assert_int_equal(replacement_create("no-folder/file", 0666, &replacement), -ENOENT);
    assert_int_equal(replacement_create(".", 0666, &replacement), -EISDIR);
    assert_int_equal(replacement_create("", 0666, &replacement), -ENOENT);
    assert_int_equal(count_files(), 0);
}

static void test_a_full_disk_is_an_error(void **state)
{
    struct replacement *replacement;
    (void)state;
    assert_int_equal(replacement_create("/dev/full", 0666, &replacement), 0);
    assert_int_equal(commit(replacement, "content"), -ENOSPC);
    replacement_destroy(replacement);
}

/* A kill leaves nothing, where the file system knows files without a name. */
static void nothing_has_a_name_before_it_is_whole(void **state)
{
    struct replacement *replacement;
    (void)state;
    int descriptor = open(".", O_TMPFILE | O_WRONLY, 0600);
    if (descriptor < 0)
        skip();
    close(descriptor);
    put("file", "old");
    assert_int_equal(replacement_create("file", 0600, &replacement), 0);
    assert_int_equal(replacement_write(replacement, "new", 3), 0);
    assert_int_equal(count_files(), 1);
    assert_content("file", "old");
    assert_int_equal(replacement_commit(replacement), 0);
    replacement_destroy(replacement);
    assert_int_equal(count_files(), 1);
    assert_content("file", "new");
}

/* What stands in the way of its passing name stays. */
static void a_name_that_is_taken_is_left_alone(void **state)
{
    struct replacement *replacement;
    char name[20];
    (void)state;
    snprintf(name, sizeof(name), "file.%06u", (unsigned)getpid() * 1000 % 1000000);
    put(name, "other");
    assert_int_equal(replacement_create("file", 0600, &replacement), 0);
    assert_int_equal(commit(replacement, "new"), 0);
    replacement_destroy(replacement);
    assert_content(name, "other");
    assert_content("file", "new");
    assert_int_equal(count_files(), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_has_a_name_before_it_is_whole),
        TEST(a_name_that_is_taken_is_left_alone),
        TEST(test_a_new_file_has_the_usual_permissions),
        TEST(test_an_old_file_is_whole_until_the_new_one_is),
        TEST(test_what_is_not_committed_leaves_nothing),
        TEST(test_the_target_of_a_link_is_replaced),
        TEST(test_a_pipe_is_written_and_not_replaced),
        TEST(test_what_is_wrong_is_known_at_once),
        TEST(test_a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
