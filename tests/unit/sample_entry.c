#include "sample_entry.h"

#include <haul/duration.h>

void sample_init(struct sample *sample)
{
    *sample = (struct sample){
        .entry = {.index = 6, .line = 7},
        .result =
            {
                .ok = true,
                .status = 200,
                .url = "http://one.example/",
                .method = "GET",
                .attempts = 1,
                .final_url = "http://one.example/",
                .http_version = "1.1",
                .content_type = "text/html",
                .bytes = 98,
                .remote_ip = "127.0.0.1",
                .remote_port = 80,
                .local_ip = "127.0.0.2",
                .local_port = 49152,
                .redirect_url = "http://two.example/",
                .header_size = 120,
                .request_size = 80,
                .uploaded = 411,
                .downloaded = 49,
                .proxied = true,
                .connect_status = 200,
                .verify_result = 18,
                .proxy_verify_result = 19,
                .connections = 1,
                .started = 5 * HAUL_SECOND + 412 * HAUL_MICROSECOND,
                .ended = 6 * HAUL_SECOND,
                .time =
                    {
                        .queue = 17 * HAUL_MICROSECOND,
                        .dns = 1 * HAUL_MILLISECOND,
                        .connect = 2 * HAUL_MILLISECOND,
                        .tls = 3 * HAUL_MILLISECOND,
                        .wait = 400 * HAUL_MILLISECOND,
                        .transfer = 5 * HAUL_MILLISECOND,
                        .total = 411 * HAUL_MILLISECOND,
                        .redirect = 100 * HAUL_MILLISECOND,
                        .sent = 7 * HAUL_MILLISECOND,
                    },
            },
    };
    sample_set_input(sample, "one.example");
    sample->entry.result = &sample->result;
}

void sample_fail(struct sample *sample, enum haul_class error_class, int status, const char *message)
{
    sample->result.ok = false;
    sample->result.error_class = error_class;
    sample->result.status = status;
    sample->result.message = message;
}
