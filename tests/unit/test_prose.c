#include "compare/prose.h"

#include "output/text.h"

#include <stdarg.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static void assert_text(struct text *text, const char *expected)
{
    text_append(text, "", 1);
    assert_string_equal(text->bytes, expected);
    text_finish(text);
}

static void test_numbers(void **state)
{
    char buffer[PROSE_NUMBER_SIZE];
    (void)state;

    assert_string_equal(prose_number(buffer, 4.0899, 1), "4.1");
    assert_string_equal(prose_number(buffer, 0, 2), "0.00");
    assert_string_equal(prose_number(buffer, 0.9999, 3), "1.000");
    assert_string_equal(prose_number(buffer, 1e30, 1), "9000000000.0");
    assert_string_equal(prose_number(buffer, 41.5, 0), "42");
}

static void test_factors_have_three_figures(void **state)
{
    const double factors[] = {0.0456789, 0.456789, 4.56789, 45.6789, 456.789, 4567.89};
    struct text text = {0};
    (void)state;

    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        prose_append_factor(&text, factors[i]);
        text_append_string(&text, " ");
    }
    prose_append_factor(&text, 9.96);
    assert_text(&text, "0.05 0.46 4.57 45.7 457 4568 10.0");
}

static void test_probabilities(void **state)
{
    struct text text = {0};
    (void)state;

    prose_append_probability(&text, 0.0000999);
    text_append_string(&text, " ");
    prose_append_probability(&text, 0.00794);
    text_append_string(&text, " ");
    prose_append_probability(&text, 0.4206);
    assert_text(&text, "p<0.0001 p=0.0079 p=0.421");
}

static void test_bytes(void **state)
{
    static const int64_t bytes[] = {0, 9999, 10000, 999949, 999951, 12345678, 5000000000, 7000000000000, INT64_MAX};
    struct text text = {0};
    (void)state;

    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        prose_append_bytes(&text, bytes[i]);
        text_append_string(&text, "; ");
    }
    assert_text(&text, "0; 9999; 10.0 kB; 999.9 kB; 1.0 MB; 12.3 MB; 5.0 GB; 7.0 TB; 9223372.0 TB; ");
}

static void test_counts(void **state)
{
    struct text text = {0};
    (void)state;

    prose_append_count(&text, 1, "run");
    prose_append_count(&text, 0, "run");
    prose_append_of(&text, 1, 3);
    prose_append_of(&text, 1, 1);
    assert_text(&text, "1 run0 runs1 of 3 URLs1 of 1 URL");
}

static void test_sentences_are_broken_where_a_line_is_full(void **state)
{
    struct text text = {0};
    struct text sentence = {0};
    (void)state;

    prose_finish(&text, &sentence);
    text_append_string(&sentence, "short");
    prose_finish(&text, &sentence);
    text_append_repeated(&sentence, 'a', 40);
    text_append_string(&sentence, " ");
    text_append_repeated(&sentence, 'b', 39);
    prose_finish(&text, &sentence);
    text_append_repeated(&sentence, 'a', 40);
    text_append_string(&sentence, " ");
    text_append_repeated(&sentence, 'b', 40);
    prose_finish(&text, &sentence);
    assert_text(&text, "short\n"
                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
                       "    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
}

static void test_sentences_are_rather_broken_behind_a_semicolon(void **state)
{
    struct text text = {0};
    struct text sentence = {0};
    (void)state;

    text_append_repeated(&sentence, 'a', 30);
    text_append_string(&sentence, "; b ");
    text_append_repeated(&sentence, 'c', 60);
    prose_finish(&text, &sentence);
    assert_text(&text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;\n"
                       "    b cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc\n");
}

static void test_width_is_of_characters(void **state)
{
    struct text text = {0};
    struct text sentence = {0};
    char word[2 * 80 + 1];
    (void)state;

    assert_int_equal(prose_width("mean ± σ", strlen("mean ± σ")), 8);
    for (size_t i = 0; i < 80; i++)
        memcpy(word + 2 * i, "é", 3);
    text_append_string(&sentence, "é ");
    text_append_string(&sentence, word + 4);
    prose_finish(&text, &sentence);
    assert_int_equal(text.size, 2 + 1 + 2 * 78 + 1);
    assert_null(memchr(text.bytes, '\n', text.size - 1));
    text_finish(&text);
}

/* Cut between characters, not in one. */
static void test_a_long_url_is_cut(void **state)
{
    struct text text = {0};
    char url[2 * 100 + 2] = "h";
    (void)state;

    for (size_t i = 0; i < 100; i++)
        memcpy(url + 1 + 2 * i, "é", 3);
    prose_append_url(&text, url);
    assert_int_equal(text.size, 73 + 3);
    assert_memory_equal(text.bytes, url, 73);
    assert_memory_equal(text.bytes + 73, "...", 3);
    text_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_factors_have_three_figures),
        cmocka_unit_test(test_probabilities),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_sentences_are_broken_where_a_line_is_full),
        cmocka_unit_test(test_sentences_are_rather_broken_behind_a_semicolon),
        cmocka_unit_test(test_width_is_of_characters),
        cmocka_unit_test(test_a_long_url_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
