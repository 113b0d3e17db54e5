/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The header of a proof's journal, of any bytes: it must not crash or leak; what it refuses it has
 * to refuse with a message; what it accepts can be written, and then says the same.
 */

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "cli/proof-request.h"
#include "fuzz/fuzz.h"

static void write_again(const struct proof_request *request)
{
        CLEANUP_PROOF_REQUEST struct proof_request again = {};
        json_t *object = NULL;

        if (proof_request_to_json(request, &object, NULL) < 0 ||
                proof_request_from_json(object, &again, NULL) < 0 ||
                strcmp(request->os, again.os) != 0 || request->jobs != again.jobs ||
                request->replicas != again.replicas ||
                strings_count(request->workloads) != strings_count(again.workloads) ||
                !string_equal(request->run, again.run) ||
                !string_equal(request->libc, again.libc) ||
                !string_equal(request->version, again.version) ||
                request->explain != again.explain || request->equivalents != again.equivalents ||
                request->partial_missing != again.partial_missing)
                abort();
        json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP_PROOF_REQUEST struct proof_request request = {};
        json_t *header = json_loadb((const char *)data, size, 0, NULL);
        struct error error = {};

        if (!header)
                return 0;
        if (proof_request_from_json(header, &request, &error) == 0)
                write_again(&request);
        else if (!error.message[0] || request.os || request.workloads)
                abort();
        json_decref(header);
        return 0;
}
