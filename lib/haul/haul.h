/* libhaul: asyncio for C, on libev and libcurl. All of its public headers. */
#ifndef HAUL_HAUL_H
#define HAUL_HAUL_H

#include <haul/barrier.h>
#include <haul/client.h>
#include <haul/clock.h>
#include <haul/completed.h>
#include <haul/condition.h>
#include <haul/cookies.h>
#include <haul/coroutine.h>
#include <haul/descriptor.h>
#include <haul/duration.h>
#include <haul/embedded.h>
#include <haul/error.h>
#include <haul/event.h>
#include <haul/executor.h>
#include <haul/future.h>
#include <haul/gather.h>
#include <haul/generator.h>
#include <haul/group.h>
#include <haul/linkage.h>
#include <haul/lock.h>
#include <haul/loop.h>
#include <haul/outcomes.h>
#include <haul/process.h>
#include <haul/queue.h>
#include <haul/request.h>
#include <haul/result.h>
#include <haul/run.h>
#include <haul/semaphore.h>
#include <haul/shield.h>
#include <haul/sleep.h>
#include <haul/stream.h>
#include <haul/task.h>
#include <haul/timeout.h>
#include <haul/trace.h>
#include <haul/trust.h>
#include <haul/url.h>
#include <haul/version.h>
#include <haul/wait.h>

#endif
