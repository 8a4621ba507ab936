// What a program in C++ can do: call the library, and be called by it. Its coroutines are written in C.
#include <haul/haul.h>

#include <cstdio>
#include <string>

namespace
{

struct Clock {
    haul_loop *loop = nullptr;
    std::string said;
};

extern "C" void say_tick(void *data)
{
    static_cast<Clock *>(data)->said += "tick ";
}

extern "C" void say_tock(void *data)
{
    auto *clock = static_cast<Clock *>(data);
    clock->said += "tock";
    haul_loop_stop(clock->loop);
}

extern "C" void say_never(void *data)
{
    static_cast<Clock *>(data)->said += "never";
}

bool runs()
{
    Clock clock;
    haul_handle *handle = nullptr;
    if (haul_loop_create(nullptr, &clock.loop) != 0)
        return false;
    bool made = haul_loop_call_later(clock.loop, 2 * HAUL_MILLISECOND, say_tock, &clock, nullptr) == 0 &&
                haul_loop_call_later(clock.loop, HAUL_MILLISECOND, say_tick, &clock, nullptr) == 0 &&
                haul_loop_call_soon(clock.loop, say_never, &clock, &handle) == 0;
    if (made)
        haul_handle_cancel(handle);
    bool ran = made && haul_loop_run_forever(clock.loop) == 0;
    return haul_loop_destroy(clock.loop) == 0 && ran && clock.said == "tick tock";
}

} // namespace

int main()
{
    bool right = runs();
    std::puts(right ? "ok" : "not ok");
    return right ? 0 : 1;
}
