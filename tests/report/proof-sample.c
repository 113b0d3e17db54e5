/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * proof-sample FORM: writes the proof of a few applications that are made up so that every case of
 * the reports occurs. Forms: proof-text, proof-color, proof-csv, proof-json.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "report/proof.h"
#include "tests/report/samples.h"

static void add_features(struct features *features, const char *line)
{
        CLEANUP_STRINGS char **words = strings_split(line, ' ');

        check(words ? 0 : -ENOMEM);
        for (char **word = words; *word; word++) {
                struct feature *feature = vector_add(&features->items);

                check(feature ? 0 : -ENOMEM);
                *feature = sample_feature(*word);
        }
}

static void fill_refusal(struct refusal *refusal, const char *name, enum action action, int errnum)
{
        check(refusal ? 0 : -ENOMEM);
        *refusal = (struct refusal){
                .feature = sample_feature(name),
                .action = action,
                .errnum = errnum,
                .count = 3,
                .object = strdup("/usr/bin/sample"),
        };
        check(refusal->object ? 0 : -ENOMEM);
}

static char *copy(const char *text)
{
        char *copied = strdup(text);

        check(copied ? 0 : -ENOMEM);
        return copied;
}

/* An application, which as such is foretold to work, and does. */
static struct application_proof *add(
        struct os_proof *proof, const char *application, enum fate foretold, enum fate seen)
{
        struct application_proof *added = vector_add(&proof->applications);

        check(added ? 0 : -ENOMEM);
        added->application = copy(application);
        added->workload = copy("health");
        added->workload_source = string_format("apps/%s/workload.yaml", application);
        check(added->workload_source ? 0 : -ENOMEM);
        memset(added->workload_digest, 'a', sizeof(added->workload_digest) - 1);
        added->foretold = (struct foretelling){
                .fate = foretold,
                .same_build = true,
                .same_workload = true,
        };
        added->seen = seen;
        if (seen == FATE_UNTESTED)
                return added;
        added->bare = (struct mode_result){.runs = 2, .outcome = {OUTCOME_EXITED, 1}};
        if (seen == FATE_WORKS)
                added->bare = (struct mode_result){.works = true, .passed = 3, .runs = 3};
        added->bare_policy = copy("--only-allow read,write");
        return added;
}

static void add_agreeing(struct os_proof *proof)
{
        struct application_proof *added;

        add(proof, "fine", FATE_WORKS, FATE_WORKS);
        added = add(proof, "helped", FATE_HELPED, FATE_HELPED);
        add_features(&added->foretold.stubs, "brk");
        add_features(&added->foretold.fakes, "mlock setuid");
        added->helped = (struct mode_result){.works = true, .passed = 3, .runs = 3};
        added->helped_policy = copy("--only-allow read,write --stub brk --fake mlock,setuid");
        added = add(proof, "lacking", FATE_FAILS, FATE_FAILS);
        add_features(&added->foretold.missing,
                "mmap mprotect pread64 epoll_wait epoll_ctl eventfd2 fcntl:F_SETFL "
                "file:/proc/self/status");
        fill_refusal(vector_add(&added->refusals.items), "mmap", ACTION_STUB, ENOSYS);
        fill_refusal(vector_add(&added->refusals.items), "brk", ACTION_FAKE, 0);
        fill_refusal(vector_add(&added->refusals.items), "read", ACTION_STUB, 4000);
        added->refusals.lost = 2;
        added = add(proof, "explained", FATE_FAILS, FATE_FAILS);
        add_features(&added->foretold.missing, "mmap mprotect pread64 epoll_wait");
        fill_refusal(vector_add(&added->culprits.items), "pread64", ACTION_STUB, ENOSYS);
        added->culprits.confirmed = true;
        added = add(proof, "torn", FATE_FAILS, FATE_FAILS);
        added->foretold.same_build = false;
        add_features(vector_add(&added->foretold.conflicts), "times getcpu");
        added = add(proof, "new", FATE_UNKNOWN, FATE_FAILS);
        fill_refusal(vector_add(&added->refusals.items), "openat", ACTION_STUB, ENOSYS);
        added = add(proof, "broken", FATE_WORKS, FATE_UNTESTED);
        added->failure = copy("the workload does not pass unmodified: exited 3");
}

static void add_disagreeing(struct os_proof *proof)
{
        struct application_proof *added;

        added = add(proof, "twice", FATE_WORKS, FATE_FAILS);
        added->disagreement = JOINT_CONFLICT;
        add_features(&added->evidence, "times getcpu");
        fill_refusal(vector_add(&added->culprits.items), "times", ACTION_STUB, ENOSYS);
        fill_refusal(vector_add(&added->culprits.items), "getcpu", ACTION_STUB, ENOSYS);
        added->culprits.confirmed = true;
        added = add(proof, "twice", FATE_HELPED, FATE_UNSTABLE);
        free(added->workload);
        added->workload = copy("su,ite");
        added->disagreement = CHANCE;
        add_features(&added->foretold.fakes, "mlock file:/proc/a*b");
        added->helped = (struct mode_result){
                .unstable = true,
                .passed = 1,
                .runs = 2,
                .outcome = {OUTCOME_EXITED, 1},
        };
        added->helped_policy = copy("--only-allow read --fake mlock");
}

static int write_form(const char *form, struct proof_report *report)
{
        if (strcmp(form, "proof-csv") == 0)
                return report_proof_csv(report, stdout);
        if (strcmp(form, "proof-json") == 0)
                return report_proof_json(report, stdout);
        report->text.color = strcmp(form, "proof-color") == 0;
        return report_proof_text(report, stdout);
}

int main(int argc, char **argv)
{
        CLEANUP_OS_PROOF struct os_proof proof = {
                .os = copy("Paper"),
                .equivalents = true,
                .partial_is_missing = true,
        };

        if (argc != 2)
                return 2;
        add_agreeing(&proof);
        add_disagreeing(&proof);
        check(write_form(argv[1], &(struct proof_report){
                                          .proof = &proof,
                                          .os = "./on paper.csv",
                                          .text = {.width = 100},
                                  }));
        return 0;
}
