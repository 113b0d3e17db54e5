/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/strings.h"
#include "base/vector.h"
#include "search/refusals-json.h"

#define JOURNAL_SCHEMA "loupe/journal/1"
#define JOURNAL_LIMIT  (1u << 30)

/* Times that a lock is asked for, 0.01 s apart. */
#define LOCK_ATTEMPTS 200

/* A record, and whether the search knows it already. */
struct entry {
        struct run_record *record;
        bool taken;
};

struct journal {
        char *path;
        int fd;
        off_t size; /* of the part that is whole */
        json_t *header;
        VECTOR(struct entry) entries;
        json_t *index; /* key → position in `entries` */
};

static struct run_record *record_free(struct run_record *record)
{
        if (!record)
                return NULL;
        free(record->key);
        free(record->policy);
        free(record->output);
        free(record->script_output);
        observation_clear(&record->observation);
        refusals_clear(&record->refusals);
        free(record);
        return NULL;
}
DEFINE_CLEANUP(struct run_record *, record_free)

struct journal *journal_free(struct journal *journal)
{
        struct entry *entry;

        if (!journal)
                return NULL;
        vector_for_each(entry, &journal->entries)
                record_free(entry->record);
        vector_clear(&journal->entries);
        json_decref(journal->header);
        json_decref(journal->index);
        if (journal->fd >= 0)
                close(journal->fd);
        free(journal->path);
        free(journal);
        return NULL;
}

static json_t *observation_to_json(const struct observation *observation)
{
        const struct observed_call *call;
        char name[FEATURE_NAME_MAX];
        json_t *object = json_object();

        vector_for_each(call, &observation->calls)
                json_object_set_new(object, feature_name(call->feature, name),
                        json_integer((json_int_t)call->count));
        return object;
}

static int observation_from_json(json_t *object, struct observation *observation)
{
        struct observed_call *call;
        struct feature feature;
        const char *name;
        json_t *count;

        json_object_foreach(object, name, count)
        {
                if (feature_parse(name, &feature, NULL) < 0 || !json_is_integer(count))
                        return -EINVAL;
                call = observation_call(observation, feature);
                if (!call)
                        return -ENOMEM;
                call->count = (uint64_t)json_integer_value(count);
        }
        return 0;
}

static json_t *usage_to_json(const struct usage *usage)
{
        return json_pack("{s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "cpu_s", usage->cpu, "memory",
                (json_int_t)usage->memory, "files", (json_int_t)usage->files, "context_switches",
                (json_int_t)usage->context_switches, "file_bytes", (json_int_t)usage->file_bytes,
                "file_operations", (json_int_t)usage->file_operations, "network_bytes",
                (json_int_t)usage->network_bytes, "network_operations",
                (json_int_t)usage->network_operations);
}

static int usage_from_json(json_t *object, struct usage *usage)
{
        json_int_t memory, files, switches, file_bytes, file_operations, network_bytes,
                network_operations;

        if (json_unpack(object, "{s:F, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "cpu_s", &usage->cpu,
                    "memory", &memory, "files", &files, "context_switches", &switches, "file_bytes",
                    &file_bytes, "file_operations", &file_operations, "network_bytes",
                    &network_bytes, "network_operations", &network_operations) < 0)
                return -EINVAL;
        usage->memory = (uint64_t)memory;
        usage->files = (uint64_t)files;
        usage->context_switches = (uint64_t)switches;
        usage->file_bytes = (uint64_t)file_bytes;
        usage->file_operations = (uint64_t)file_operations;
        usage->network_bytes = (uint64_t)network_bytes;
        usage->network_operations = (uint64_t)network_operations;
        return 0;
}

/* What records of earlier versions have not. */
static int later_fields_from_json(json_t *object, struct run_record *record)
{
        json_t *usage = json_object_get(object, "usage");
        json_t *score = json_object_get(object, "score");
        json_t *refusals = json_object_get(object, "refusals");
        int r;

        record->score = NAN;
        if (score && !json_is_number(score))
                return -EINVAL;
        if (score)
                record->score = json_number_value(score);
        record->has_usage = usage != NULL;
        r = usage ? usage_from_json(usage, &record->usage) : 0;
        if (r == 0 && refusals)
                r = refusals_from_json(refusals, &record->refusals);
        return r;
}

