/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/reference.h"

#include <errno.h>
#include <string.h>

#include "arch/arch.h"
#include "base/json.h"
#include "base/strings.h"
#include "policy/policy.h"
#include "store/analysis-document.h"
#include "store/database.h"

void reference_clear(struct reference *reference)
{
        vector_clear(&reference->only);
        vector_clear(&reference->verdicts);
        json_decref(reference->json);
        *reference = (struct reference){};
}

static int out_of_memory(const char *source, struct error *error)
{
        return error_errno(error, ENOMEM, "%s", source);
}

static int refuse(const struct reference *reference, const char *member, const char *what,
        struct error *error)
{
        return error_set(error, EINVAL, "%s: %s: %s", reference->source, member, what);
}

static int read_settings(struct reference *reference, const json_t *settings, struct error *error)
{
        static const char *const words[] = {
                [SUBFEATURES_NONE] = "none",
                [SUBFEATURES_NEEDED] = "needed",
                [SUBFEATURES_ALL] = "all",
        };
        const char *fake, *stub_errno, *subfeatures;
        int count_launch, files, joint;

        if (json_unpack((json_t *)settings, "{s:s, s:s, s:b, s:s, s:b, s:b}", "fake", &fake,
                    "stub_errno", &stub_errno, "count_launch", &count_launch, "subfeatures",
                    &subfeatures, "files", &files, "joint", &joint) < 0)
                return refuse(reference, "tool.settings", "is not whole", error);
        reference->withholding.stub_errno = errno_from_name(stub_errno);
        if (reference->withholding.stub_errno == 0)
                return refuse(reference, "tool.settings.stub_errno", "is no errno", error);
        reference->withholding.fake_zero = strcmp(fake, "zero") == 0;
        if (!reference->withholding.fake_zero && strcmp(fake, "success") != 0)
                return refuse(
                        reference, "tool.settings.fake", "is neither success nor zero", error);
        reference->count_launch = count_launch;
        reference->files = files;
        reference->joint = joint;
        for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
                if (strcmp(subfeatures, words[i]) == 0) {
                        reference->subfeatures = i;
                        return 0;
                }
        return refuse(
                reference, "tool.settings.subfeatures", "is none of none, needed, all", error);
}

static int read_only(struct reference *reference, const json_t *only, struct error *error)
{
        struct feature *feature;
        json_t *name;
        size_t i;
        int r;

        if (!json_is_array(only))
                return refuse(reference, "tool.settings.only", "should be an array", error);
        json_array_foreach(only, i, name)
        {
                feature = vector_add(&reference->only);
                if (!feature)
                        return out_of_memory(reference->source, error);
                r = feature_parse(
                        json_string_value(name) ? json_string_value(name) : "", feature, error);
                if (r < 0)
                        return error_prefix(error, r, "%s: tool.settings.only", reference->source);
        }
        return 0;
}

static int read_verdicts(struct reference *reference, json_t *verdicts, struct error *error)
{
        struct known_verdict *known;
        const char *name;
        json_t *word;
        int r;

        json_object_foreach(verdicts, name, word)
        {
                known = vector_add(&reference->verdicts);
                if (!known)
                        return out_of_memory(reference->source, error);
                r = feature_parse(name, &known->feature, error);
                if (r < 0)
                        return error_prefix(error, r, "%s", reference->source);
                if (!json_is_string(word) ||
                        verdict_parse(json_string_value(word), &known->verdict, NULL) < 0)
                        return refuse(reference, name, "has no verdict", error);
        }
        return 0;
}

int reference_from_json(json_t *json, struct reference *ret, struct error *error)
{
        CLEANUP_REFERENCE struct reference reference = {};
        json_t *settings, *verdicts;
        int same_workload, replicas, r;

        if (json_unpack(json,
                    "{s:s, s:s, s?s, s?s, s?s, s:s, s:s, s?s, s?s, s?s, s?s, s:b, s:i, s:o, s:o}",
                    "source", &reference.source, "application", &reference.application, "version",
                    &reference.version, "executable", &reference.executable, "sha256",
                    &reference.executable_digest, "workload", &reference.workload, "kind",
                    &reference.kind, "kernel", &reference.kernel, "libc", &reference.libc,
                    "observer", &reference.observer, "tool", &reference.tool_version,
                    "same_workload", &same_workload, "replicas", &replicas, "settings", &settings,
                    "verdicts", &verdicts) < 0)
                return error_set(error, EINVAL, "what is kept of the earlier result is not whole");
        if (replicas < 1 || replicas > WORKLOAD_REPLICAS_MAX)
                return refuse(&reference, "replicas", "is out of range", error);
        reference.json = json_incref(json);
        reference.same_workload = same_workload;
        reference.replicas = (unsigned)replicas;
        r = read_settings(&reference, settings, error);
        if (r == 0)
                r = read_only(&reference, json_object_get(settings, "only"), error);
        if (r == 0)
                r = read_verdicts(&reference, verdicts, error);
        if (r < 0)
                return r;
        *ret = reference;
        reference = (struct reference){};
        return 0;
}

