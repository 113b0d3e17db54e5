//
// What to do about each system call, as three tables, and the skeleton of a dispatcher. One file of
// the system has
//
//     #define LOUPE_SHIM
//     #include "this file"
//
// and gets the tables and loupe_syscall(); others include it without. It needs no C library, and
// gcc or clang.

#ifndef LOUPE_CALLS_H
#define LOUPE_CALLS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a call that is not there returns, negative as the kernel returns errnos.
#define LOUPE_ENOSYS 38

// How a faked call reports success.
enum loupe_success {
        LOUPE_CONSTANT,   // always `value`
        LOUPE_ARGUMENT,   // the argument with that number, from 0 on: write's count
        LOUPE_DESCRIPTOR, // a new descriptor, open on nothing of use: loupe_new_descriptor()
        LOUPE_VECTORS, // the bytes in the array of struct iovec at that argument, its length in the
                       // next
        LOUPE_MESSAGE, // the bytes in the struct msghdr at that argument
        LOUPE_THREAD,  // the number of the calling thread: loupe_thread()
};

struct loupe_call {
        long number;
        const char *name;
};

struct loupe_fake {
        long number;
        const char *name;
        enum loupe_success success;
        long value;
};

// By number; each ends with a row without a name.
extern const struct loupe_call loupe_implement[];
extern const struct loupe_call loupe_stub[];
extern const struct loupe_fake loupe_fake[];

// What the system's entry for calls calls: returns the result, or a negative errno. What stands in
// no table is loupe_unlisted()'s.
long loupe_syscall(long number, long a0, long a1, long a2, long a3, long a4, long a5);

// What the system writes, function by function. All are weak: what is not there yet counts as
// stubbed.

// Gets each call that is to be implemented and has no function of its own below.
long loupe_other(long number, long a0, long a1, long a2, long a3, long a4, long a5)
        __attribute__((weak));

// Gets each call that stands in no table: no run of the unmodified programs made it. A program
// whose calls are stubbed may try others that it would not have needed.
long loupe_unlisted(long number, long a0, long a1, long a2, long a3, long a4, long a5)
        __attribute__((weak));

// A new descriptor, or a negative errno.
long loupe_new_descriptor(void) __attribute__((weak));

// The number of the calling thread.
long loupe_thread(void) __attribute__((weak));

// Copies from the caller's memory; returns 0, or a negative errno where that cannot be read.
// Without it the caller's memory is read as it is: right for a system in one address space, and for
// no other.
long loupe_copy(void *to, const void *from, size_t size) __attribute__((weak));
