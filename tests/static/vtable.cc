/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: exit_group getcpu mlock munlock
 *
 * Virtual functions: of the classes that objects are made of, and not of the one that nobody makes
 * an object of.
 */
/* C++ has another word for it. */
#define noreturn __attribute__((noreturn))
extern "C" {
#include "../oracle/raw.h"
}
#include "attributes.h"

#define probe(number) raw_call((number), -1, -1, -1, -1, -1, -1)

struct base {
        virtual long work() = 0;
        virtual long more()
        {
                return probe(__NR_getcpu);
        }
};

struct first : base {
        long work() override
        {
                return probe(__NR_mlock);
        }
};

struct second : base {
        long work() override
        {
                return probe(__NR_munlock);
        }
};

struct never : base {
        long work() override
        {
                return probe(__NR_msync);
        }
};

KEPT long make_never(void *memory);
long make_never(void *memory)
{
        return (*static_cast<never *volatile *>(memory))->work();
}

extern "C" void __cxa_pure_virtual();
extern "C" void __cxa_pure_virtual()
{
        __builtin_trap();
}

static NOINLINE long use(base *object)
{
        return object->work() + object->more();
}

extern "C" int oracle(int argc)
{
        static first one;
        static second two;

        return use(argc > 5 ? static_cast<base *>(&one) : &two) == 0;
}
