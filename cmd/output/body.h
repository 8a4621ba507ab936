/* Bodies for --body: whole, unmixed, in the order of the mode. */
#ifndef OUTPUT_BODY_H
#define OUTPUT_BODY_H

struct body;

/* Destroys it with what it keeps. NULL is fine. */
void body_destroy(struct body *body);

#endif