/* Names mean calls of this machine's architecture, and calls of others cannot be measured here. */
static int check_arch(const char *source, const char *arch, struct error *error)
{
        const char *native = abi_info(abi_native())->name;

        if (strcmp(arch, native) == 0)
                return 0;
        return error_set(error, ENOTSUP,
                "%s was measured on %s, and this is %s: their system calls differ", source, arch,
                native);
}

/* Takes `verdicts` over. */
static json_t *reference_json(const char *source, const struct analysis_document *document,
        bool same_workload, int64_t replicas, json_t *verdicts)
{
        return json_pack("{s:o, s:s, s:s*, s:s*, s:s*, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:b, s:I, "
                         "s:O, s:o}",
                "source", json_text(source), "application", document->application, "version",
                document->version, "executable", document->executable, "sha256",
                document->executable_digest, "workload", document->workload, "kind", document->kind,
                "kernel", document->kernel, "libc", document->libc, "observer", document->observer,
                "tool", document->tool_version, "same_workload", same_workload, "replicas",
                (json_int_t)replicas, "settings", document->settings, "verdicts", verdicts);
}

/* Takes `json` over; NULL counts as out of memory. */
static int take_json(const char *source, json_t *json, struct reference *ret, struct error *error)
{
        int r = json ? reference_from_json(json, ret, error) : out_of_memory(source, error);

        json_decref(json);
        return r;
}

/* Whether it tests what the result was measured by. `same_digest`: to the last byte. */
static int tests_alike(const struct workload *workload, const char *conditions, bool same_digest,
        struct error *error)
{
        char digest[WORKLOAD_DIGEST_SIZE];
        int r = workload_conditions_digest(workload, digest, error);

        if (r < 0)
                return r;
        return same_digest || string_equal(conditions, digest);
}

int reference_from_document(const char *path, const json_t *document,
        const struct workload *workload, struct reference *ret, struct error *error)
{
        CLEANUP_ANALYSIS_DOCUMENT struct analysis_document read = {};
        const struct analysed_verdict *verdict;
        char name[FEATURE_NAME_MAX], digest[WORKLOAD_DIGEST_SIZE];
        json_t *verdicts;
        int r, same;

        r = analysis_document_read(path, document, &read, error);
        if (r == 0)
                r = check_arch(path, read.arch, error);
        if (r == 0)
                r = workload_digest(workload, digest, error);
        if (r < 0)
                return r;
        same = tests_alike(workload, read.workload_conditions,
                strcmp(read.workload_digest, digest) == 0, error);
        if (same < 0)
                return same;
        verdicts = json_object();
        vector_for_each(verdict, &read.verdicts)
                json_object_set_new(verdicts, feature_name(verdict->feature, name),
                        json_string(verdict_name(verdict->verdict)));
        return take_json(path,
                reference_json(path, &read, same,
                        json_integer_value(json_object_get(document, "replicas")), verdicts),
                ret, error);
}

enum column {
        COLUMN_DIGEST,
        COLUMN_APPLICATION,
        COLUMN_VERSION,
        COLUMN_EXECUTABLE,
        COLUMN_EXECUTABLE_DIGEST,
        COLUMN_WORKLOAD,
        COLUMN_KIND,
        COLUMN_KERNEL,
        COLUMN_ARCH,
        COLUMN_LIBC,
        COLUMN_OBSERVER,
        COLUMN_TOOL_VERSION,
        COLUMN_RUN,
        COLUMN_SETTINGS,
        COLUMN_SUMMARY,
};

static const char select_result[] =
        "SELECT r.digest, a.name, r.version, r.executable, r.executable_digest, w.name, w.kind, "
        "r.kernel, r.arch, r.libc, r.observer, r.tool_version, r.run, r.settings, r.summary "
        "FROM result r JOIN workload w ON w.id = r.workload_id JOIN application a ON a.id = "
        "w.application_id WHERE r.id = :id AND r.origin = 'analysis'";

