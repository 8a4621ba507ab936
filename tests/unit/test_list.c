#include "stage.h"

#include "base/list.h"

struct item {
    int number;
    struct haul_list link;
};

static int number_at(struct haul_list *link)
{
    return haul__container(link, struct item, link)->number;
}

static void test_append_and_remove(void **state)
{
    (void)state;
    struct haul_list list;
    struct item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    haul__list_init(&list);
    assert_true(haul__list_is_empty(&list));
    for (int i = 0; i < 3; i++)
        haul__list_append(&list, &items[i].link);
    assert_int_equal(number_at(list.next), 0);
    assert_int_equal(number_at(list.previous), 2);
    haul__list_remove(&items[1].link);
    assert_int_equal(number_at(list.next->next), 2);
    assert_ptr_equal(list.next->next->next, &list);
}

static void test_remove_twice(void **state)
{
    (void)state;
    struct haul_list list;
    struct item items[2] = {{.number = 0}, {.number = 1}};
    haul__list_init(&list);
    haul__list_append(&list, &items[0].link);
    haul__list_append(&list, &items[1].link);
    haul__list_remove(&items[0].link);
    haul__list_remove(&items[0].link);
    assert_int_equal(number_at(list.next), 1);
    haul__list_remove(&items[1].link);
    assert_true(haul__list_is_empty(&list));
}

static void test_splice(void **state)
{
    (void)state;
    struct haul_list list;
    struct haul_list source;
    struct item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    haul__list_init(&list);
    haul__list_init(&source);
    haul__list_splice(&list, &source);
    assert_true(haul__list_is_empty(&list));

    haul__list_append(&source, &items[0].link);
    haul__list_append(&source, &items[1].link);
    haul__list_splice(&list, &source);
    assert_true(haul__list_is_empty(&source));

    haul__list_append(&source, &items[2].link);
    haul__list_append(&source, &items[3].link);
    haul__list_splice(&list, &source);
    struct haul_list *link = list.next;
    for (int i = 0; i < 4; i++, link = link->next) {
        assert_int_equal(number_at(link), i);
        assert_ptr_equal(link->next->previous, link);
    }
    assert_ptr_equal(link, &list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append_and_remove),
        cmocka_unit_test(test_remove_twice),
        cmocka_unit_test(test_splice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
