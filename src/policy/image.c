/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Everything here is named by a program under test: paths may lead anywhere, files may be of any
 * kind, a command line may be garbage. So files are found with O_PATH, inside of the process' own
 * root, and only what proves to be a regular file is opened, for its first bytes.
 */

#include "policy/image.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"
#include "base/strings.h"
#include "policy/interpreter.h"

/* How often the interpreter of a script may be a script itself (exec_binprm). */
#define INTERPRETERS_MAX 5

/* Of an environment, as far as it is searched for PATH. */
#define ENVIRONMENT_MAX (128u << 10)
#define DEFAULT_PATH    "/usr/local/bin:/usr/bin:/bin"

void image_clear(struct image *image)
{
        closep(&image->root);
}

/* Reads the link proc/PROCESS/NAME. Returns 0, -ESRCH where the process is gone, or -errno. */
static int read_link(int proc, pid_t process, const char *name, char ret[PATH_MAX])
{
        char link[64];
        ssize_t length;

        snprintf(link, sizeof(link), "%d/%s", process, name);
        length = readlinkat(proc, link, ret, PATH_MAX);
        if (length < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        if (length == PATH_MAX)
                return -ENAMETOOLONG;
        ret[length] = '\0';
        return 0;
}

/* The kernel marks what was removed; that is no part of its name. */
static void strip_deleted(char *path, const struct stat *file)
{
        static const char mark[] = " (deleted)";
        size_t length = strlen(path), tail = sizeof(mark) - 1;

        if (file->st_nlink == 0 && length > tail && strcmp(path + length - tail, mark) == 0)
                path[length - tail] = '\0';
}

/* The path by which the open file is known, links resolved. Returns 0 or -errno. */
static int path_of(const struct image *image, int fd, const struct stat *file, char ret[PATH_MAX])
{
        char link[64];
        ssize_t length;

        snprintf(link, sizeof(link), "self/fd/%d", fd);
        length = readlinkat(image->proc, link, ret, PATH_MAX);
        if (length < 0 || length == PATH_MAX)
                return length < 0 ? -errno : -ENAMETOOLONG;
        ret[length] = '\0';
        strip_deleted(ret, file);
        return 0;
}

/* Where relative paths start. Returns 0 or -errno. */
static int find_folder(struct image *image)
{
        char root[PATH_MAX];
        size_t length;
        int r;

        if (image->knows_folder)
                return 0;
        r = read_link(image->proc, image->process, "root", root);
        if (r == 0)
                r = read_link(image->proc, image->process, "cwd", image->folder);
        if (r < 0)
                return r;
        length = strcmp(root, "/") == 0 ? 0 : strlen(root);
        if (strncmp(image->folder, root, length) == 0 &&
                (image->folder[length] == '/' || image->folder[length] == '\0'))
                memmove(image->folder, image->folder + length, strlen(image->folder + length) + 1);
        image->knows_folder = true;
        return 0;
}

/* Opens (O_PATH) what the process would find under `path`. Returns a descriptor or -errno. */
static int find(struct image *image, const char *path)
{
        const struct open_how how = {
                .flags = O_PATH | O_CLOEXEC,
                .resolve = RESOLVE_IN_ROOT,
        };
        char joined[2 * PATH_MAX + 1];
        long fd;

        if (path[0] == '\0' || strlen(path) >= PATH_MAX)
                return -ENOENT;
        if (path[0] != '/') {
                int r = find_folder(image);

                if (r < 0)
                        return r;
                snprintf(joined, sizeof(joined), "%s/%s", image->folder, path);
                path = joined;
        }
        fd = syscall(SYS_openat2, image->root, path, &how, sizeof(how));
        return fd < 0 ? -errno : (int)fd;
}

/* As find(), of a regular file, with its status. */
static int find_file(struct image *image, const char *path, struct stat *ret)
{
        CLEANUP_CLOSE int fd = find(image, path);
        struct stat file;

        if (fd < 0)
                return fd;
        if (fstat(fd, &file) < 0)
                return -errno;
        if (!S_ISREG(file.st_mode))
                return -EINVAL;
        *ret = file;
        return steal_fd(&fd);
}

static size_t program_place(const struct programs *programs, const struct stat *file)
{
        return (file->st_ino ^ file->st_dev) % ARRAY_SIZE(programs->files);
}

static bool is_known_program(const struct programs *programs, const struct stat *file)
{
        size_t place = program_place(programs, file);
        struct timespec change = programs->files[place].change;

        return programs->files[place].inode == file->st_ino &&
               programs->files[place].device == file->st_dev &&
               change.tv_sec == file->st_ctim.tv_sec && change.tv_nsec == file->st_ctim.tv_nsec;
}

/* The kernel's clock for changes ticks slowly: what was changed just now may be so again, unseen.
 */
static void know_program(struct programs *programs, const struct stat *file)
{
        size_t place = program_place(programs, file);

        if (time(NULL) - file->st_ctim.tv_sec <= 2)
                return;
        programs->files[place].device = file->st_dev;
        programs->files[place].inode = file->st_ino;
        programs->files[place].change = file->st_ctim;
}

/*
 * Parses the head of a file that find_file() opened. Returns true for a script. What the kernel
 * makes up as it is read (/proc, /sys) is none, and is not read.
 */
static bool read_head(
        const struct image *image, int file, const struct stat *status, struct interpreter *ret)
{
        char head[INTERPRETER_LINE_MAX], link[64];
        CLEANUP_CLOSE int fd = -1;
        struct statfs system;
        ssize_t size;

        if (status->st_size < 3 || fstatfs(file, &system) < 0 ||
                system.f_type == PROC_SUPER_MAGIC || system.f_type == SYSFS_MAGIC)
                return false;
        snprintf(link, sizeof(link), "self/fd/%d", file);
        fd = openat(image->proc, link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return false;
        size = read_all(fd, head, sizeof(head));
        return size > 0 && interpreter_parse(head, (size_t)size, ret);
}

static bool is_script(
        const struct image *image, int file, const struct stat *status, struct interpreter *ret)
{
        if (is_known_program(image->programs, status))
                return false;
        if (read_head(image, file, status, ret))
                return true;
        know_program(image->programs, status);
        return false;
}

static bool is_executable(struct image *image, const char *path)
{
        CLEANUP_CLOSE int fd = -1;
        struct stat file = {};

        fd = find_file(image, path, &file);
        return fd >= 0 && file.st_dev == image->file.st_dev && file.st_ino == image->file.st_ino;
}

/* The PATH of the process' environment, owned by the caller; NULL when out of memory. */
static char *search_path(const struct image *image)
{
        CLEANUP_FREE char *data = malloc(ENVIRONMENT_MAX + 1);
        CLEANUP_CLOSE int fd = -1;
        ssize_t size = 0;
        char link[64];

        if (!data)
                return NULL;
        snprintf(link, sizeof(link), "%d/environ", image->process);
        fd = openat(image->proc, link, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
                size = read_all(fd, data, ENVIRONMENT_MAX);
        if (size < 0)
                size = 0;
        data[size] = '\0';
        for (char *word = data; word < data + size; word += strlen(word) + 1) {
                if (string_has_prefix(word, "PATH="))
                        return strdup(word + strlen("PATH="));
        }
        return strdup(DEFAULT_PATH);
}

/* True where a search for `name`, as by env(1) or a shell, leads to the executable. */
static bool search_finds_executable(struct image *image, const char *name)
{
        CLEANUP_STRINGS char **folders = NULL;
        CLEANUP_FREE char *path = NULL;
        const char *slash = strrchr(image->path, '/');

        if (slash && strcmp(slash + 1, name) == 0)
                return true;
        path = search_path(image);
        folders = path ? strings_split(path, ':') : NULL;
        for (char **folder = folders; folder && *folder; folder++) {
                CLEANUP_FREE char *file = string_format("%s/%s", *folder, name);

                if (file && is_executable(image, file))
                        return true;
        }
        return false;
}

static bool leads_to_executable(struct image *image, const struct interpreter *interpreter)
{
        const char *slash = strrchr(interpreter->path, '/');
        char name[INTERPRETER_LINE_MAX];

        /* "#!perl -w" is none to the kernel; perl takes it for one. */
        if (!slash)
                return search_finds_executable(image, interpreter->path);
        if (strcmp(slash, "/env") != 0)
                return is_executable(image, interpreter->path);
        if (!interpreter_of_env(interpreter->argument, name))
                return false;
        return strchr(name, '/') ? is_executable(image, name)
                                 : search_finds_executable(image, name);
}

/* Returns 0 or -errno. */
static int open_root(struct image *image)
{
        char link[64];

        if (image->root >= 0)
                return 0;
        snprintf(link, sizeof(link), "%d/root", image->process);
        image->root = openat(image->proc, link, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (image->root < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        return 0;
}

/* Adds a word as far as there is room. Returns false where there is none. */
static bool add_word(struct words *words, const char *word)
{
        size_t size = strlen(word) + 1;

        if (words->count == IMAGE_WORDS_MAX || size > sizeof(words->text) - words->used)
                return false;
        words->list[words->count++] = memcpy(words->text + words->used, word, size);
        words->used += size;
        return true;
}

/* In /proc there is a zero byte behind each word; the last may be cut off. */
static int read_command_line(struct image *image)
{
        struct words *words = &image->words;
        CLEANUP_CLOSE int fd = -1;
        char link[64];
        ssize_t size;

        snprintf(link, sizeof(link), "%d/cmdline", image->process);
        fd = openat(image->proc, link, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        size = read_all(fd, words->text, sizeof(words->text) - 1);
        if (size < 0)
                return (int)size;
        words->used = (size_t)size;
        words->text[size] = '\0';
        for (char *word = words->text; word < words->text + size && words->count < IMAGE_WORDS_MAX;
                word += strlen(word) + 1)
                words->list[words->count++] = word;
        return 0;
}

/* Reads memory of the process. Returns the bytes up to the first that cannot be read. */
static size_t read_memory(pid_t process, uint64_t address, void *data, size_t size)
{
        struct iovec local = {.iov_base = data, .iov_len = size};
        struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};
        ssize_t count = process_vm_readv(process, &local, 1, &remote, 1, 0);

        return count < 0 ? 0 : (size_t)count;
}

/* Reads a string of the process. Returns false where it has no end within `size` bytes. */
static bool read_string(pid_t process, uint64_t address, char *text, size_t size)
{
        size_t page = (size_t)sysconf(_SC_PAGESIZE), done = 0;

        /* By the page: what ends before an unreadable page is whole. */
        while (done < size) {
                size_t piece = page - (size_t)((address + done) % page);
                size_t count;

                if (piece > size - done)
                        piece = size - done;
                count = read_memory(process, address + done, text + done, piece);
                if (memchr(text + done, '\0', count))
                        return true;
                if (count < piece)
                        return false;
                done += count;
        }
        return false;
}

/* Adds the words of an argument vector, without its first, which the program is told as its name.
 */
static void read_arguments(struct image *image, uint64_t address, bool short_pointers)
{
        size_t width = short_pointers ? sizeof(uint32_t) : sizeof(uint64_t);
        struct words *words = &image->words;

        for (size_t i = 1; address != 0 && words->count < IMAGE_WORDS_MAX; i++) {
                char *text = words->text + words->used;
                uint64_t pointer = 0;

                if (read_memory(image->process, address + i * width, &pointer, width) != width ||
                        pointer == 0 ||
                        !read_string(
                                image->process, pointer, text, sizeof(words->text) - words->used))
                        return;
                words->list[words->count++] = text;
                words->used += strlen(text) + 1;
        }
}

/*
 * Finds what will be the executable when `path` is executed, and the words that the kernel puts
 * before the second one of the command line then: of the interpreter's line, and the script.
 * Returns 0, or -errno where the exec cannot succeed.
 */
static int follow(struct image *image, const char *path)
{
        struct interpreter chain[INTERPRETERS_MAX];
        char scripts[INTERPRETERS_MAX + 1][PATH_MAX];
        size_t depth = 0;

        if (strlen(path) >= PATH_MAX)
                return -ENAMETOOLONG;
        strcpy(scripts[0], path);
        for (;;) {
                CLEANUP_CLOSE int fd = find_file(image, scripts[depth], &image->file);
                int r;

                if (fd < 0)
                        return fd;
                if (depth == INTERPRETERS_MAX ||
                        !is_script(image, fd, &image->file, &chain[depth])) {
                        r = path_of(image, fd, &image->file, image->path);
                        if (r < 0)
                                return r;
                        break;
                }
                strcpy(scripts[depth + 1], chain[depth].path);
                depth++;
        }
        add_word(&image->words, image->path);
        while (depth-- > 0) {
                if (chain[depth].argument[0])
                        add_word(&image->words, chain[depth].argument);
                add_word(&image->words, scripts[depth]);
        }
        return 0;
}

int image_of_process(struct image *image, struct programs *programs, int proc, pid_t process)
{
        char link[64];
        int r;

        image->programs = programs;
        image->proc = proc;
        image->process = process;
        r = read_link(proc, process, "exe", image->path);
        if (r < 0)
                return r;
        snprintf(link, sizeof(link), "%d/exe", process);
        if (fstatat(proc, link, &image->file, 0) < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        strip_deleted(image->path, &image->file);
        return 0;
}

int image_of_exec(struct image *image, struct programs *programs, int proc, pid_t thread,
        const char *path, uint64_t arguments, bool short_pointers)
{
        int r;

        image->programs = programs;
        image->proc = proc;
        image->process = thread;
        image->knows_words = true;
        r = open_root(image);
        if (r < 0)
                return r;
        if (follow(image, path) < 0)
                return -ENOENT;
        read_arguments(image, arguments, short_pointers);
        return 0;
}

int image_script(struct image *image, char ret[PATH_MAX])
{
        int r = open_root(image);

        if (r == 0 && !image->knows_words) {
                r = read_command_line(image);
                image->knows_words = r == 0;
        }
        if (r < 0)
                return r;
        for (size_t i = 1; i < image->words.count; i++) {
                const char *word = image->words.list[i];
                struct interpreter interpreter;
                CLEANUP_CLOSE int fd = -1;
                struct stat file;

                if (word[0] == '-')
                        continue;
                fd = find_file(image, word, &file);
                if (fd >= 0 && is_script(image, fd, &file, &interpreter) &&
                        leads_to_executable(image, &interpreter))
                        return path_of(image, fd, &file, ret) == 0;
        }
        return 0;
}

bool image_is_own(const struct image *image)
{
        struct stat own;

        return fstatat(image->proc, "self/exe", &own, 0) == 0 && own.st_dev == image->file.st_dev &&
               own.st_ino == image->file.st_ino;
}
