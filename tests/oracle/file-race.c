/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Threads that open pseudo-files while others change the paths:
 *
 *   steady    /proc/version, by a path that never changes
 *   changing  /proc/self/stat and /proc/self/statm, by a path that turns from the one into the
 * other by one byte: it names one of the two at any time torn      a path that is overwritten with
 * others all the time; what is opened is left to chance
 *
 * Tells how many were opened and how many of these had content: a line "NAME: OPENED CONTENT TRIES"
 * for each of the first two.
 */

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRIES 1500

struct attempts {
        const char *name;
        volatile char path[32];
        unsigned opened, content;
};

struct race {
        struct attempts steady, changing, torn;
        atomic_bool over;
};

static void *attempt(void *argument)
{
        struct attempts *attempts = argument;
        char byte;

        for (unsigned i = 0; i < TRIES; i++) {
                int fd = open((const char *)attempts->path, O_RDONLY | O_NONBLOCK);

                if (fd < 0)
                        continue;
                attempts->opened++;
                attempts->content += read(fd, &byte, 1) == 1;
                close(fd);
        }
        return NULL;
}

static void *change(void *argument)
{
        static const char *const paths[] = {"/proc/version", "/dev/null", "/nowhere", "/proc"};
        struct race *race = argument;
        const size_t last = strlen("/proc/self/stat");

        for (unsigned i = 0; !race->over; i++) {
                race->changing.path[last] = i % 2 ? 'm' : 0;
                for (const char *from = paths[i % 4], *at = from; *at; at++)
                        race->torn.path[at - from] = *at;
        }
        return NULL;
}

static void tell(const struct attempts *attempts)
{
        printf("%s: %u %u %u\n", attempts->name, attempts->opened, attempts->content, TRIES);
}

int main(void)
{
        struct race race = {
                .steady = {.name = "steady", .path = "/proc/version"},
                .changing = {.name = "changing", .path = "/proc/self/stat"},
                .torn = {.name = "torn"},
        };
        pthread_t changer, threads[2];

        if (pthread_create(&changer, NULL, change, &race) != 0 ||
                pthread_create(&threads[0], NULL, attempt, &race.changing) != 0 ||
                pthread_create(&threads[1], NULL, attempt, &race.torn) != 0)
                return 1;
        attempt(&race.steady);
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
        race.over = true;
        pthread_join(changer, NULL);
        tell(&race.steady);
        tell(&race.changing);
        return 0;
}
