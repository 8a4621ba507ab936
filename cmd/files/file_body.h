/* The body of a URL on its way into a file. It is in NAME.part (files/part.h) until it is whole; where the name comes
 * with the answer, in a file that has a number for a name. A body that fails, or that nobody wants, leaves nothing.
 *
 * Regular files take at once what they are given, so they are written directly; only what --fsync waits for, and to
 * read for --sha256 what was there before, is done beside the loop. */
#ifndef FILES_FILE_BODY_H
#define FILES_FILE_BODY_H

#include <haul/coroutine.h>

#include <stdbool.h>
#include <stddef.h>

struct entry;
struct file_body;
struct files;
struct haul_request;
struct haul_result;

/* Gives ENTRY, which has a URL, a file, and takes its name. REQUEST, which outlives it, is what is sent for ENTRY, or
 * NULL: a plain GET; with -C ENTRY may be sent something else behind it, and again behind file_body_restart. Behind it
 * ENTRY has a result where there is no name for it. HAUL_E_BUSY: the file is there already; it is not to be fetched,
 * but completed. -ENOMEM. */
int file_body_create(struct files *files, struct entry *entry, const struct haul_request *request);

/* Takes a piece of the body. A negative errno where it cannot be written: file_body_complete tells why. */
int file_body_receive(struct file_body *body, const struct haul_result *so_far, const void *bytes, size_t size);

/* Another attempt is made: the body comes anew, or goes on where it broke off. 0; a negative errno: it could not be
 * written, and that will not change. */
int file_body_restart(struct file_body *body);

/* The fetch of its entry has come to RESULT: gives the file its name, or takes it away; where it could not be written
 * RESULT says so from then on, in a text of the body's. CODE is 0, or what file_body_wait came to. HAUL_E_BUSY: it is
 * to be called again behind file_body_wait; -ENOMEM. */
int file_body_complete(struct file_body *body, struct haul_result *result, int code);

/* Waits for the disk, or for all that is in the file to be read: 0, a negative errno, or HAUL_E_CANCELLED. */
struct haul_await file_body_wait(struct haul_task *task, struct file_body *body);

/* Whether there is nothing under its name, nor under the one that it would have if that were free; as far as that is
 * known. */
bool file_body_is_missing(const struct file_body *body);

/* Where the file is, as a person would name it; NULL: there is none. */
const char *file_body_path(const struct file_body *body);

/* The SHA-256 of the file in hexadecimal; NULL: there is none. */
const char *file_body_digest(const struct file_body *body);

/* Destroys it, and takes away what is not whole. NULL is fine. */
void file_body_destroy(struct file_body *body);

#endif
