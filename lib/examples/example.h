/* The examples. Each is a function that runs on a loop and writes to OUT, so that main.c can run it on the real clock
 * and the tests on a virtual one. Its result is the exit status: 0 if all went well. */
#ifndef EXAMPLES_EXAMPLE_H
#define EXAMPLES_EXAMPLE_H

#include <haul/haul.h>

#include <stdio.h>

/* ARGC and ARGV are main's. */
typedef int example_fn(struct haul_loop *loop, FILE *out, int argc, char **argv);

example_fn example_async_matches;
example_fn example_async_search;
example_fn example_baggage;
example_fn example_blocking_call;
example_fn example_chain;
example_fn example_completed_sleep;
example_fn example_coroutine_function;
example_fn example_count;
example_fn example_countdown;
example_fn example_echo;
example_fn example_fetch;
example_fn example_gather_sleep;
example_fn example_hello;
example_fn example_interleave;
example_fn example_lifecycle;
example_fn example_lucas;
example_fn example_matches;
example_fn example_minimum;
example_fn example_pipeline;
example_fn example_prime;
example_fn example_receiver;
example_fn example_scheduler;
example_fn example_search;
example_fn example_slow_operation;
example_fn example_sort;
example_fn example_square;
example_fn example_square_child;
example_fn example_square_completed;
example_fn example_square_gather;
example_fn example_stalled;
example_fn example_synchronous;

#endif
