/* What is to be sent for a request, as data: what makes up answers (behaviours.c) knows no connection, and what sends
 * them (connection.c) knows no behaviour. */
#ifndef ORIGIN_ANSWER_H
#define ORIGIN_ANSWER_H

#include "bytes.h"

enum ending {
    ENDING_KEEP,  /* the connection waits for the next request */
    ENDING_CLOSE, /* it is closed */
    ENDING_RESET, /* it is closed with RST */
    ENDING_HANG,  /* nothing more is sent, until the client goes */
};

#define ENDLESS UINT64_MAX

struct answer {
    int64_t delay;         /* nanoseconds before the first byte */
    struct bytes head;     /* sent first; empty: nothing */
    struct bytes own_body; /* what body points into, where the answer has a text of its own */
    struct slice body;     /* sent over and over until size is reached */
    uint64_t size;         /* bytes of body */
    uint64_t piece;        /* sent at once, at most; 0: as many as there are */
    int64_t pause;         /* nanoseconds between pieces */
    bool chunked;          /* each piece is a chunk, and a last one ends the body */
    bool trailer;          /* the last chunk has a header field behind it */
    enum ending ending;
};

/* Forgets the last answer but not its memory, which serves the next. */
void answer_clear(struct answer *answer);
void answer_finish(struct answer *answer);

/* Has TEXT, which outlives the answer, sent as the body; or over and over until SIZE bytes are reached. */
void answer_send(struct answer *answer, const char *text);
void answer_repeat(struct answer *answer, const char *text, uint64_t size);

/* Has what is in own_body sent as the body. */
void answer_send_own_body(struct answer *answer);

/* Has SIZE bytes of a filler sent: digits, letters, a point and a newline, 64 of them, over and over. */
void answer_fill(struct answer *answer, uint64_t size);

#endif
