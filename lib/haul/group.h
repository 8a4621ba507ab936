/* Groups: tasks that end together (asyncio: TaskGroup).
 *
 * A group stands in the frame of the coroutine that opens it, and that coroutine leaves it with haul_group_wait before
 * it ends, in `finally` at the latest:
 *
 *     haul_group_init(task, &self->group);
 *     haul_group_spawn(&self->group, HAUL_CALL(nap, .seconds = 1), NULL);
 *     ...
 *     HAUL_FINALLY;
 *     HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
 *     HAUL_END;
 *
 * The first task that ends with an error, other than being cancelled, cancels the rest, and the coroutine that opened
 * the group, if it is not waiting for it yet; it then ends with the task's error, not as cancelled. And where the body
 * of that coroutine has failed or was cancelled, the wait in `finally` cancels the group.
 *
 * The wait gives the first error. Those of the others, which failed too or while they tidied up, are reported as errors
 * that nobody took, unless they are collected (asyncio: ExceptionGroup). */
#ifndef HAUL_GROUP_H
#define HAUL_GROUP_H

#include <haul/coroutine.h>
#include <haul/embedded.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_loop;

/* The tasks of a group that ended with an error, in the order of their ends. Its fields are private. */
struct haul_error_group {
    struct haul_list tasks; /* each with a reference */
    size_t count;
};

/* A group. Its fields are private. */
struct haul_group {
    struct haul_loop *loop;
    struct haul_list tasks;                                          /* those that have not ended, oldest first */
    void (*ended)(struct haul_group *group, struct haul_task *task); /* told of each that ends; NULL: nobody */
    struct haul_task *owner;                                         /* the task that opened it */
    int code;                                                        /* the first error */
    unsigned cancelling;                                             /* the requests given to its owner before */
    unsigned short request;                                          /* the group's own, where owner_cancelled */
    unsigned char cancelled;                                         /* it takes no more tasks */
    unsigned char waiting;                                           /* its owner is in haul_group_wait */
    unsigned char owner_cancelled;                                   /* by the group, because of the first error */
    unsigned char wait_cancelled;                                    /* its owner was cancelled while it waited */
    unsigned char keeps_values;                                      /* a value beats a cancel not given yet */
    struct haul_error_group *errors;                                 /* where those that fail go; NULL: nowhere */
};

/* Opens a group owned by TASK. */
void haul_group_init(struct haul_task *task, struct haul_group *group);

/* Makes a task in the group, as haul_task_create does. HAUL_E_CANCELLED: the group was cancelled or has failed;
 * -ENOMEM. */
int haul_group_spawn(struct haul_group *group, struct haul_awaitable awaitable, struct haul_task **ret_task);

/* Cancels all tasks of the group; it takes no more. */
void haul_group_cancel(struct haul_group *group);

/* Waits until all have ended; by its owner. 0; the first error of a task (then a cancel of its owner by others is
 * delivered at the next await); HAUL_E_CANCELLED when its owner was cancelled while it waited: then the group was, too,
 * and has ended. The group can be used again afterwards. */
HAUL__MUST_AWAIT struct haul_await haul_group_wait(struct haul_task *task, struct haul_group *group);

/* Has ERRORS keep the tasks of the group that end with an error other than being cancelled, the first too; NULL: no
 * longer. It is begun here, stands beside the group, and is let go with haul_error_group_finish when the group has been
 * left. Nothing is allocated when a task fails; the task, its frame too, is kept. */
void haul_group_collect(struct haul_group *group, struct haul_error_group *errors);

size_t haul_error_group_count(const struct haul_error_group *errors);

/* The task that ended next after PREVIOUS, or the first where that is NULL; NULL: that was the last. Borrowed:
 *
 *     struct haul_task *failed = NULL;
 *     while ((failed = haul_error_group_next(&self->errors, failed)))
 *         printf("%s\n", haul_error_message(haul_future_code(haul_task_future(failed)))); */
struct haul_task *haul_error_group_next(const struct haul_error_group *errors, const struct haul_task *previous);

/* Lets the tasks go; it is empty then. An error whose code nobody asked for is reported. */
void haul_error_group_finish(struct haul_error_group *errors);

HAUL__END_C

#endif