static const char select_verdicts[] =
        "SELECT f.name, v.verdict FROM verdict v JOIN feature f ON f.id = v.feature_id WHERE "
        "v.result_id = :id ORDER BY f.name";

/* NULL with a message. */
static json_t *load_verdicts(struct store *store, int64_t id, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store, select_verdicts, error);
        json_t *verdicts;
        int r;

        if (!select)
                return NULL;
        verdicts = json_object();
        bind_integer(select, ":id", id);
        while ((r = store_step(store, select, error)) > 0)
                json_object_set_new(
                        verdicts, column_text(select, 0), json_text(column_text(select, 1)));
        if (r == 0)
                return verdicts;
        json_decref(verdicts);
        return NULL;
}

/* NULL where the column is. */
static const char *text_or_null(sqlite3_stmt *row, enum column column)
{
        return sqlite3_column_type(row, column) == SQLITE_NULL ? NULL : column_text(row, column);
}

/* What the row says, as a document would. The texts are the row's. */
static struct analysis_document document_of(
        sqlite3_stmt *row, json_t *settings, const char *workload_digest)
{
        return (struct analysis_document){
                .application = column_text(row, COLUMN_APPLICATION),
                .version = text_or_null(row, COLUMN_VERSION),
                .executable = text_or_null(row, COLUMN_EXECUTABLE),
                .executable_digest = text_or_null(row, COLUMN_EXECUTABLE_DIGEST),
                .workload = column_text(row, COLUMN_WORKLOAD),
                .kind = column_text(row, COLUMN_KIND),
                .workload_digest = workload_digest,
                .kernel = text_or_null(row, COLUMN_KERNEL),
                .arch = column_text(row, COLUMN_ARCH),
                .libc = text_or_null(row, COLUMN_LIBC),
                .observer = text_or_null(row, COLUMN_OBSERVER),
                .tool_version = text_or_null(row, COLUMN_TOOL_VERSION),
                .settings = settings,
        };
}

static int load_row(struct store *store, sqlite3_stmt *row, int64_t id, json_t *settings,
        json_t *summary, const struct workload *workload, struct reference *ret,
        struct error *error)
{
        char workload_text[WORKLOAD_DIGEST_SIZE] = "";
        const struct analysis_document document = document_of(row, settings, workload_text);
        CLEANUP_FREE char *source = string_format("%s in %s, run %s", document.application,
                store_name(store), column_text(row, COLUMN_RUN));
        char digest[DIGEST_TEXT_SIZE];
        json_t *verdicts;
        int r, same;

        if (!source)
                return out_of_memory(store_name(store), error);
        if (!settings || !summary)
                return error_set(error, EUCLEAN,
                        "%s: the result is damaged: `loupe db verify` tells more", source);
        r = check_arch(source, document.arch, error);
        if (r == 0)
                r = workload_digest(workload, workload_text, error);
        if (r < 0)
                return r;
        /* The rest of what is in the digest is the row's: so it is the same if the workload is. */
        if (analysis_document_digest(&document, digest) < 0)
                return out_of_memory(source, error);
        same = tests_alike(workload, json_string_value(json_object_get(summary, "conditions")),
                strcmp(digest, column_text(row, COLUMN_DIGEST)) == 0, error);
        if (same < 0)
                return same;
        verdicts = load_verdicts(store, id, error);
        if (!verdicts)
                return -EIO;
        return take_json(source,
                reference_json(source, &document, same,
                        json_integer_value(json_object_get(summary, "replicas")), verdicts),
                ret, error);
}

int store_load_reference(struct store *store, int64_t id, const struct workload *workload,
        struct reference *ret, struct error *error)
{
        CLEANUP_STATEMENT sqlite3_stmt *row = store_statement(store, select_result, error);
        json_t *settings, *summary;
        int r;

        if (!row)
                return -EIO;
        bind_integer(row, ":id", id);
        r = store_step(store, row, error);
        if (r < 0)
                return r;
        if (r == 0)
                return error_set(
                        error, ENOENT, "%s has no analysis %lld", store_name(store), (long long)id);
        settings = json_loads(column_text(row, COLUMN_SETTINGS), 0, NULL);
        summary = json_loads(column_text(row, COLUMN_SUMMARY), 0, NULL);
        r = load_row(store, row, id, settings, summary, workload, ret, error);
        json_decref(settings);
        json_decref(summary);
        return r;
}
