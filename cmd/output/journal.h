/* --journal: a file that every record is appended to, for --resume, behind what was given out for it and for those
 * before. */
#ifndef OUTPUT_JOURNAL_H
#define OUTPUT_JOURNAL_H

struct appender;
struct journal;

/* Opens the file PATH to append to it, for its owner alone where it is new, and locks it. A last line that does not end
 * is cut off where it is the begin of a record; otherwise it is ended. HAUL_E_INVALID: it cannot be used, and a message
 * has said why; -ENOMEM. */
int journal_open(const char *path, struct journal **ret_journal);

/* The file, for reading. */
int journal_descriptor(const struct journal *journal);

/* What takes records. */
struct appender *journal_appender(struct journal *journal);

void journal_close(struct journal *journal); /* NULL is fine */

#endif
