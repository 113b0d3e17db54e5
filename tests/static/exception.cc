/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu mlock munlock
 *
 * Calls that are made in a catch block and in a destructor on the way to it only.
 */
#include <stdexcept>

#include "library.h"

struct guard {
        ~guard()
        {
                probe(__NR_mlock);
        }
};

static NOINLINE void fail(int argc)
{
        if (argc > 0)
                throw std::runtime_error("on purpose");
}

static NOINLINE int attempt(int argc)
{
        try {
                guard held;

                fail(argc);
                return 1;
        } catch (const std::runtime_error &) {
                return probe(__NR_getcpu) == 0;
        }
}

int main(int argc, char **)
{
        int result = attempt(argc);

        probe(__NR_munlock);
        return result;
}