static json_t *record_to_json(const struct run_record *record)
{
        char outcome[OUTCOME_TEXT_MAX];
        json_t *object;

        object = json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:b, s:o, s:o}", "key",
                record->key, "policy", record->policy, "outcome",
                outcome_text(record->outcome, outcome), "wall_s", record->wall, "ready_s",
                record->ready, "total_s", record->total, "cpu_s", record->cpu, "elapsed_s",
                record->elapsed, "limit_s", record->limit, "out_of_memory", record->out_of_memory,
                "output", json_text(record->output), "script_output",
                json_text(record->script_output));
        if (object && record->has_usage)
                json_object_set_new(object, "usage", usage_to_json(&record->usage));
        if (object && !isnan(record->score))
                json_object_set_new(object, "score", json_real(record->score));
        return object;
}

static json_t *observed_record_to_json(const struct run_record *record)
{
        bool refused = record->refusals.items.count > 0 || record->refusals.lost > 0;
        json_t *object = record_to_json(record);

        if (object && record->observation.calls.count > 0)
                json_object_set_new(object, "calls", observation_to_json(&record->observation));
        if (object && refused &&
                json_object_set_new(object, "refusals", refusals_to_json(&record->refusals)) < 0) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static int record_from_json(json_t *object, struct run_record **ret)
{
        CLEANUP(record_freep) struct run_record *record = calloc(1, sizeof(*record));
        const char *key, *policy, *outcome, *output, *script_output;
        json_t *calls = NULL;
        int out_of_memory, r;

        if (!record)
                return -ENOMEM;
        if (json_unpack(object, "{s:s, s:s, s:s, s:F, s:F, s:F, s:F, s:F, s:F, s:b, s:s, s:s, s?o}",
                    "key", &key, "policy", &policy, "outcome", &outcome, "wall_s", &record->wall,
                    "ready_s", &record->ready, "total_s", &record->total, "cpu_s", &record->cpu,
                    "elapsed_s", &record->elapsed, "limit_s", &record->limit, "out_of_memory",
                    &out_of_memory, "output", &output, "script_output", &script_output, "calls",
                    &calls) < 0 ||
                outcome_parse(outcome, &record->outcome) < 0)
                return -EINVAL;
        r = later_fields_from_json(object, record);
        if (r == 0 && calls)
                r = observation_from_json(calls, &record->observation);
        if (r < 0)
                return r;
        record->out_of_memory = out_of_memory;
        record->key = strdup(key);
        record->policy = strdup(policy);
        record->output = strdup(output);
        record->script_output = strdup(script_output);
        if (!record->key || !record->policy || !record->output || !record->script_output)
                return -ENOMEM;
        *ret = steal_pointer(record);
        return 0;
}

/* Takes over the record where it succeeds. */
static int add_record(struct journal *journal, struct run_record *record, bool taken)
{
        struct entry *entry = vector_add(&journal->entries);

        if (!entry)
                return -ENOMEM;
        *entry = (struct entry){record, taken};
        if (json_object_set_new(journal->index, record->key,
                    json_integer((json_int_t)journal->entries.count - 1)) < 0) {
                journal->entries.count--;
                return -ENOMEM;
        }
        return 0;
}

/* Takes in the object of one line: the header first, then records. */
static int add_line(struct journal *journal, json_t *object)
{
        CLEANUP(record_freep) struct run_record *record = NULL;
        const char *schema;
        int r;

        if (!journal->header) {
                if (json_unpack(object, "{s:s}", "schema", &schema) < 0 ||
                        strcmp(schema, JOURNAL_SCHEMA) != 0)
                        return -EINVAL;
                journal->header = json_incref(object);
                return 0;
        }
        r = record_from_json(object, &record);
        if (r == 0)
                r = add_record(journal, record, false);
        if (r == 0)
                steal_pointer(record);
        return r;
}

static int parse(struct journal *journal, const char *text, size_t size, struct error *error)
{
        unsigned number = 1;
        const char *end;
        json_t *object;
        int r;

        for (const char *line = text; line < text + size; line = end + 1, number++) {
                end = memchr(line, '\n', text + size - line);
                /* A last line without its end was cut short: that run is simply done again. */
                if (!end)
                        break;
                object = json_loadb(line, end - line, 0, NULL);
                r = object ? add_line(journal, object) : -EINVAL;
                json_decref(object);
                if (r < 0)
                        return error_set(error, -r, "%s:%u: %s", journal->path, number,
                                number == 1 ? "not a journal of " JOURNAL_SCHEMA
                                            : "not the record of a run");
                journal->size = end + 1 - text;
        }
        if (!journal->header)
                return error_set(error, EINVAL, "%s:1: the journal is empty", journal->path);
        return 0;
}

/* A journal without a file; takes over the path. */
static struct journal *journal_new(char *path)
{
        CLEANUP_JOURNAL struct journal *journal = calloc(1, sizeof(*journal));

        if (!journal || !path) {
                free(path);
                return NULL;
        }
        journal->fd = -1;
        journal->path = path;
        journal->index = json_object();
        return journal->index ? steal_pointer(journal) : NULL;
}

/*
 * Locks the journal for this analysis. The processes of one that was killed share its lock until
 * they have ended as well, a moment later.
 */
static int lock(int fd)
{
        const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

        for (unsigned i = 0; i < LOCK_ATTEMPTS; i++) {
                if (flock(fd, LOCK_EX | LOCK_NB) == 0)
                        return 0;
                if (errno != EWOULDBLOCK)
                        return -errno;
                nanosleep(&pause, NULL);
        }
        return -EBUSY;
}

static int journal_new_in(
        const char *directory, int flags, struct journal **ret, struct error *error)
{
        CLEANUP_JOURNAL struct journal *journal =
                journal_new(string_format("%s/journal.jsonl", directory));
        int r;

        if (!journal)
                return error_errno(error, ENOMEM, "%s", directory);
        journal->fd = open(journal->path, flags | O_CLOEXEC, 0644);
        if (journal->fd < 0)
                return error_errno(error, errno, "%s", journal->path);
        r = (flags & O_ACCMODE) != O_RDONLY ? lock(journal->fd) : 0;
        if (r == -EBUSY)
                return error_set(error, EBUSY, "%s: another analysis is writing it", journal->path);
        if (r < 0)
                return error_errno(error, -r, "%s: locking", journal->path);
        *ret = steal_pointer(journal);
        return 0;
}

int journal_parse(
        const char *path, const char *text, size_t size, struct journal **ret, struct error *error)
{
        CLEANUP_JOURNAL struct journal *journal = journal_new(strdup(path));
        int r;

        if (!journal)
                return error_errno(error, ENOMEM, "%s", path);
        r = parse(journal, text, size, error);
        if (r == 0)
                *ret = steal_pointer(journal);
        return r;
}

/* Appends one line in one write; takes back what a full disk let through. */
static int append(struct journal *journal, json_t *object, struct error *error)
{
        CLEANUP_FREE char *text = json_dumps(object, JSON_COMPACT);
        CLEANUP_FREE char *line = text ? string_format("%s\n", text) : NULL;
        int r;

        if (!line)
                return error_errno(error, ENOMEM, "%s", journal->path);
        r = write_all(journal->fd, line, strlen(line));
        if (r == 0 && fdatasync(journal->fd) < 0)
                r = -errno;
        if (r < 0) {
                if (ftruncate(journal->fd, journal->size) < 0)
                        return error_errno(error, errno, "%s: taking back a line", journal->path);
                return error_errno(error, -r, "%s", journal->path);
        }
        journal->size += (off_t)strlen(line);
        return 0;
}

int journal_create(const char *directory, json_t *header, struct journal **ret, struct error *error)
{
        CLEANUP_JOURNAL struct journal *journal = NULL;
        const bool made = mkdir(directory, 0755) == 0;
        int r;

        if (!made && errno != EEXIST)
                return error_errno(error, errno, "%s", directory);
        r = journal_new_in(directory, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, &journal, error);
        if (r < 0)
                return r;
        json_object_set_new(header, "schema", json_string(JOURNAL_SCHEMA));
        r = append(journal, header, error);
        if (r < 0) {
                /* Without its header it could not be continued, and would be in the way. */
                unlink(journal->path);
                if (made)
                        rmdir(directory);
                return r;
        }
        journal->header = json_incref(header);
        *ret = steal_pointer(journal);
        return 0;
}

int journal_open(const char *directory, bool read_only, struct journal **ret, struct error *error)
{
        CLEANUP_JOURNAL struct journal *journal = NULL;
        CLEANUP_FREE char *text = NULL;
        size_t size;
        int r;

        r = journal_new_in(directory, read_only ? O_RDONLY : O_RDWR | O_APPEND, &journal, error);
        if (r < 0)
                return r;
        r = read_file(journal->path, JOURNAL_LIMIT, &text, &size);
        if (r < 0)
                return error_errno(error, -r, "%s", journal->path);
        r = parse(journal, text, size, error);
        if (r < 0)
                return r;
        if (!read_only && ftruncate(journal->fd, journal->size) < 0)
                return error_errno(error, errno, "%s", journal->path);
        *ret = steal_pointer(journal);
        return 0;
}

json_t *journal_header(const struct journal *journal)
{
        return journal->header;
}

static struct entry *find_entry(const struct journal *journal, const char *key)
{
        json_t *position = json_object_get(journal->index, key);

        return position ? &journal->entries.items[json_integer_value(position)] : NULL;
}

const struct run_record *journal_find(const struct journal *journal, const char *key)
{
        const struct entry *entry = find_entry(journal, key);

        return entry ? entry->record : NULL;
}

const struct run_record *journal_take(struct journal *journal, const char *key, bool *ret_first)
{
        struct entry *entry = find_entry(journal, key);

        if (!entry)
                return NULL;
        *ret_first = !entry->taken;
        entry->taken = true;
        return entry->record;
}

double journal_elapsed(const struct journal *journal)
{
        size_t count = journal->entries.count;

        return count > 0 ? journal->entries.items[count - 1].record->elapsed : 0;
}

size_t journal_count(const struct journal *journal)
{
        return journal->entries.count;
}

const struct run_record *journal_record(const struct journal *journal, size_t index)
{
        return journal->entries.items[index].record;
}

json_t *journal_records_json(const struct journal *journal)
{
        json_t *array = json_array();

        for (size_t i = 0; array && i < journal_count(journal); i++) {
                if (json_array_append_new(array, record_to_json(journal_record(journal, i))) < 0) {
                        json_decref(array);
                        return NULL;
                }
        }
        return array;
}

int journal_append(struct journal *journal, const char *key, const char *policy, double limit,
        double elapsed, struct run_result *result, const struct run_record **ret,
        struct error *error)
{
        CLEANUP(record_freep) struct run_record *record = calloc(1, sizeof(*record));
        json_t *object = NULL;
        int r;

        if (!record)
                return error_errno(error, ENOMEM, "%s", journal->path);
        *record = (struct run_record){
                .key = strdup(key),
                .policy = strdup(policy),
                .outcome = result->outcome,
                .wall = result->wall,
                .ready = result->ready,
                .total = result->total,
                .cpu = result->cpu,
                .elapsed = elapsed,
                .limit = limit,
                .out_of_memory = result->out_of_memory,
                .has_usage = true,
                .usage = result->usage,
                .score = result->score,
                .output = steal_pointer(result->output),
                .script_output = steal_pointer(result->script_output),
                .observation = result->observation,
                .refusals = result->refusals,
        };
        result->observation = (struct observation){};
        result->refusals = (struct refusals){};
        if (record->key && record->policy)
                object = observed_record_to_json(record);
        if (!object)
                return error_errno(error, ENOMEM, "%s", journal->path);
        r = append(journal, object, error);
        json_decref(object);
        if (r == 0)
                r = add_record(journal, record, true);
        if (r < 0)
                return r;
        *ret = steal_pointer(record);
        return 0;
}
